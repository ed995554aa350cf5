"""Training on synthetic features: it learns, it is repeatable, and it reports a collapse."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.errors import TrainingError
from recog.train.checkpoint import Progress
from recog.train.collapse import WINDOW, CollapseWatch, StepFacts
from recog.train.head import LinearHead, embed_flipped
from recog.train.head_training import train_head
from recog.train.settings import BatchShape, Selection, TrainSettings

WIDTH, DIM = 24, 8
SHAPE = BatchShape(people=8, photos=4)


def people(
    count: int = 12, photos: int = 8, *, noise: float = 1.5, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Make people who differ in the direction of the first DIM features; the others are noise, and larger."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(count, dtype=np.int64), photos)
    features = random.normal(0, 0.3, (count * photos, WIDTH))
    features[:, :DIM] += random.normal(0, 1, (count, DIM))[labels]
    features[:, DIM:] += random.normal(0, noise, (count * photos, WIDTH - DIM))
    return features.astype(np.float32), labels


def start() -> LinearHead:
    random = np.random.default_rng(1)
    weight = random.normal(0, 1 / math.sqrt(WIDTH), (DIM, WIDTH)).astype(np.float32)
    return LinearHead(weight, np.zeros(DIM, dtype=np.float32))


def separation(head: LinearHead, features: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the mean squared distance between people, minus that between photos of one person."""
    embeddings = head.embed(features)
    distances = 2 - 2 * embeddings @ embeddings.T
    same = labels[:, None] == labels[None, :]
    return float(distances[~same].mean() - distances[same & ~np.eye(len(labels), dtype=bool)].mean())


def trained(settings: TrainSettings, seen: list[Progress] | None = None) -> LinearHead:
    features, labels = people()
    fresh, fresh_labels = people(seed=0)
    run = train_head(
        features,
        labels,
        settings,
        start=start(),
        validate=lambda head: {"separation": separation(head, fresh, fresh_labels)},
        score="separation",
        progress=(lambda _: None) if seen is None else seen.append,
    )
    return run.head


@pytest.mark.parametrize("selection", ["semi-hard", "batch-hard", "batch-all", "offline"])
def test_training_pulls_people_apart_by_every_selection(selection: Selection) -> None:
    seen: list[Progress] = []
    settings = TrainSettings(
        batch=SHAPE, selection=selection, learning_rate=2e-2, hold=0.0, steps=80, validate_every=20, mine_every=20
    )
    head = trained(settings, seen)
    features, labels = people()
    assert separation(head, features, labels) > 2 * separation(start(), features, labels)
    assert seen[-1].active < seen[1].active
    assert [progress.step for progress in seen] == [0, 20, 40, 60, 80]


def test_a_run_repeats_itself_exactly_and_another_seed_differs() -> None:
    settings = TrainSettings(batch=SHAPE, learning_rate=1e-2, steps=10, validate_every=5, seed=4)
    assert trained(settings).sha256 == trained(settings).sha256
    other = TrainSettings(batch=SHAPE, learning_rate=1e-2, steps=10, validate_every=5, seed=5)
    assert trained(other).sha256 != trained(settings).sha256


def test_the_start_is_kept_where_training_makes_it_worse() -> None:
    features, labels = people()
    settings = TrainSettings(batch=SHAPE, learning_rate=1e-2, steps=10, validate_every=5)
    near_start = start()
    run = train_head(
        features,
        labels,
        settings,
        start=near_start,
        validate=lambda head: {"nearness": -float(np.abs(head.weight - near_start.weight).sum())},
        score="nearness",
    )
    assert run.step == 0
    assert np.array_equal(run.head.weight, near_start.weight)
    assert [progress.best for progress in run.history] == [True, False, False]


def test_a_head_below_the_start_by_a_guarded_score_is_not_kept() -> None:
    features, labels = people()
    scores = iter([(0.0, 5.0), (1.0, 4.0), (0.5, 5.0), (0.4, 6.0)])
    run = train_head(
        features,
        labels,
        TrainSettings(batch=SHAPE, steps=3, validate_every=1),
        start=start(),
        validate=lambda _: dict(zip(("deciding", "guarded"), next(scores), strict=True)),
        score="deciding",
        never_below=["guarded"],
    )
    assert run.step == 2


def test_holding_keeps_embeddings_near_their_start() -> None:
    def moved(hold: float) -> float:
        features, _ = people()
        settings = TrainSettings(batch=SHAPE, learning_rate=1e-2, hold=hold, steps=30, validate_every=30)
        return float(np.square(trained(settings).embed(features) - start().embed(features)).sum(axis=1).mean())

    assert moved(20.0) < 0.5 * moved(0.0)


def test_a_loss_that_is_no_number_stops_with_its_step() -> None:
    features, labels = people()
    features[labels == 3] = np.nan
    settings = TrainSettings(batch=BatchShape(people=12, photos=4), steps=5)
    with pytest.raises(TrainingError, match=r"step 1: the loss is .* spread of embeddings nan"):
        train_head(features, labels, settings, start=start(), validate=lambda _: {"none": 0.0}, score="none")


def test_mining_among_nan_features_names_the_step() -> None:
    features, labels = people()
    features[labels == 3] = np.nan
    settings = TrainSettings(batch=SHAPE, selection="offline", steps=5)
    with pytest.raises(TrainingError, match="step 1: triplets cannot be mined \\(a vector of length zero"):
        train_head(features, labels, settings, start=start(), validate=lambda _: {"none": 0.0}, score="none")


def test_a_run_that_breaks_after_getting_better_keeps_the_better_head_and_says_so() -> None:
    features, labels = people()
    scores = iter([0.0, 1.0, 0.5])
    settings = TrainSettings(batch=SHAPE, learning_rate=1e-2, hold=0.0, steps=500, validate_every=1)

    def validate(head: LinearHead) -> dict[str, float]:
        score = next(scores)
        if score == 0.5:
            features[:] = np.nan
        return {"given": score}

    run = train_head(features, labels, settings, start=start(), validate=validate, score="given")
    assert run.step == 1
    assert len(run.warnings) == 1
    assert "step 3: " in run.warnings[0]
    assert "spread of embeddings nan" in run.warnings[0]


def test_collapsed_features_are_found_out() -> None:
    """All faces look alike, so all embeddings are one point, and every loss equals the margin."""
    features, labels = people()
    features[:] = 1.0
    settings = TrainSettings(batch=SHAPE, selection="batch-all", steps=100, validate_every=100)
    with pytest.raises(TrainingError, match=f"step {WINDOW}: collapse: .* nearly one point"):
        train_head(features, labels, settings, start=start(), validate=lambda _: {"none": 0.0}, score="none")


def facts(step: int, *, loss: float = 0.05, triplets: int = 9, active: float = 0.3, spread: float = 0.9) -> StepFacts:
    return StepFacts(step, 0.2, loss, triplets, active, spread)


def test_a_loss_stuck_at_the_margin_is_a_collapse_and_a_moving_one_is_not() -> None:
    watch = CollapseWatch()
    for step in range(101):
        watch.see(facts(step, loss=0.2 if step % 2 else 0.15, active=1.0))
    for step in range(101, 100 + WINDOW):
        watch.see(facts(step, loss=0.2001, active=1.0))
    with pytest.raises(TrainingError, match=r"the loss stands at the margin 0\.2"):
        watch.see(facts(100 + WINDOW, loss=0.2001, active=1.0))


def test_a_run_with_nothing_to_learn_from_is_called_idle() -> None:
    watch = CollapseWatch()
    for step in range(WINDOW):
        assert not watch.idle()
        watch.see(facts(step, loss=0.0, triplets=0, active=0.0))
    assert watch.idle()
    watch.see(facts(WINDOW))
    assert not watch.idle()


@pytest.mark.parametrize(
    "wrong", [{"margin": 0.0}, {"learning_rate": 0.0}, {"hold": -1.0}, {"steps": 0}, {"validate_every": 0}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError):
        TrainSettings(**wrong)  # type: ignore[arg-type]


def test_a_head_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    head = start()
    path = tmp_path / "head.safetensors"
    path.write_bytes(head.to_bytes())
    again = LinearHead(**load_file(path))
    assert np.array_equal(again.weight, head.weight)
    assert again.sha256 == head.sha256


def test_flip_averaging_is_the_unit_sum_of_both_embeddings() -> None:
    features, _ = people()
    mirrored = features[::-1].copy()
    head = start()
    slow = [one + other for one, other in zip(head.embed(features), head.embed(mirrored), strict=True)]
    expected = np.array([row / math.sqrt(float(row @ row)) for row in slow])
    assert np.allclose(embed_flipped(head, features, mirrored), expected, atol=1e-6)


def collapsing(hold: float) -> list[Progress]:
    """Train with batch-hard triplets on wrong labels and large steps; return what was validated."""
    features, labels = people(count=40)
    wrong = np.random.default_rng(5).permutation(labels)
    seen: list[Progress] = []
    train_head(
        (features + 1).astype(np.float32), wrong,
        TrainSettings(
            batch=BatchShape(people=16, photos=4), selection="batch-hard", learning_rate=3e-2, hold=hold, steps=60,
            validate_every=10,
        ),
        start=start(), validate=lambda _: {"none": 0.0}, score="none", progress=seen.append,
    )  # fmt: skip
    return seen


def test_a_collapse_on_purpose_is_named_with_its_cure_and_the_cure_helps() -> None:
    with pytest.raises(TrainingError, match=r"collapse: .* lower the learning rate, hold the network nearer"):
        collapsing(hold=0.0)
    assert min(each.spread for each in collapsing(hold=20.0)[1:]) > 0.7


def test_a_run_ends_once_its_patience_is_exhausted() -> None:
    features, labels = people()
    scores = iter([0.0, 1.0, 0.5, 0.6, 0.7, 2.0])
    settings = TrainSettings(batch=SHAPE, steps=5, validate_every=1, patience=3)
    run = train_head(
        features, labels, settings, start=start(), validate=lambda _: {"given": next(scores)}, score="given"
    )
    assert run.step == 1
    assert [progress.step for progress in run.history] == [0, 1, 2, 3, 4]


def test_a_margin_moves_evenly_from_the_first_step_to_the_last() -> None:
    settings = TrainSettings(margin=0.1, margin_to=0.5, steps=5)
    assert [settings.margin_at(step) for step in range(1, 6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert TrainSettings(margin=0.1).margin_at(300) == 0.1
    with pytest.raises(TrainingError, match=r"margin 0\.2 to 5\.0 must lie in \(0, 4\)"):
        TrainSettings(margin_to=5.0)
