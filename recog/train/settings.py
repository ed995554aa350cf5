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

    Raises:
        TrainingError: a value is out of its range.
    """

    batch: BatchShape = field(default_factory=BatchShape)
    selection: Selection = "semi-hard"
    distance: Distance = "squared"
    margin: float = 0.2
    mine_every: int = 100
    learning_rate: float = 1e-4
    hold: float = 20.0
    steps: int = 400
    validate_every: int = 25
    seed: int = 0

    def __post_init__(self) -> None:
        widest = 4 if self.squared else 2
        if not (0 < self.margin < widest and 0 < self.learning_rate <= 1 and self.hold >= 0):
            raise TrainingError(
                f"margin {self.margin} must lie in (0, {widest}), learning rate {self.learning_rate} in (0, 1], "
                f"hold {self.hold} at or above 0"
            )
        if min(self.steps, self.validate_every, self.mine_every) < 1:
            raise TrainingError(
                f"{self.steps} steps, validated every {self.validate_every}, mined every {self.mine_every}: "
                "all are at least 1"
            )

    @property
    def squared(self) -> bool:
        """Whether D is the squared Euclidean distance."""
        return self.distance == "squared"
