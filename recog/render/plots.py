"""Curves, histograms and bars as PNG pictures, drawn by matplotlib."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recog.render.canvas import figure

COLOURS = ("#2f6f62", "#b4532a", "#4a5fa5", "#8a6d1f", "#7a3b69", "#5b6770")
_SIZE = (7.2, 4.6)
_DPI = 160


@dataclass(frozen=True, slots=True)
class Line:
    """Points of a curve from left to right; low and high bound the band around it and are empty if there is none."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    points: bool = False
    """Mark each point, because only a few were measured."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Labels of the axes; log_x makes the x axis logarithmic."""

    x: str
    y: str
    log_x: bool = False


def curves(lines: Sequence[Line], axes: Axes, *, square: bool = False) -> bytes:
    """Draw rates over x, each with its band; the y axis starts at the lowest line unless `square`."""
    drawn, plot = _axes()
    for line, colour in zip(lines, _cycled(len(lines)), strict=True):
        marker = "o" if line.points or len(line.x) < 12 else None
        plot.plot(line.x, line.y, color=colour, linewidth=1.8, marker=marker, markersize=4, label=line.name)
        if line.low:
            plot.fill_between(line.x, line.low, line.high, color=colour, alpha=0.16, linewidth=0)
    if axes.log_x:
        plot.set_xscale("log")
    if square:
        plot.set_ylim(-0.02, 1.02)
    if len(lines) > 1:
        plot.legend(frameon=False, fontsize=9)
    return _png(drawn, plot, axes)


def histograms(
    edges: Sequence[float], groups: Sequence[tuple[str, Sequence[int]]], axes: Axes, *, mark: float
) -> bytes:
    """Draw the shares of each group by bin, one over the other, and a line at `mark`."""
    drawn, plot = _axes()
    for (name, counts), colour in zip(groups, _cycled(len(groups)), strict=True):
        total = max(1, sum(counts))
        shares = [count / total for count in counts]
        plot.stairs(shares, edges, fill=True, color=colour, alpha=0.35, label=f"{name} ({total:,})")
        plot.stairs(shares, edges, color=colour, linewidth=1.2)
    plot.axvline(mark, color="#333333", linewidth=1, linestyle="--", label=f"threshold {mark:.3f}")
    plot.legend(frameon=False, fontsize=9)
    return _png(drawn, plot, axes)


def bars(names: Sequence[str], groups: Sequence[Line], axes: Axes) -> bytes:
    """Draw a bar with its interval for each name and group; a group's x are the places of its names."""
    drawn, plot = _axes()
    width = 0.8 / len(groups)
    for number, (group, colour) in enumerate(zip(groups, _cycled(len(groups)), strict=True)):
        places = [x + (number - (len(groups) - 1) / 2) * width for x in group.x]
        below = [max(0.0, y - low) for y, low in zip(group.y, group.low, strict=True)]
        above = [max(0.0, high - y) for y, high in zip(group.y, group.high, strict=True)]
        plot.bar(places, group.y, width * 0.92, color=colour, alpha=0.75, label=group.name)
        plot.errorbar(places, group.y, yerr=[below, above], fmt="none", ecolor="#333333", elinewidth=1, capsize=3)
    plot.set_xticks(range(len(names)), names)
    plot.set_ylim(0, 1.02)
    plot.legend(frameon=False, fontsize=9)
    return _png(drawn, plot, axes)


def _axes() -> tuple[Any, Any]:
    drawn = figure(_SIZE, dpi=_DPI, layout="constrained")
    return drawn, drawn.add_subplot()


def _png(drawn: Any, plot: Any, axes: Axes) -> bytes:
    plot.set_xlabel(axes.x, parse_math=False)
    plot.set_ylabel(axes.y, parse_math=False)
    plot.grid(visible=True, color="#dddddd", linewidth=0.6)
    plot.set_axisbelow(True)
    plot.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _cycled(number: int) -> list[str]:
    return [COLOURS[place % len(COLOURS)] for place in range(number)]
