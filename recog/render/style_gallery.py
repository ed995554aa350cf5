"""The style gallery as one HTML file: content, style and result side by side, and how each result was made."""

import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from recog.library.private_file import write_private
from recog.library.styling.results import GalleryEntry, StyleGallery
from recog.render.figures import seconds
from recog.render.page import report
from recog.render.templating import render
from recog.store.styling import CostPoint

_WIDTH, _HEIGHT = 420, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 10, 24
"""The plot of a loss curve, in its own units, and the room for its labels."""
_SHOWN_SETTINGS = (
    ("size", "longest side"),
    ("steps", "steps"),
    ("scales", "scales"),
    ("beta", "weight of style"),
    ("alpha", "weight of content"),
    ("variation", "weight of smoothness"),
    ("colours", "colours"),
    ("faces", "faces"),
    ("optimiser", "optimiser"),
    ("start", "start"),
    ("seed", "seed"),
)


def write_gallery(gallery: StyleGallery, path: Path) -> None:
    """Write the page, readable by its owner alone; an earlier file of that name is replaced at once."""
    write_private(path, gallery_page(gallery).encode("utf-8"))


def gallery_page(gallery: StyleGallery) -> str:
    """Render the gallery as text to be written in UTF-8; no script runs. See recog.render.page.report."""
    works = [
        {"entry": entry, "settings": _settings(entry), "curve": curve_svg(entry.job.costs)} for entry in gallery.entries
    ]
    values = {"gallery": gallery, "works": works}
    return report("gallery.html", values, title="style gallery", styles=["report.css", "style_gallery.css"])


def _settings(entry: GalleryEntry) -> list[tuple[str, str]]:
    """Names and values of what the result was made with, and what came of it."""
    job = entry.job
    settings = job.what.settings
    rows = [(word, str(settings[name])) for name, word in _SHOWN_SETTINGS if name in settings]
    rows.append(("network", f"{job.what.network} ({job.what.network_sha256[:12]})"))
    if job.costs:
        last = job.costs[-1]
        rows.append(("cost", f"{last.total:.4g}; before weights: content {last.content:.4g}, style {last.style:.4g}"))
    if job.seconds is not None:
        rows.append(("time", seconds(job.seconds)))
    if job.message:
        rows.append(("note", job.message))
    return rows


def curve_svg(costs: Sequence[CostPoint]) -> Markup:
    """Draw the total cost by optimiser step on a logarithmic axis, one line a scale; empty if no cost is above zero.

    Costs of different scales are costs of different pictures, so the line breaks where the scale changes.
    """
    points = [point for point in costs if point.total > 0]
    if not points:
        return Markup()
    low, high = (math.log10(edge(point.total for point in points)) for edge in (min, max))
    first, last = points[0], points[-1]

    def place(point: CostPoint) -> str:
        across = (point.step - first.step) / max(last.step - first.step, 1)
        up = (math.log10(point.total) - low) / (high - low) if high > low else 0.5
        x = _LEFT + across * (_WIDTH - _LEFT - _RIGHT)
        y = _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)
        return f"{x:.1f},{y:.1f}"

    values = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "top": _TOP,
        "floor": _HEIGHT - _BOTTOM,
        "low": 10**low,
        "high": 10**high,
        "first": first,
        "last": last,
        "lines": [" ".join(map(place, scale)) for _, scale in groupby(points, key=lambda point: point.scale)],
    }
    return render("report/curve.html", values)
