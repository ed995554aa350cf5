"""A recipe refuses values out of their range."""

import pytest

from recog.errors import TrainingError
from recog.train.settings import BatchShape, TrainSettings


@pytest.mark.parametrize("wrong", [{"people": 1}, {"photos": 1}, {"minimum": 1}])
def test_a_batch_without_triplets_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(TrainingError, match="holds no triplet"):
        BatchShape(**wrong)


def test_a_margin_is_in_the_units_of_the_distance() -> None:
    assert TrainSettings(margin=2.5).squared
    with pytest.raises(TrainingError, match=r"must lie in \(0, 2\)"):
        TrainSettings(margin=2.5, distance="euclidean")


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0.0},
        {"margin": 4.0},
        {"distance": "euclidean", "margin": 2.0},
        {"mine_every": 0},
        {"learning_rate": 0.0},
        {"learning_rate": 1.1},
        {"hold": -1.0},
        {"steps": 0},
        {"validate_every": 0},
    ],
)
def test_a_recipe_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        TrainSettings(**wrong)  # type: ignore[arg-type]
