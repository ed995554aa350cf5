"""A training run as one SVG picture: its loss, and the scores that were validated, over the steps."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from recog.train.checkpoint import Progress

_WIDTH, _PANEL, _LEFT, _TOP, _GAP, _RIGHT = 720, 200, 64, 28, 44, 150
_COLOURS = ("#1f6fb2", "#c8501e", "#2c8a4b", "#7a4fa3", "#8a6d1f", "#555555")
_MOST_LINES = len(_COLOURS)

_Line = tuple[str, list[tuple[int, float]]]


def training_plot(history: Sequence[Progress], *, title: str, deciding: str, scores: Sequence[str]) -> str:
    """An SVG document of two panels: loss and share of active triplets above, the named scores below.

    history is every validated step, the start first. A ring marks the step that is kept, on the score that decides.
    """
    steps = history[1:]
    above: list[_Line] = [
        ("loss", [(each.step, each.loss) for each in steps]),
        ("active triplets", [(each.step, each.active) for each in steps]),
    ]
    named = [name for name in scores if name in history[0].scores][:_MOST_LINES]
    below: list[_Line] = [(name, [(each.step, each.scores[name]) for each in history]) for name in named]
    last = max(history[-1].step, 1)
    parts = [
        *_panel(above, top=_TOP, last=last, axis=None),
        *_panel(below, top=_TOP + _PANEL + _GAP, last=last, axis="step"),
    ]
    best = [each for each in history if each.best][-1]
    if deciding in named:
        low, high = _range(below)
        x, y = _place(best.step, best.scores[deciding], last=last, low=low, high=high, top=_TOP + _PANEL + _GAP)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="#000"/>')
    height = _TOP + 2 * _PANEL + _GAP + 40
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<text x="{_LEFT}" y="16" font-size="14">{escape(title)}; kept: step {best.step:,}</text>\n{body}\n</svg>\n'
    )


def _panel(lines: Sequence[_Line], *, top: int, last: int, axis: str | None) -> list[str]:
    low, high = _range(lines)
    width = _WIDTH - _LEFT - _RIGHT
    parts = [f'<rect x="{_LEFT}" y="{top}" width="{width}" height="{_PANEL}" fill="none" stroke="#bbb"/>']
    for share in (0.0, 0.5, 1.0):
        value = low + share * (high - low)
        y = top + _PANEL * (1 - share)
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    for number, (name, points) in enumerate(lines):
        colour = _COLOURS[number]
        places = [_place(step, value, last=last, low=low, high=high, top=top) for step, value in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        label = f'<text x="{_WIDTH - _RIGHT + 10}" y="{top + 14 + 18 * number}" fill="{colour}">{escape(name)}</text>'
        parts.append(label)
    if axis is not None:
        for step in (0, last):
            x, _ = _place(step, low, last=last, low=low, high=high, top=top)
            parts.append(f'<text x="{x:.1f}" y="{top + _PANEL + 18}" text-anchor="middle">{step:,}</text>')
        parts.append(f'<text x="{_LEFT + width / 2:.1f}" y="{top + _PANEL + 18}" text-anchor="middle">{axis}</text>')
    return parts


def _range(lines: Sequence[_Line]) -> tuple[float, float]:
    """Least and greatest value; a flat line gets room above and below."""
    values = [value for _, points in lines for _, value in points]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(step: int, value: float, *, last: int, low: float, high: float, top: int) -> tuple[float, float]:
    """Pixels from the left and from above."""
    x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / last
    return x, top + _PANEL * (1 - (value - low) / (high - low))
