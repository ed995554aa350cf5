"""Evaluations of folders of painted people from end to end: nothing is dropped silently."""

import re
from pathlib import Path

import numpy as np
import pytest

from recog.assess.calibration import CalibrationOptions, PeopleSet, calibrate_on_folder, read_set
from recog.assess.evaluations import run_clusters, run_detection, run_identification
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.datasets.people_folder import PeopleFolder
from recog.errors import EvaluationError, TrainingError
from recog.evaluate.labelled_faces import all_pairs
from recog.render.as_json import to_json
from recog.render.score_sheets import clusters_sheet, detection_sheet, identification_sheet
from recog.render.sheet import sheet_text
from recog.render.text_scores import calibration_text
from recog.types import Calibration, Crops, Embeddings
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint

CALIBRATION = Calibration("c" * 64, 0.1, 0.001, 10.0, -1.0, "painted faces", 1000)
PAINTED = Pipeline(CellDetector(), ColourEmbedder())
RECORD = {"data": {"sha256": "other photos"}, "arguments": {"held_out": 0.5, "settings": {"seed": 0}}}


class CountingEmbedder(ColourEmbedder):
    """An embedder that counts its crops."""

    crops = 0

    def embed(self, crops: Crops) -> Embeddings:
        """Embed like ColourEmbedder."""
        self.crops += len(crops)
        return super().embed(crops)


def cached(folder: Path) -> Pipeline:
    return Pipeline(CellDetector(), ColourEmbedder(), folder / "cache")


def paint_people(folder: Path, *, people: int = 12, photos: int = 4) -> Path:
    """Paint people in colours of their own that vary slightly between photos."""
    random = np.random.default_rng(0)
    for person in range(people):
        colour = random.integers(30, 230, 3)
        for number in range(photos):
            red, green, blue = (colour + random.integers(-3, 4, 3)).tolist()
            paint(folder / f"p{person:02d}" / f"{number}.png", (red, green, blue), noise=10 * person + number)
    return folder


def test_identification_says_what_it_could_not_use(tmp_path: Path) -> None:
    paint_people(tmp_path)
    paint(tmp_path / "p00" / "black.png", None)
    (tmp_path / "p01" / "broken.jpg").write_text("no photo")
    paint(tmp_path / "single" / "0.png", RED)
    run = run_identification(PeopleFolder(tmp_path), PAINTED, photos=[1, 2, 9])
    assert (run.folder.people, run.folder.single) == (13, 1)
    assert run.folder.found == {"detected": 49, "not detected: left out": 1, "unreadable: left out": 1}
    assert {path.name for path in run.folder.lost} == {"black.png", "broken.jpg"}
    assert [(each.gallery, each.photos) for each in run.scores] == [(10, 1), (10, 2)]
    text = sheet_text(identification_sheet(run))
    assert "13, 1 of them with one photo" in text
    assert "broken.jpg: unreadable: left out" in text
    assert '"fpir": 0.01' in to_json(run)


def test_one_person_cannot_be_identified_among_others(tmp_path: Path) -> None:
    paint_people(tmp_path, people=1)
    with pytest.raises(TrainingError, match="1 folders with photos"):
        run_identification(PeopleFolder(tmp_path), PAINTED)
    paint(tmp_path / "single" / "0.png", RED)
    with pytest.raises(EvaluationError, match="1 of 2 people have more than 1 photos"):
        run_identification(PeopleFolder(tmp_path), PAINTED)


def test_photos_without_any_face_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        paint(tmp_path / name / "0.png", None)
    with pytest.raises(EvaluationError, match="no face was found in any of 2 photos"):
        run_clusters(PeopleFolder(tmp_path), PAINTED, CALIBRATION)


def test_clusters_of_plain_colours_are_the_folders(tmp_path: Path) -> None:
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        for number in range(3):
            paint(tmp_path / name / f"{number}.png", colour, noise=number)
    run = run_clusters(PeopleFolder(tmp_path), PAINTED, CALIBRATION)
    assert (run.scores.clusters, run.scores.pairwise.f, run.scores.b_cubed.f) == (3, 1.0, 1.0)
    assert "9 faces in 3 clusters, 0 alone" in sheet_text(clusters_sheet(run))
    assert run.sweep == ()


def test_clusters_at_other_thresholds_are_those_that_they_would_be(tmp_path: Path) -> None:
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        for number in range(3):
            paint(tmp_path / name / f"{number}.png", colour, noise=number)
    run = run_clusters(PeopleFolder(tmp_path), PAINTED, CALIBRATION, shares=(1.0, 30.0))
    (at, same), (far, coarse) = run.sweep
    assert (at, same) == (run.threshold, run.scores)
    assert far == pytest.approx(30 * at)
    assert coarse.clusters == 1 > coarse.pairwise.precision


def test_detection_lists_the_photos_it_could_not_read(tmp_path: Path) -> None:
    paint(tmp_path / "images" / "two.png", RED, GREEN)
    (tmp_path / "images" / "broken.jpg").write_text("no photo")
    faces = tmp_path / "faces.txt"
    faces.write_text("two.png\n2\n12 12 40 40\n300 12 40 40\nbroken.jpg\n1\n1 1 9 9\nabsent.jpg\n1\n1 1 9 9\n")
    run = run_detection(tmp_path, faces, CellDetector())
    assert (run.photos, run.scores[0].faces, run.scores[0].found, run.scores[0].boxes) == (1, 2, 1, 2)
    assert {path.name: reason for path, reason in run.unread.items()} == {
        "broken.jpg": "not_a_photo",
        "absent.jpg": "missing",
    }
    assert "absent.jpg: missing" in sheet_text(detection_sheet(run))
    assert '"below": null' in to_json(run)
    faces.write_text("absent.jpg\n1\n1 1 9 9\n")
    with pytest.raises(EvaluationError, match="none of the 1 photos"):
        run_detection(tmp_path, faces, CellDetector())


def test_the_strictest_set_of_a_folder_calibrates_and_another_checks(tmp_path: Path) -> None:
    people = paint_people(tmp_path / "people")
    sets = (PeopleSet("p0*", "first"), PeopleSet("p1*", "last", tight=True))
    made = calibrate_on_folder(
        people, CalibrationOptions(sets=sets, far=0.1, check=people), cached(tmp_path), head_record=RECORD
    )
    assert [each.data for each in made.run.sets] == ["first, 10 people", "last, 2 people"]
    assert made.run.calibration.threshold == min(each.threshold for each in made.run.sets)
    assert made.check is not None
    faces = embedded_faces(labelled_photos(people), PAINTED, undetected=Undetected.LEAVE_OUT)
    distances, same = all_pairs(faces.embeddings, faces.labels)
    assert made.check.far == float((distances[~same] <= made.run.calibration.threshold).mean())
    assert "the check, 12 people" in calibration_text(tmp_path, made)
    assert "label_noise" in to_json(made)


def test_people_the_head_was_trained_on_do_not_calibrate_it(tmp_path: Path) -> None:
    people = paint_people(tmp_path / "people")
    record = RECORD | {"data": {"sha256": labelled_photos(people).digest()}}
    options = CalibrationOptions(sets=(PeopleSet("*", "painted"),), far=0.1)
    made = calibrate_on_folder(people, options, cached(tmp_path), head_record=record)
    assert made.run.sets[0].data == made.run.calibration.data == "painted, 6 people not trained on"
    with pytest.raises(EvaluationError, match="does not say whom it was trained on"):
        calibrate_on_folder(people, options, cached(tmp_path), head_record={"name": "a head"})


def test_everybody_calibrates_a_network_that_recog_did_not_train(tmp_path: Path) -> None:
    people = paint_people(tmp_path / "people")
    options = CalibrationOptions(sets=(PeopleSet("*", "painted"),), far=0.1)
    made = calibrate_on_folder(people, options, cached(tmp_path), head_record={})
    assert re.fullmatch(r"painted, \d+ people", made.run.calibration.data)


def test_embeddings_are_computed_once_and_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    photos, embedder = labelled_photos(paint_people(tmp_path / "people", people=2)), CountingEmbedder()

    def embed() -> Embeddings:
        pipeline = Pipeline(CellDetector(), embedder, tmp_path / "cache")
        return embedded_faces(photos, pipeline, undetected=Undetected.LEAVE_OUT).embeddings

    first = embed()
    assert (embedder.crops, np.array_equal(embed(), first), embedder.crops) == (8, True, 8)
    kept = next((tmp_path / "cache").iterdir())
    kept.write_bytes(kept.read_bytes()[:100])
    assert (np.array_equal(embed(), first), embedder.crops) == (True, 16)


def test_a_set_is_a_pattern_and_a_name() -> None:
    assert read_set("a_*=My set") == PeopleSet("a_*", "My set")
    assert read_set("a_*", tight=True) == PeopleSet("a_*", "folders a_*", tight=True)
    for wrong in ("", "=name", "../*=x"):
        with pytest.raises(EvaluationError, match="a set is GLOB=NAME"):
            read_set(wrong)
