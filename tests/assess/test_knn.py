"""Classification by the nearest faces on folders of painted people, beside the vote of the product."""

from pathlib import Path

import numpy as np
import pytest

from recog.assess.knn import RULES, VOTE, run_knn, voted
from recog.datasets.embedded import Pipeline
from recog.datasets.people_folder import PeopleFolder
from recog.errors import EvaluationError
from recog.evaluate.knn import UNKNOWN, Near
from recog.render.score_sheets import knn_sheet
from recog.render.sheet import sheet_text
from recog.types import Calibration
from tests.assess.test_evaluations import paint_people
from tests.painted import RED, CellDetector, ColourEmbedder, paint

CALIBRATION = Calibration("c" * 64, 0.005, 0.001, 10.0, -1.0, "painted faces", 1000)
PAINTED = Pipeline(CellDetector(), ColourEmbedder())


def test_a_folder_is_scored_by_each_rule(tmp_path: Path) -> None:
    paint_people(tmp_path)
    paint(tmp_path / "single" / "0.png", RED)
    run = run_knn(PeopleFolder(tmp_path), PAINTED, CALIBRATION, ks=[1, 3], photos=[2, 9])
    (scores,) = run.scores
    assert (run.folder.people, scores.gallery, scores.photos, scores.threshold) == (13, 10, 2, 0.005)
    assert [(one.rule, one.k) for one in scores.rules] == [(rule, k) for k in (1, 3) for rule in RULES]
    by_rule = {(one.rule, one.k): one for one in scores.rules}
    assert by_rule["plain", 1].right > 0.9
    assert by_rule["plain", 1].strangers_named == by_rule["weighted", 3].strangers_named == 1.0
    assert by_rule[VOTE, 3].strangers_named < 0.5
    text = sheet_text(knn_sheet(run))
    assert "strangers named" in text
    assert "weighted, abstaining" in text


def test_people_with_one_photo_cannot_be_classified(tmp_path: Path) -> None:
    paint_people(tmp_path, photos=1)
    with pytest.raises(EvaluationError, match="0 of 12 people have more than 1 photos"):
        run_knn(PeopleFolder(tmp_path), PAINTED, CALIBRATION, ks=[1], photos=[1])


def test_the_vote_is_that_of_the_product() -> None:
    people, squared = [[7, 8, 8], [7, 8, 8], [7, 8, 8]], [[0.2, 0.21, 0.22], [0.2, 0.9, 0.95], [1.1, 1.2, 1.3]]
    near = Near(np.array(people), np.array(squared, dtype=np.float32))
    assert voted(near, 1.0).tolist() == [8, 7, UNKNOWN]
