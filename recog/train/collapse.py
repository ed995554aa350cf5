"""The watch over a training run: collapse and NaN, detected from a few numbers of every step."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from recog.errors import TrainingError

WINDOW = 20
LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class StepFacts:
    """The numbers of one step.

    triplets counts the selected triplets, active is the share of valid triplets inside the margin. spread is
    1 - |mean embedding|^2: near 1 if the embeddings cover the sphere, 0 if all are one point.
    """

    step: int
    margin: float
    loss: float
    triplets: int
    active: float
    spread: float


class CollapseWatch:
    """Keeps the last `window` steps and raises TrainingError once they show that nothing is learnt any more."""

    def __init__(self, recent: Iterable[StepFacts] = (), *, window: int = WINDOW) -> None:
        self._recent: deque[StepFacts] = deque(recent, maxlen=window)

    @property
    def recent(self) -> tuple[StepFacts, ...]:
        """Return the last steps, oldest first, for the checkpoint of the run."""
        return tuple(self._recent)

    def see(self, facts: StepFacts) -> None:
        """Add a step; raise a TrainingError that names the step and the failure."""
        if not (math.isfinite(facts.loss) and math.isfinite(facts.spread)):
            raise TrainingError(
                f"step {facts.step}: the loss is {facts.loss:g} and the spread of embeddings {facts.spread:g}: "
                "nothing can be learnt from that; look for NaN in the features, or lower the learning rate"
            )
        self._recent.append(facts)
        if len(self._recent) < (self._recent.maxlen or 0):
            return
        if all(seen.spread < LEAST_SPREAD for seen in self._recent):
            raise TrainingError(
                f"step {facts.step}: collapse: for {len(self._recent)} steps all embeddings have been nearly one "
                f"point (spread {facts.spread:.3f} of 1): lower the learning rate, hold the network nearer to "
                "its start, or choose semi-hard triplets"
            )
        stuck = [seen for seen in self._recent if seen.triplets and abs(seen.loss - seen.margin) < 0.01 * seen.margin]
        if len(stuck) == len(self._recent) and all(seen.active > 0.95 for seen in self._recent):
            raise TrainingError(
                f"step {facts.step}: collapse: the loss stands at the margin {facts.margin:g} and "
                f"{100 * facts.active:.0f} % of triplets stay active, so positives are no nearer than negatives; "
                "check the labels, lower the learning rate, or hold the network nearer to its start"
            )

    def idle(self) -> bool:
        """Return whether none of the last steps had a triplet: the data is learnt, or too easy."""
        return len(self._recent) == self._recent.maxlen and not any(seen.triplets for seen in self._recent)
