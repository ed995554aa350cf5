"""How to train: the recipe, as values that a run record keeps."""

from dataclasses import dataclass, field
from typing import Literal

from recog.errors import TrainingError
from recog.train.sampler import BatchShape

Selection = Literal["semi-hard", "nearest-semi-hard", "batch-hard", "batch-all", "offline"]
Distance = Literal["squared", "euclidean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """How to train; steps are batches, margins are in the units of `distance`.

    selection and margin are those of the first step. With a `then`, that selection takes over once then_after of the
    steps are done: a curriculum from easy to hard. With a margin_to, the margin goes there in a straight line until the
    last step. "offline" mines the whole training set every mine_every steps. hold weighs the drift from the start (see
    losses.drift; 0.5 is "half the squared distance to the old embedding"). validate_every counts steps; a checkpoint is
    written as often.
    """

    batch: BatchShape = field(default_factory=BatchShape)
    selection: Selection = "semi-hard"
    then: Selection | None = None
    then_after: float = 0.5
    distance: Distance = "squared"
    margin: float = 0.2
    margin_to: float | None = None
    mine_every: int = 100
    learning_rate: float = 1e-4
    hold: float = 20.0
    steps: int = 400
    validate_every: int = 25
    seed: int = 0

    def __post_init__(self) -> None:
        widest = 4 if self.squared else 2
        margins = [self.margin, *([] if self.margin_to is None else [self.margin_to])]
        if not all(0 < margin < widest for margin in margins) or not (0 < self.learning_rate <= 1 and self.hold >= 0):
            raise TrainingError(
                f"margins {margins} must lie in (0, {widest}), learning rate {self.learning_rate} in (0, 1], "
                f"hold {self.hold} at or above 0"
            )
        if min(self.steps, self.validate_every, self.mine_every) < 1:
            raise TrainingError(
                f"{self.steps} steps, validated every {self.validate_every}, mined every {self.mine_every}: "
                "all are at least 1"
            )
        if not 0 < self.then_after < 1:
            raise TrainingError(f"the second selection starts after {self.then_after} of the steps: between 0 and 1")

    @property
    def squared(self) -> bool:
        """Whether D is the squared Euclidean distance."""
        return self.distance == "squared"

    def margin_at(self, step: int) -> float:
        """The margin of step 1 ... steps."""
        if self.margin_to is None or self.steps == 1:
            return self.margin
        return self.margin + (self.margin_to - self.margin) * (step - 1) / (self.steps - 1)

    def selection_at(self, step: int) -> Selection:
        """The selection of step 1 ... steps."""
        second = self.then is not None and step > self.then_after * self.steps
        return self.then if self.then is not None and second else self.selection
