"""The duplicate report as a table."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from recog.library.reports.results import DuplicateReport
from recog.render.as_csv import COLUMNS, duplicates_csv
from recog.render.commands import join_sides, keep_apart
from recog.render.report_file import write_report


def rows_of(report: DuplicateReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(duplicates_csv(report).decode("utf-8", "surrogateescape"))))


def test_every_finding_is_a_line(report: DuplicateReport) -> None:
    rows = rows_of(report)
    assert [row["kind"] for row in rows] == ["pair", "pair", "pair", "mixed", "copy", "near copy"]
    first = rows[0]
    assert tuple(first) == COLUMNS
    assert (first["one"], first["other"]) == ("<script>alert(1)</script>", 'Anna "A" & Co')
    assert [float(first[key]) for key in ("squared_distance", "nearest", "probability", "threshold")] == [
        *(0.5804, 0.31, 0.9741, 1.021)
    ]
    assert (first["command"], first["reject_command"]) == (join_sides(report.pairs[0]), keep_apart(report.pairs[0]))
    assert first["sample_faces_of_one"] == "1 2 3 4 5 6 7"
    assert (rows[4]["one"], rows[5]["other"]) == ("/photos/a.jpg", "")


def test_a_name_that_begins_like_a_formula_is_shown_not_run(report: DuplicateReport) -> None:
    side = replace(report.pairs[0].left, person="=1+1")
    rows = rows_of(replace(report, pairs=(replace(report.pairs[0], left=side),)))
    assert rows[0]["one"] == "'=1+1"


def test_it_is_written_where_the_name_says_csv(report: DuplicateReport, tmp_path: Path) -> None:
    write_report(report, tmp_path / "report.CSV")
    assert (tmp_path / "report.CSV").read_bytes() == duplicates_csv(report)
