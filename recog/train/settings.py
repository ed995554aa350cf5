"""The recipe of a training run, as values that the run record keeps."""

from dataclasses import dataclass, field
from typing import Literal

from recog.errors import TrainingError

Selection = Literal["semi-hard", "batch-hard", "batch-all", "offline"]
Distance = Literal["squared", "euclidean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShape:
    """The composition of a batch: `people` (P) people with up to `photos` (K) photos each.

    People with fewer than `minimum` photos are in no batch.

    Raises:
        TrainingError: such a batch holds no triplet.
    """

    people: int = 48
    photos: int = 4
    minimum: int = 2

    def __post_init__(self) -> None:
        if self.people < 2 or self.photos < 2 or self.minimum < 2:
            raise TrainingError(
                f"a batch of {self.people} people x {self.photos} photos (at least {self.minimum} a person) holds no "
                "triplet: it needs two people and two photos of each"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """How to train with triplets; a step is one batch.

    The margin is in the units of `distance`. The selection "offline" mines the whole training set every `mine_every`
    steps, the others select from the batch. hold is the weight of the drift from the start (see losses.drift); 0.5
    means half the squared distance to the old embedding. validate_every counts steps; each validation also writes a
    checkpoint. docs/decisions/triplet-options.md says which other options were tried and dropped.

    margin_to makes the margin change evenly from `margin` at the first step to this at the last. bank is the number of
    embeddings of earlier batches that serve as further negatives (see bank.MemoryBank). chunk is the number of crops of
    a batch whose graph is in memory at once (see chunks.ChunkedBatch); it does not change the result. patience ends the
    run after so many validations without a better one. None of them is on by default (see
    docs/decisions/sface-end-to-end.md).

    Raises:
        TrainingError: a value is out of its range.
    """

    batch: BatchShape = field(default_factory=BatchShape)
    selection: Selection = "semi-hard"
    distance: Distance = "squared"
    margin: float = 0.2
    margin_to: float | None = None
    bank: int = 0
    chunk: int = 256
    mine_every: int = 100
    learning_rate: float = 1e-4
    hold: float = 20.0
    steps: int = 400
    validate_every: int = 25
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        widest = 4 if self.squared else 2
        margins = [self.margin] if self.margin_to is None else [self.margin, self.margin_to]
        in_range = all(0 < margin < widest for margin in margins)
        if not (in_range and 0 < self.learning_rate <= 1 and self.hold >= 0):
            raise TrainingError(
                f"margin {' to '.join(map(str, margins))} must lie in (0, {widest}), learning rate "
                f"{self.learning_rate} in (0, 1], hold {self.hold} at or above 0"
            )
        if self.bank < 0 or (self.bank and self.selection == "offline"):
            raise TrainingError(
                f"a bank of {self.bank} embeddings with the selection {self.selection}: it is at least 0, and serves "
                "the selections from a batch alone"
            )
        if self.chunk < 1 or (self.patience is not None and self.patience < 1):
            raise TrainingError(f"a chunk of {self.chunk} and a patience of {self.patience}: both are at least 1")
        if min(self.steps, self.validate_every, self.mine_every) < 1:
            raise TrainingError(
                f"{self.steps} steps, validated every {self.validate_every}, mined every {self.mine_every}: "
                "all are at least 1"
            )

    def margin_at(self, step: int) -> float:
        """Return the margin of a step, which counts from 1."""
        if self.margin_to is None:
            return self.margin
        return self.margin + (self.margin_to - self.margin) * (step - 1) / max(self.steps - 1, 1)

    @property
    def squared(self) -> bool:
        """Whether D is the squared Euclidean distance."""
        return self.distance == "squared"
