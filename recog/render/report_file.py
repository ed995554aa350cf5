"""The duplicate report written to a file, whole or not at all."""

from pathlib import Path

from recog.library.private_file import write_private
from recog.library.results import DuplicateReport
from recog.render.as_json import to_json
from recog.render.html import duplicate_page


def write_report(report: DuplicateReport, path: Path) -> None:
    """Write the page, or the JSON document where `path` ends in .json; readable by its owner alone: it holds faces.

    An earlier file of that name is replaced at once. RecogError says why it cannot be written.
    """
    content = f"{to_json(report)}\n" if path.suffix.lower() == ".json" else duplicate_page(report)
    write_private(path, content.encode("utf-8"))
