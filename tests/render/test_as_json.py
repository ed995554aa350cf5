"""The JSON document holds what the records hold, and nothing that a reader of JSON trips over."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from recog.library.indexing.results import FailedPhoto
from recog.library.maintenance.results import CheckReport, Finding, Remedy, RemedyKind
from recog.library.reports.results import DuplicateReport
from recog.render.as_json import to_json, to_plain
from recog.types import Face, FaceBox, Origin, Photo


def test_records_become_objects_with_their_fields_and_properties() -> None:
    report = CheckReport((Finding("orphan", 2, "two", fixed=True, remedy=Remedy(RemedyKind.ADVICE)),), 7, 0.25)
    assert to_plain(report) == {
        "findings": [{"kind": "orphan", "count": 2, "sentence": "two", "fixed": True, "way_out": ""}],
        "faces": 7,
        "seconds": 0.25,
        "ok": True,
    }


def test_enums_times_and_single_precision_become_plain_values() -> None:
    box = FaceBox(1.0, 2.0, 11.0, 22.0, 0.99, ((1.0, 2.0),) * 5)
    plain = to_plain(Face(1, 2, box, float(np.float32(3.5)), 4, Origin.MATCHED, None))
    assert isinstance(plain, dict)
    assert (plain["origin"], plain["squared_distance"], plain["sharpness"]) == ("matched", None, 3.5)
    taken = to_plain(Photo(1, "a", 2, 3, datetime(2026, 1, 2, tzinfo=UTC)))
    assert isinstance(taken, dict)
    assert taken["taken_at"] == "2026-01-02T00:00:00+00:00"
    assert to_plain((np.float32(0.5), np.int64(3))) == [0.5, 3]


def test_a_path_comes_back_as_it_was_whatever_its_bytes() -> None:
    path = Path(os.fsdecode(b"/photos/caf\xe9\x1b.jpg"))
    document = to_json(FailedPhoto(path, "damaged", "é"))
    assert document.isascii()
    assert "\x1b" not in document
    assert Path(json.loads(document)["path"]) == path


def test_thumbnails_stay_out(report: DuplicateReport) -> None:
    document = json.loads(to_json(report))
    sample = document["pairs"][0]["left"]["samples"][0]
    assert sample == {"face_id": 1, "path": "/photos/1.jpg"}
    assert document["pairs"][1]["right"]["label"] == "cluster 3"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"value": value})


def test_what_no_result_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        to_json({"value": {1}})
