"""The duplicate report as one CSV table, with a line for each finding."""

import csv
import io
from collections.abc import Iterator

from recog.library.exchange.cells import to_cell
from recog.library.reports.results import DuplicateReport, DuplicateSide
from recog.render import commands

COLUMNS = (
    "kind",
    "one",
    "other",
    "faces_of_one",
    "faces_of_other",
    "squared_distance",
    "nearest",
    "probability",
    "threshold",
    "command",
    "reject_command",
    "sample_faces_of_one",
    "sample_faces_of_other",
)


def duplicates_csv(report: DuplicateReport) -> bytes:
    """Write pairs, mixed names, copies and near copies of photos, in this order, under a header, in UTF-8.

    An apostrophe stands before a name or path that begins like a formula. Paths keep the file system's own bytes.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in _lines(report):
        writer.writerow([to_cell(cell) if isinstance(cell, str) else cell for cell in line])
    return text.getvalue().encode("utf-8", "surrogateescape")


def _lines(report: DuplicateReport) -> Iterator[list[object]]:
    threshold = report.calibration.threshold
    for pair in report.pairs:
        numbers = [pair.left.faces, pair.right.faces, pair.squared_distance, pair.nearest, pair.probability, threshold]
        answers = [commands.join_sides(pair), commands.keep_apart(pair), _ids(pair.left), _ids(pair.right)]
        yield ["pair", pair.left.label, pair.right.label, *numbers, *answers]
    for one in report.mixed:
        numbers = [one.main.faces, one.part.faces, one.squared_distance, one.nearest, one.probability, threshold]
        split = commands.split_name(one)
        yield ["mixed", one.main.label, one.part.label, *numbers, split, "", _ids(one.main), _ids(one.part)]
    for first, *copies in report.duplicate_photos:
        yield from (_photos("copy", first, copy) for copy in copies)
    for kept, *others in report.near_copies:
        yield from (_photos("near copy", kept.path, other.path) for other in others)


def _photos(kind: str, one: object, other: object) -> list[object]:
    return [kind, str(one or ""), str(other or ""), *[""] * (len(COLUMNS) - 3)]


def _ids(side: DuplicateSide) -> str:
    return " ".join(str(sample.face_id) for sample in side.samples)
