"""Is a training run still learning? Collapse and NaN, found from a few numbers of every step."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from recog.errors import TrainingError

WINDOW = 20
LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step: margin, loss, chosen triplets, the share of valid triplets inside the margin, spread of embeddings.

    spread is 1 - |mean embedding|^2: near 1 for embeddings all over the sphere, 0 when all are one point.
    """

    step: int
    margin: float
    loss: float
    triplets: int
    active: float
    spread: float


class CollapseWatch:
    """Remembers the last steps and raises TrainingError when they cannot be those of a learning head."""

    def __init__(self, recent: Iterable[StepFacts] = (), *, window: int = WINDOW) -> None:
        self._recent: deque[StepFacts] = deque(recent, maxlen=window)

    @property
    def recent(self) -> tuple[StepFacts, ...]:
        """The last steps, oldest first: all that a resumed run needs to go on watching."""
        return tuple(self._recent)

    def see(self, facts: StepFacts) -> None:
        """Take in a step; TrainingError names the step and what is wrong."""
        if not (math.isfinite(facts.loss) and math.isfinite(facts.spread)):
            raise TrainingError(
                f"step {facts.step}: the loss is {facts.loss:g} and the spread of embeddings {facts.spread:g}: "
                "these are no numbers to learn from; look for NaN in the features, or lower the learning rate"
            )
        self._recent.append(facts)
        if len(self._recent) < (self._recent.maxlen or 0):
            return
        if all(seen.spread < LEAST_SPREAD for seen in self._recent):
            raise TrainingError(
                f"step {facts.step}: collapse: for {len(self._recent)} steps all embeddings are nearly one point "
                f"(spread {facts.spread:.3f} of 1): lower the learning rate or hold the head nearer to its start"
            )
        stuck = [seen for seen in self._recent if seen.triplets and abs(seen.loss - seen.margin) < 0.01 * seen.margin]
        if len(stuck) == len(self._recent) and all(seen.active > 0.95 for seen in self._recent):
            raise TrainingError(
                f"step {facts.step}: collapse: the loss stands at the margin {facts.margin:g} and "
                f"{100 * facts.active:.0f} % of triplets stay active: positives are no nearer than negatives; "
                "check the labels, or lower the learning rate"
            )

    def idle(self) -> bool:
        """Nothing chosen to learn from in all of the last steps: the data is learnt, or too easy."""
        return len(self._recent) == self._recent.maxlen and not any(seen.triplets for seen in self._recent)
