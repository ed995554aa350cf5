"""What the layers of a network look for, as one HTML file, and as a sentence."""

from pathlib import Path

from recog.library.explaining.results import LayersReport
from recog.library.private_file import write_private
from recog.printable import printable
from recog.render.figures import count, seconds
from recog.render.page import report

_LISTED = 5
"""Files that could not be read, of which the sentence tells why."""


def write_layers(found: LayersReport, path: Path) -> None:
    """Write the page, readable by its owner alone; an earlier file of that name is replaced at once."""
    write_private(path, layers_page(found).encode("utf-8"))


def layers_page(found: LayersReport) -> str:
    """Render the page as text to be written in UTF-8; no script runs. See recog.render.page.report."""
    title = f"layers of {found.network}"
    return report("layers.html", {"found": found}, title=title, styles=["report.css", "layers.css"])


def layers_document(found: LayersReport, path: Path) -> dict[str, object]:
    """Return the report without its pictures, for a program."""
    return {
        "file": path,
        "network": found.network,
        "folder": found.folder,
        "side": found.side,
        "photos": found.photos,
        "shown": found.shown,
        "failed": found.failed,
        "seconds": round(found.seconds, 3),
        "layers": [
            {
                "name": layer.name,
                "units": layer.all_units,
                "field": layer.field,
                "places": layer.places,
                "strongest": [
                    {
                        "unit": unit.number,
                        "patches": [{"photo": one.photo, "value": one.value, "box": one.box} for one in unit.patches],
                    }
                    for unit in layer.units
                ],
            }
            for layer in found.layers
        ],
    }


def layers_sentence(found: LayersReport, path: Path) -> str:
    """Say what was written, and what could not be read."""
    units = sum(len(layer.units) for layer in found.layers)
    what = "face" if found.of_faces else "photo"
    wrote = (
        f"Wrote {printable(path)}: {count(units, 'unit')} in {count(len(found.layers), 'layer')} of {found.network}, "
        f"over {count(found.shown, what)} of {count(found.photos, 'photo')} in {seconds(found.seconds)}. The page "
        "shows parts of your photos: share it as carefully as these."
    )
    lines = [wrote]
    lines += [f"Could not be read: {printable(one.detail)}" for one in found.failed[:_LISTED]]
    if len(found.failed) > _LISTED:
        lines.append(f"... and {count(len(found.failed) - _LISTED, 'more file')}")
    return "\n".join(lines)
