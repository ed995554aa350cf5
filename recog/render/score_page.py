"""A sheet of scores with its plots as one HTML file, and as files in a folder."""

from collections.abc import Sequence
from pathlib import Path

from recog.durable import make_output_directory
from recog.errors import RecogError
from recog.library.private_file import write_private
from recog.render.as_json import to_json
from recog.render.page import report
from recog.render.score_plots import Plot
from recog.render.sheet import Sheet


def write_scores(directory: Path, name: str, sheet: Sheet, plots: Sequence[Plot], document: object) -> Path:
    """Write NAME.html, NAME.json and a PNG for each plot; return the path of the page.

    All are readable by their owner alone, because they name bad photos by their path. Makes the folder if need be.
    """
    try:
        make_output_directory(directory)
    except OSError as error:
        raise RecogError(f"{directory} cannot be made: {error.strerror}; name another folder") from error
    for plot in plots:
        write_private(directory / f"{name}-{plot.name}.png", plot.png)
    write_private(directory / f"{name}.json", f"{to_json(document)}\n".encode())
    path = directory / f"{name}.html"
    write_private(path, score_page(sheet, plots).encode("utf-8"))
    return path


def score_page(sheet: Sheet, plots: Sequence[Plot]) -> str:
    """Render the sheet as text to be written in UTF-8. See recog.render.page.report."""
    return report("scores.html", {"sheet": sheet, "plots": plots}, title=sheet.title, styles=["scores.css"])
