"""Calibration by group of people, with groups from the names of folders."""

from pathlib import Path

import numpy as np
import pytest

from recog.assess.calibration import CalibrationOptions, FolderCalibration, PeopleSet, calibrate_on_folder
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.groups import Grouping, group_of, people_pattern
from recog.datasets.people import labelled_photos
from recog.errors import EvaluationError, TrainingError
from recog.evaluate.labelled_faces import all_pairs
from recog.render.as_json import to_json
from recog.render.text_scores import calibration_text
from tests.painted import CellDetector, ColourEmbedder, paint

RECORD = {"data": {"sha256": "other photos"}, "arguments": {"held_out": 0.5, "settings": {"seed": 0}}}


def paint_groups(folder: Path, separator: str) -> Path:
    """Paint two groups; the warm people are more alike than the mixed ones."""
    random = np.random.default_rng(0)
    for group, low in (("warm", 150), ("mixed", 20)):
        for person in range(6):
            colour = np.array([220, random.integers(low, 230), random.integers(low, 230)])
            for number in range(3):
                red, green, blue = (colour + random.integers(-3, 4, 3)).tolist()
                paint(folder / f"{group}{separator}p{person}" / f"{number}.png", (red, green, blue), noise=number)
    return folder


def cached(folder: Path) -> Pipeline:
    return Pipeline(CellDetector(), ColourEmbedder(), folder / ".cache")


def calibrated(folder: Path, grouping: Grouping | None, *sets: PeopleSet) -> FolderCalibration:
    options = CalibrationOptions(sets=sets or (PeopleSet("*", "painted"),), far=0.1, grouping=grouping)
    return calibrate_on_folder(folder, options, cached(folder), head_record=RECORD)


@pytest.mark.parametrize(("separator", "grouping"), [("_", Grouping.PREFIXES), ("/", Grouping.FOLDERS)])
def test_each_group_gets_its_errors_at_the_one_threshold(tmp_path: Path, separator: str, grouping: Grouping) -> None:
    made = calibrated(paint_groups(tmp_path, separator), grouping)
    assert [(one.group, one.people, one.faces) for one in made.groups] == [("mixed", 6, 18), ("warm", 6, 18)]
    mixed, warm = made.groups
    assert mixed.far is not None
    assert warm.far is not None
    assert warm.far > mixed.far
    photos = labelled_photos(tmp_path, pattern=people_pattern("*", grouping))
    faces = embedded_faces(photos, Pipeline(CellDetector(), ColourEmbedder()), undetected=Undetected.LEAVE_OUT)
    chosen = [group_of(photos.paths[row], grouping) == "warm" for row in faces.photos]
    distances, same = all_pairs(faces.embeddings[chosen], faces.labels[chosen])
    assert warm.far == float((distances[~same] <= made.run.calibration.threshold).mean())
    text = calibration_text(tmp_path, made)
    assert "largest FAR" in text
    assert '"group": "warm"' in to_json(made)


def test_strangers_are_found_in_the_layout_of_the_groups(tmp_path: Path) -> None:
    options = CalibrationOptions(
        sets=(PeopleSet("p[0-3]", "painted"),),
        far=0.1,
        strangers=(PeopleSet("p[45]", "others"),),
        grouping=Grouping.FOLDERS,
    )
    made = calibrate_on_folder(paint_groups(tmp_path, "/"), options, cached(tmp_path), head_record=RECORD)
    assert [one.people for one in made.strangers] == [4]
    assert made.clusters is not None


@pytest.mark.parametrize(("sets", "strangers"), [(("warm_*", "*_p1"), ()), (("warm_*",), ("*_p1",))])
def test_somebody_in_two_sets_would_be_two_people_and_is_refused(
    tmp_path: Path, sets: tuple[str, ...], strangers: tuple[str, ...]
) -> None:
    options = CalibrationOptions(
        sets=tuple(PeopleSet(one, one) for one in sets),
        far=0.1,
        strangers=tuple(PeopleSet(one, one) for one in strangers),
    )
    with pytest.raises(EvaluationError, match=r"1 people are in two of the sets, .* in .*warm_p1"):
        calibrate_on_folder(paint_groups(tmp_path, "_"), options, cached(tmp_path), head_record=RECORD)


@pytest.mark.parametrize("pattern", ["/warm_*", "**x", ""])
def test_what_is_no_pattern_is_named(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(TrainingError, match="is no pattern for names of folders"):
        labelled_photos(tmp_path, pattern=pattern)


def test_a_rate_that_is_none_is_refused_before_photos_are_read(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="lies between 0 and 1"):
        calibrate_on_folder(tmp_path / "nowhere", CalibrationOptions(far=0.0), cached(tmp_path), head_record=RECORD)


def test_without_a_grouping_nobody_is_grouped(tmp_path: Path) -> None:
    made = calibrated(paint_groups(tmp_path, "_"), None)
    assert made.groups == ()
    assert "largest FAR" not in calibration_text(tmp_path, made)


def test_people_of_several_sets_stay_different_people(tmp_path: Path) -> None:
    folder = paint_groups(tmp_path, "_")
    made = calibrated(folder, Grouping.PREFIXES, PeopleSet("warm_*", "warm"), PeopleSet("mixed_*", "mixed"))
    whole = calibrated(folder, Grouping.PREFIXES)
    assert [(one.group, one.people, one.same, one.different) for one in made.groups] == [
        (one.group, one.people, one.same, one.different) for one in whole.groups
    ]
