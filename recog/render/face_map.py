"""The face map as one HTML file, or as a PNG picture."""

import base64
import io
from pathlib import Path

from recog.library.private_file import write_private
from recog.library.reports.map_results import FaceMap
from recog.printable import printable
from recog.render.canvas import figure
from recog.render.figures import count
from recog.render.page import report

NAMES_SHOWN = 40
"""Names written on the PNG, those with most faces."""


def write_map(found: FaceMap, path: Path) -> None:
    """Write a page, or a picture if `path` ends in .png; readable by its owner alone, because it shows who is who."""
    content = map_picture(found) if path.suffix.lower() == ".png" else map_page(found).encode("utf-8")
    write_private(path, content)


def map_page(found: FaceMap) -> str:
    """Render a drawing whose dots show a thumbnail and a name, as text. See recog.render.page.report."""
    hue = _hues(found)
    people: dict[str | None, int] = {name: number for number, name in enumerate([None, *hue])}
    drawn = {
        "people": [[_label(None), None], *([_label(name), angle] for name, angle in hue.items())],
        "places": [[round(one.x, 5), round(1 - one.y, 5), people[one.person]] for one in found.faces],
        "thumbnails": {
            place: base64.b64encode(one.thumbnail).decode() for place, one in enumerate(found.faces) if one.thumbnail
        },
    }
    values: dict[str, object] = {"heading": title(found), "caption": caption(found), "drawn": drawn}
    return report("map.html", values, title="map of faces", styles=["map.css"], scripts=["plane.js", "map.js"])


def map_picture(found: FaceMap) -> bytes:
    """Draw a PNG of 1600 x 1600 pixels with matplotlib; ConfigError if that is not installed."""
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
    """Say whose faces these are."""
    return f"The faces of {printable(found.person)}" if found.person is not None else "The faces of the library"


def caption(found: FaceMap) -> str:
    """Say how many faces there are, and how to read the map."""
    shown = count(len(found.faces), "face")
    pictured = sum(bool(one.thumbnail) for one in found.faces)
    some = f" ({pictured:,} with a picture)" if pictured < len(found.faces) else ""
    return f"{shown}{some}, by {found.network.name}. Near means alike; how far apart groups lie means little."


def kept_words(found: FaceMap) -> str:
    """Say what became of the places of the library's map; "" for a person's, which is not kept."""
    if found.person is not None:
        return ""
    if not found.kept:
        return (
            "The places were not kept, because another process writes or the library may only be read: "
            "the next map computes them again."
        )
    if found.added == len(found.faces):
        return "All faces were laid out anew." if found.added else "No face is new."
    return f"{count(found.added, 'new face')} placed; the others stayed." if found.added else "No face is new."


def _hues(found: FaceMap) -> dict[str, int]:
    """Return a hue for each name, in degrees, most faces first; neighbours in the list differ by the golden angle."""
    sizes: dict[str, int] = {}
    for one in found.faces:
        if one.person is not None:
            sizes[one.person] = sizes.get(one.person, 0) + 1
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    return {name: round(place * 137.508) % 360 for place, name in enumerate(names)}


def _label(person: str | None) -> str:
    return "nobody named" if person is None else printable(person)
