"""Wrong labels are found, right ones are kept, and the report says which and why."""

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.assess.clean import (
    COLUMNS,
    Cleaning,
    LeftOut,
    Why,
    centre_distances,
    clean,
    far_limit,
    read_report,
    robust_centre,
    write_report,
)
from recog.datasets.embedded import Pipeline
from recog.datasets.people import labelled_photos
from recog.errors import TrainingError, WayOut
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint


def cloud(count: int, direction: int, *, seed: int, noise: float = 0.05) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(0, noise, (count, 6))
    rows[:, direction] += 1
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_the_centre_is_that_of_the_half_nearest_the_medoid() -> None:
    rows = np.concatenate([cloud(5, 0, seed=0), cloud(2, 1, seed=1)])

    def distance(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
        return math.dist(left.tolist(), right.tolist()) ** 2

    medians = [sorted(distance(row, other) for other in rows)[3] for row in rows]
    medoid = rows[medians.index(min(medians))]
    kept = sorted(rows, key=lambda row: distance(row, medoid))[:4]
    mean = [sum(float(row[column]) for row in kept) / 4 for column in range(6)]
    length = math.sqrt(sum(value**2 for value in mean))
    assert np.allclose(robust_centre(rows), [value / length for value in mean], atol=1e-6)


def test_a_third_of_wrong_faces_hardly_moves_a_centre() -> None:
    right, wrong = cloud(6, 0, seed=0), cloud(3, 1, seed=1)
    robust = 2 - 2 * float(robust_centre(right) @ robust_centre(np.concatenate([wrong, right])))
    mean = np.concatenate([wrong, right]).mean(axis=0)
    naive = 2 - 2 * float(robust_centre(right) @ (mean / np.linalg.norm(mean)))
    assert robust < 0.01
    assert naive > 0.1


def test_a_face_is_measured_by_the_other_faces_of_its_person() -> None:
    embeddings = np.concatenate([cloud(4, 0, seed=0), cloud(3, 1, seed=1), cloud(1, 2, seed=2)])
    labels = np.array([5, 5, 5, 5, 7, 7, 7, 9], dtype=np.int64)
    measured = centre_distances(embeddings, labels)
    for row, label in enumerate(labels):
        others = [other for other in range(8) if labels[other] == label and other != row]
        if others:
            expected = 2 - 2 * float(embeddings[row] @ robust_centre(embeddings[others]))
            assert measured.own[row] == pytest.approx(expected, abs=1e-6)
        to_others = {
            other: 2 - 2 * float(embeddings[row] @ robust_centre(embeddings[labels == other]))
            for other in (5, 7, 9)
            if other != label
        }
        nearest = min(to_others, key=lambda other: to_others[other])
        assert measured.nearest[row] == nearest
        assert measured.other[row] == pytest.approx(to_others[nearest], abs=1e-6)
    assert math.isnan(measured.own[7])


def test_the_limit_is_a_quantile_of_strangers() -> None:
    embeddings = np.concatenate([cloud(6, direction, seed=direction, noise=0.3) for direction in range(4)])
    labels = np.repeat(np.arange(4, dtype=np.int64), 6)
    slow = sorted(
        2 - 2 * float(embeddings[row] @ robust_centre(embeddings[labels == other]))
        for row in range(24)
        for other in range(4)
        if other != labels[row]
    )
    assert far_limit(embeddings, labels, share=0.0) == pytest.approx(slow[0], abs=1e-6)
    assert slow[6] <= far_limit(embeddings, labels, share=0.1) <= slow[8]


def people(folder: Path) -> Path:
    for person, (red, green, blue) in (("ann", RED), ("bob", GREEN), ("eve", BLUE)):
        for number in range(6):
            paint(folder / person / f"{number}.png", (red, green + number, blue), noise=10 * number + red)
    paint(folder / "ann" / "wrong.png", GREEN, noise=77)
    paint(folder / "eve" / "odd.png", (230, 20, 230), noise=78)
    paint(folder / "bob" / "nobody.png", None, noise=79)
    return folder


def test_a_photo_under_the_wrong_name_is_reported_with_the_right_one(tmp_path: Path) -> None:
    folder = people(tmp_path / "people")
    made = clean(labelled_photos(folder), Pipeline(CellDetector(), ColourEmbedder()), share=0.01)
    found = {(each.file.name, each.person, each.why, each.nearest) for each in made.left_out}
    assert ("wrong.png", "ann", Why.NEARER_ANOTHER, "bob") in found
    assert ("nobody.png", "bob", Why.NO_FACE, "") in found
    assert {name for name, *_ in found} <= {"wrong.png", "nobody.png", "odd.png"}
    assert made.counts()[Why.NEARER_ANOTHER] >= 1
    assert (made.photos, made.people) == (21, 3)


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    folder = people(tmp_path / "people")
    photos = labelled_photos(folder)
    made = clean(photos, Pipeline(CellDetector(), ColourEmbedder()), share=0.01)
    path = tmp_path / "report.csv"
    write_report(made, path, folder=folder)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert not any(str(tmp_path) in value for row in rows for value in row.values())
    listed = read_report(path, folder=folder)
    assert listed == {each.file for each in made.left_out}


def test_a_report_of_other_photos_or_no_report_is_refused(tmp_path: Path) -> None:
    folder = people(tmp_path / "people")
    path = tmp_path / "report.csv"
    path.write_text("file,person\nann/99.png,ann\n")
    with pytest.raises(TrainingError, match=r"1 photos of the report .* are not in"):
        read_report(path, folder=folder)
    path.write_text("name\nann\n")
    with pytest.raises(TrainingError, match="is no report of photos to leave out") as caught:
        read_report(path, folder=folder)
    assert caught.value.way_out is WayOut.WRITE_CLEANING
    with pytest.raises(TrainingError, match="is no report"):
        read_report(tmp_path / "none.csv", folder=folder)


def test_a_report_keeps_names_that_are_no_utf_8_and_is_read_after_a_spreadsheet_saved_it(tmp_path: Path) -> None:
    photo = tmp_path / "ann" / os.fsdecode(b"\xff.png")
    photo.parent.mkdir()
    photo.touch()
    report = tmp_path / "report.csv"
    made = Cleaning(1, 1, 1.0, (LeftOut(photo, "ann", Why.NO_FACE, None, "", None),))
    write_report(made, report, folder=tmp_path)
    assert read_report(report, folder=tmp_path) == {photo}
    report.write_bytes(b"\xef\xbb\xbf" + report.read_bytes().replace(b"\n", b"\r\n"))
    assert read_report(report, folder=tmp_path) == {photo}


def test_a_report_cut_short_or_one_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("person,file\nann\n")
    with pytest.raises(TrainingError, match="is no report"):
        read_report(tmp_path / "report.csv", folder=tmp_path)
    with pytest.raises(TrainingError, match=r"cannot be written .*: name another file"):
        write_report(Cleaning(1, 1, 1.0, ()), tmp_path / "nowhere" / "report.csv", folder=tmp_path)
