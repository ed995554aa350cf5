"""The face map as one self-contained HTML page, or as a PNG picture."""

import base64
import io
import json
from html import escape
from pathlib import Path

from recog.library.private_file import write_private
from recog.library.reports.map_results import FaceMap
from recog.printable import printable
from recog.render import page
from recog.render.canvas import figure
from recog.render.figures import count

SIDE = 1000
"""Units of the map's side in the page's drawing; dots keep a margin."""
MARGIN = 30
NAMES_SHOWN = 40
"""Names written on the PNG, those with most faces."""


def write_map(found: FaceMap, path: Path) -> None:
    """Write a page, or a picture where `path` ends in .png; readable by its owner alone: it shows faces or names."""
    content = map_picture(found) if path.suffix.lower() == ".png" else map_page(found).encode("utf-8")
    write_private(path, content)


def map_page(found: FaceMap) -> str:
    """A drawing whose dots show thumbnail and name; nothing is fetched, and all from the library is text."""
    style, script = page.asset("map.css"), page.asset("map.js")
    data = json.dumps([[_label(one.person), base64.b64encode(one.thumbnail).decode()] for one in found.faces])
    data = data.replace("<", "\\u003c")  # no name ends the script element that holds it
    hue = _hues(found)
    dots = "".join(
        f'<circle cx="{_place(one.x):.1f}" cy="{_place(1 - one.y):.1f}" r="6" data-place="{place}" '
        + (f'fill="hsl({hue[one.person]} 60% 50%)"' if one.person is not None else 'class="nobody"')
        + f"><title>{escape(_label(one.person))}</title></circle>"
        for place, one in enumerate(found.faces)
    )
    return f"""{page.opening("map of faces", style, script)}\
<h1>{escape(title(found))}</h1>
<p>{escape(caption(found))} Point at a dot, or walk with j and k.</p>
<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{escape(title(found))}">{dots}</svg>
<div id="card" hidden><img alt="" hidden><p></p></div>
<script type="application/json" id="faces">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def map_picture(found: FaceMap) -> bytes:
    """A PNG of 1600 x 1600 pixels, drawn by matplotlib; ConfigError where that is not installed."""
    drawn = figure((10, 10), dpi=160)
    from matplotlib.colors import hsv_to_rgb  # noqa: PLC0415

    hue = _hues(found)
    axes = drawn.add_axes((0.03, 0.03, 0.94, 0.9))
    colours = [
        (0.7, 0.68, 0.64) if one.person is None else tuple(hsv_to_rgb((hue[one.person] / 360, 0.65, 0.8)))
        for one in found.faces
    ]
    axes.scatter([one.x for one in found.faces], [one.y for one in found.faces], s=14, c=colours, linewidths=0)
    for name in list(hue)[:NAMES_SHOWN]:
        own = [one for one in found.faces if one.person == name]
        x, y = (sum(getattr(one, axis) for one in own) / len(own) for axis in "xy")
        axes.annotate(printable(name), (x, y), fontsize=8, ha="center", parse_math=False)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xticks=[], yticks=[])
    axes.set_title(f"{title(found)}\n{caption(found)}", fontsize=9, parse_math=False)
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def title(found: FaceMap) -> str:
    """Whose faces these are."""
    return f"The faces of {printable(found.person)}" if found.person is not None else "The faces of the library"


def caption(found: FaceMap) -> str:
    """How many faces there are, and how to read the map."""
    shown = count(len(found.faces), "face")
    sample = f", an even sample of {found.all_faces:,}" if found.all_faces > len(found.faces) else ""
    return f"{shown}{sample}, by {found.network.name}. Near means alike; how far apart groups lie means little."


def _hues(found: FaceMap) -> dict[str, int]:
    """A colour for each name, those with most faces first; neighbours in the list differ by the golden angle."""
    sizes: dict[str, int] = {}
    for one in found.faces:
        if one.person is not None:
            sizes[one.person] = sizes.get(one.person, 0) + 1
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    return {name: round(place * 137.508) % 360 for place, name in enumerate(names)}


def _label(person: str | None) -> str:
    return "nobody named" if person is None else printable(person)


def _place(value: float) -> float:
    return MARGIN + value * (SIDE - 2 * MARGIN)
