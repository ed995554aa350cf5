"""The style gallery as one self-contained HTML page: content, style and result side by side, with how it was made."""

import base64
import math
from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from recog.library.private_file import write_private
from recog.library.styling.results import GalleryEntry, SmallPicture, StyleGallery
from recog.render import page
from recog.render.figures import count, percent, seconds
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
    """The page as text to be written in UTF-8: styles and pictures are inside, nothing is fetched, no script runs."""
    style = page.asset("report.css") + page.asset("style_gallery.css")
    works = "".join(map(_work, gallery.entries)) or '<p class="about none">No picture yet.</p>'
    created = f"{datetime.fromisoformat(gallery.created):%Y-%m-%d %H:%M %Z}".strip()
    return f"""{page.opening("style gallery", style)}\
<header class="top page"><p class="eyebrow">recog, style gallery</p><h1>In another manner</h1>
<p class="lead"><strong>{count(len(gallery.entries), "picture")}</strong>, the latest first: the photo, the style, and
what became of them.</p><p class="fine">{page.text(gallery.library)}, {page.text(created)}.</p></header>
<main class="page works">{works}</main>
<footer><div class="page"><p>This page holds photos of people you know. It sends nothing anywhere; share it with the
same care as the photos.</p></div></footer>
</body>
</html>
"""


def _work(entry: GalleryEntry) -> str:
    what = entry.job.what
    manner = ", ".join(
        f"{page.name(style.path.stem)}{f' {percent(style.share)}' if len(what.styles) > 1 else ''}"
        for style in what.styles
    )
    styles = "".join(
        _figure("style", style.path, shown) for style, shown in zip(what.styles, entry.styles, strict=True)
    )
    return (
        f'<article class="work" aria-labelledby="job-{entry.job.id}"><h2 id="job-{entry.job.id}">'
        f"{page.name(what.photo_path.stem)} <small>in the manner of</small> {manner}</h2>"
        f'<div class="trio">{_figure("photo", what.photo_path, entry.content)}'
        f'<div class="styles">{styles}</div>{_figure("result", what.output_path, entry.result)}</div>'
        f'<div class="made">{_settings(entry)}{curve_svg(entry.job.costs)}</div></article>'
    )


def _figure(kind: str, path: Path, picture: SmallPicture | None) -> str:
    """A picture as a data: URI, which a browser reads with the page; it draws what comes into sight (see the style)."""
    if picture is None:
        shown = '<div class="gone">The file is gone or was changed.</div>'
    else:
        data = base64.b64encode(picture.jpeg).decode("ascii")
        shown = (
            f'<img src="data:image/jpeg;base64,{data}" alt="{kind}: {page.text(path.name)}" width="{picture.width}" '
            f'height="{picture.height}" decoding="async">'
        )
    return (
        f'<figure class="{kind}">{shown}<figcaption title="{page.text(str(path))}"><b>{kind.capitalize()}</b> '
        f"{page.name(path.name)}</figcaption></figure>"
    )


def _settings(entry: GalleryEntry) -> str:
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
    return f"<dl>{''.join(f'<dt>{escape(word)}</dt><dd>{page.text(value)}</dd>' for word, value in rows)}</dl>"


def curve_svg(costs: Sequence[CostPoint]) -> str:
    """The total cost by optimiser step on a logarithmic axis, one line a scale; empty where no cost is above zero.

    Costs of different scales are costs of different pictures, so the line breaks where the scale changes.
    """
    points = [point for point in costs if point.total > 0]
    if not points:
        return ""
    low, high = (math.log10(edge(point.total for point in points)) for edge in (min, max))
    first, last = points[0].step, points[-1].step

    def place(point: CostPoint) -> str:
        across = (point.step - first) / max(last - first, 1)
        up = (math.log10(point.total) - low) / (high - low) if high > low else 0.5
        x = _LEFT + across * (_WIDTH - _LEFT - _RIGHT)
        y = _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)
        return f"{x:.1f},{y:.1f}"

    lines = "".join(
        f'<polyline class="line" points="{" ".join(map(place, scale))}"/>'
        for _, scale in groupby(points, key=lambda point: point.scale)
    )
    floor = _HEIGHT - _BOTTOM
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="The cost fell from '
        f'{points[0].total:.3g} at step {first} to {points[-1].total:.3g} at step {last}">'
        f'<path class="axis" d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT}" fill="none"/>{lines}'
        f'<text x="{_WIDTH - _RIGHT}" y="{_TOP + 4}" text-anchor="end">total cost, logarithmic</text>'
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{10**high:.3g}</text>'
        f'<text x="{_LEFT - 6}" y="{floor}" text-anchor="end">{10**low:.3g}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}">step {first}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">step {last}</text></svg>'
    )
