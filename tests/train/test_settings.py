"""A recipe changes with the steps as it says."""

import pytest

from recog.errors import TrainingError
from recog.train.settings import TrainSettings


def test_a_margin_goes_in_a_straight_line_from_the_first_step_to_the_last() -> None:
    settings = TrainSettings(margin=0.1, margin_to=0.5, steps=5)
    assert [settings.margin_at(step) for step in range(1, 6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_without_another_margin_it_stays() -> None:
    settings = TrainSettings(margin=0.3, steps=4)
    assert {settings.margin_at(step) for step in range(1, 5)} == {0.3}
    assert TrainSettings(margin=0.3, margin_to=0.6, steps=1).margin_at(1) == 0.3


def test_a_curriculum_changes_its_selection_once() -> None:
    settings = TrainSettings(selection="batch-all", then="batch-hard", then_after=0.6, steps=5)
    chosen = [settings.selection_at(step) for step in range(1, 6)]
    assert chosen == ["batch-all", "batch-all", "batch-all", "batch-hard", "batch-hard"]
    assert {TrainSettings(steps=5).selection_at(step) for step in range(1, 6)} == {"semi-hard"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0.0},
        {"margin_to": 4.0},
        {"distance": "euclidean", "margin": 2.0},
        {"then_after": 0.0},
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
