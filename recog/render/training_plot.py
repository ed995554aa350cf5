"""The plot of a training run as an SVG picture, drawn by matplotlib: loss and validation scores over the steps."""

import io
from collections.abc import Sequence
from typing import Any

from recog.render.canvas import figure
from recog.render.plots import COLOURS
from recog.train.checkpoint import Progress

_SIZE = (7.2, 5.2)
_DPI = 100


def training_plot(history: Sequence[Progress], *, title: str, deciding: str, scores: Sequence[str]) -> bytes:
    """Return an SVG document of two panels: loss and share of active triplets above, the named scores below.

    history has every validated step, the start first. A ring on the deciding score marks the step that is kept. Scores
    that the history lacks are left out.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    drawn = figure(_SIZE, dpi=_DPI, layout="constrained")
    above, below = drawn.subplots(2, sharex=True)
    steps = history[1:]
    for name, colour, values in (
        ("loss", COLOURS[0], [each.loss for each in steps]),
        ("active triplets", COLOURS[1], [each.active for each in steps]),
    ):
        above.plot([each.step for each in steps], values, color=colour, label=name, gid=name.replace(" ", "-"))
    named = [name for name in scores if name in history[0].scores][: len(COLOURS)]
    for name, colour in zip(named, COLOURS, strict=False):
        values = [each.scores[name] for each in history]
        below.plot([each.step for each in history], values, color=colour, label=name, gid=name)
    best = [each for each in history if each.best][-1]
    if deciding in named:
        ring = {"markersize": 11, "markeredgecolor": "#000000", "markerfacecolor": "none", "gid": "kept"}
        below.plot([best.step], [best.scores[deciding]], "o", **ring)
    above.set_title(f"{title}; kept: step {best.step:,}", loc="left", parse_math=False)
    below.set_xlabel("step")
    for panel in (above, below):
        panel.grid(visible=True, color="#dddddd", linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return _svg(drawn)


def _svg(drawn: Any) -> bytes:
    """Return the drawing as SVG, the same bytes for the same run, with its text as text."""
    from matplotlib import rc_context  # noqa: PLC0415 - an extra, and slow to load

    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "recog", "svg.fonttype": "none"}):
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
