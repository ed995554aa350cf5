"""Writes the duplicate report to a file, whole or not at all."""

from pathlib import Path

from recog.library.private_file import write_private
from recog.library.reports.results import DuplicateReport
from recog.render.as_csv import duplicates_csv
from recog.render.as_json import to_json
from recog.render.duplicates_page import duplicate_page


def write_report(report: DuplicateReport, path: Path) -> None:
    """Write the page, or the table or document if `path` ends in .csv or .json; readable by its owner alone.

    An earlier file of that name is replaced at once. RecogError says why it cannot be written.
    """
    match path.suffix.lower():
        case ".json":
            content = f"{to_json(report)}\n".encode()
        case ".csv":
            content = duplicates_csv(report)
        case _:
            content = duplicate_page(report).encode("utf-8")
    write_private(path, content)
