"""An interrupted run resumes to the same numbers as an undisturbed run."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.errors import TrainingError
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.head import LinearHead
from recog.train.head_training import TrainedHead, train_head
from recog.train.settings import BatchShape, Selection, TrainSettings

WIDTH, DIM = 12, 5
LABELS = np.repeat(np.arange(9, dtype=np.int64), 6)
RANDOM = np.random.default_rng(0)
FEATURES = (RANDOM.normal(0, 1, (9, WIDTH))[LABELS] + RANDOM.normal(0, 1.2, (54, WIDTH))).astype(np.float32)
START = LinearHead(RANDOM.normal(0, 0.3, (DIM, WIDTH)).astype(np.float32), np.zeros(DIM, dtype=np.float32))


class Interrupted(Exception):  # noqa: N818 - no error of the product
    """Stands for the end of the process."""


def recipe(selection: Selection = "semi-hard", *, bank: int = 0) -> TrainSettings:
    return TrainSettings(
        batch=BatchShape(people=5, photos=3),
        selection=selection,
        margin=0.4,
        bank=bank,
        mine_every=7,
        learning_rate=1e-2,
        hold=0.5,
        steps=24,
        validate_every=4,
        seed=3,
    )


def identity(settings: TrainSettings, network: str = "a" * 64) -> Mapping[str, object]:
    return {"network": network, "settings": asdict(settings)}


def nearness(head: LinearHead) -> dict[str, float]:
    embeddings = head.embed(FEATURES)
    same = LABELS[:, None] == LABELS[None, :]
    similarity = embeddings @ embeddings.T
    return {"nearness": float(similarity[same].mean() - similarity[~same].mean())}


def run(
    settings: TrainSettings,
    file: CheckpointFile | None = None,
    *,
    features: NDArray[np.float32] = FEATURES,
    stop_at: int | None = None,
) -> TrainedHead:
    def stop(progress: Progress) -> None:
        if progress.step == stop_at:
            raise Interrupted

    return train_head(
        features, LABELS, settings, start=START, validate=nearness, score="nearness", checkpoint=file, progress=stop
    )


@pytest.mark.parametrize("selection", ["semi-hard", "batch-all", "offline"])
@pytest.mark.parametrize("stop_at", [4, 8, 16])
def test_a_resumed_run_gives_the_same_numbers_bit_for_bit(tmp_path: Path, selection: Selection, stop_at: int) -> None:
    settings = recipe(selection)
    undisturbed = run(settings)
    path = tmp_path / "run.checkpoint"
    with pytest.raises(Interrupted):
        run(settings, CheckpointFile(path, identity(settings)), stop_at=stop_at)
    resumed = run(settings, CheckpointFile(path, identity(settings)))
    assert undisturbed.step > 0
    assert resumed.head.sha256 == undisturbed.head.sha256
    assert resumed.history == undisturbed.history
    last = CheckpointFile(path, identity(settings)).read()
    assert last is not None
    whole = CheckpointFile(tmp_path / "whole", identity(settings))
    run(settings, whole)
    other = whole.read()
    assert other is not None
    for name in ("weight", "bias"):
        assert np.array_equal(last.now[name].numpy(), other.now[name].numpy())


def test_a_resumed_run_does_not_take_the_steps_again(tmp_path: Path) -> None:
    settings = recipe()
    file = CheckpointFile(tmp_path / "run", identity(settings))
    whole = run(settings, file)
    again = run(settings, file, features=np.full_like(FEATURES, np.nan))
    assert again.head.sha256 == whole.head.sha256


@pytest.mark.parametrize("what", ["network", "settings"])
def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, what: str) -> None:
    path, settings = tmp_path / "run", recipe()
    run(settings, CheckpointFile(path, identity(settings)))
    other = {**identity(settings), what: "another"}
    with pytest.raises(TrainingError, match=f"is of another run: its {what} is .*, this run's is 'another'"):
        run(settings, CheckpointFile(path, other))


def test_a_checkpoint_of_other_tensors_is_refused(tmp_path: Path) -> None:
    path, settings = tmp_path / "run", recipe()
    run(settings, CheckpointFile(path, identity(settings)))
    narrow = LinearHead(START.weight[:3], START.bias[:3])
    with pytest.raises(TrainingError, match="other names or shapes"):
        train_head(
            FEATURES, LABELS, settings, start=narrow, validate=nearness, score="nearness",
            checkpoint=CheckpointFile(path, identity(settings)),
        )  # fmt: skip


@pytest.mark.parametrize(
    "damage", [lambda blob: blob[:-20], lambda _: b"", lambda blob: blob.replace(b"best", b"worst")]
)
def test_a_damaged_checkpoint_is_said(tmp_path: Path, damage: object) -> None:
    path, settings = tmp_path / "run", recipe()
    run(settings, CheckpointFile(path, identity(settings)))
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(TrainingError, match=r"is damaged .* delete it and train again"):
        run(settings, CheckpointFile(path, identity(settings)))


def test_a_loss_that_is_no_number_leaves_the_last_good_checkpoint(tmp_path: Path) -> None:
    """No step was better than the start, so the run fails, names the step, and leaves the checkpoint of step 4."""
    path, settings = tmp_path / "run", recipe()
    features = FEATURES.copy()

    def spoil(progress: Progress) -> None:
        if progress.step == 4:
            features[:] = np.nan

    with pytest.raises(TrainingError, match="step 5: the loss is"):
        train_head(
            features, LABELS, settings, start=START, validate=lambda _: {"none": 0.0}, score="none",
            checkpoint=CheckpointFile(path, identity(settings)), progress=spoil,
        )  # fmt: skip
    kept = CheckpointFile(path, identity(settings)).read()
    assert kept is not None
    assert kept.step == 4
    assert all(bool(tensor.isfinite().all()) for tensor in kept.now.values())
    resumed = train_head(
        FEATURES, LABELS, settings, start=START, validate=lambda _: {"none": 0.0}, score="none",
        checkpoint=CheckpointFile(path, identity(settings)),
    )  # fmt: skip
    assert resumed.history[-1].step == settings.steps


def test_a_checkpoint_holds_no_name_of_a_person_or_a_place(tmp_path: Path) -> None:
    path, settings = tmp_path / "run", recipe()
    run(settings, CheckpointFile(path, identity(settings)))
    blob = path.read_bytes()
    assert str(tmp_path).encode() not in blob
    assert b"semi-hard" in blob
    CheckpointFile(path, identity(settings)).remove()
    assert not path.exists()
