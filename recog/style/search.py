"""The search for a picture, sound or volume of low cost, coarse to fine; at each scale, evaluate and move in turn."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from recog.errors import StyleError
from recog.style.descent import Descent
from recog.style.objective import Costs, Objective
from recog.style.settings import StyleSettings

MOST_COARSE_STEPS = 60
"""Largest number of steps of one coarse scale: with 120, the next scale gained less than they cost, on two pairs."""


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale: the positions along each axis, and what is computed when the search reaches it.

    detail is what the start has at this scale and had not at the one before, (1, channels, *size), or None.
    """

    size: tuple[int, ...]
    objective: Callable[[], Objective]
    detail: Callable[[], Tensor | None]


@dataclass(frozen=True, slots=True)
class SearchStep:
    """The state after `step` of all steps, at scale number `scale` from 1.

    costs are those of values, (1, channels, *size): the best of this scale in the last item, before it the current
    ones. message is a sentence for the user, mostly empty.
    """

    step: int
    scale: int
    size: tuple[int, ...]
    costs: Costs
    values: Tensor
    message: str
    finished: bool


def search(start: Tensor, scales: Sequence[Scale], settings: StyleSettings) -> Iterator[SearchStep]:
    """Lower the cost from start, (1, channels, *size of the first scale); yield one item an optimiser step.

    Raises:
        StyleError: the first cost is not finite. If a later cost is not finite, the iterator ends with the best values
            so far and a message instead.
    """
    descent = Descent(start, settings)
    counts = _shared_steps(settings.steps, len(scales))
    done = 0
    for number, (scale, count) in enumerate(zip(scales, counts, strict=True), 1):
        if number > 1:
            descent = descent.at_scale(scale.size, scale.detail())
        objective, end = scale.objective(), done + count
        costs, gradient = objective(descent.picture)
        if number == 1 and not math.isfinite(costs.total):
            raise StyleError(
                f"the first cost is {costs.total}: alpha {settings.alpha:g}, beta {settings.beta:g}, the total "
                "variation's or a layer's weight is too large for these pictures"
            )
        if number == 1 or math.isfinite(costs.total):
            best, best_costs = descent.picture.clone(), costs
        while done < end:
            descent.step(gradient)
            done += 1
            costs, gradient = objective(descent.picture)
            failed = not math.isfinite(costs.total)
            if not failed and costs.total <= best_costs.total:
                best, best_costs = descent.picture.clone(), costs
            finished = failed or done == settings.steps
            yield SearchStep(
                step=done,
                scale=number,
                size=scale.size,
                costs=best_costs if finished else costs,
                values=best if finished else descent.picture,
                message=_stopped(costs, done, settings.steps) if failed else "",
                finished=finished,
            )
            if finished:
                return


def _shared_steps(steps: int, scales: int) -> list[int]:
    """Return the steps of each scale, coarse to fine: equal, but at most MOST_COARSE_STEPS for a coarse scale.

    The remainder of the division goes to the coarse scales. Steps above their limit go to the last scale, which gets at
    least one.
    """
    each, rest = divmod(steps, scales)
    if not each:
        return [0] * (scales - 1) + [steps]
    coarse = [min(each + (number < rest), MOST_COARSE_STEPS) for number in range(scales - 1)]
    return [*coarse, steps - sum(coarse)]


def _stopped(costs: Costs, done: int, steps: int) -> str:
    return f"the cost became {costs.total} at step {done} of {steps}: stopped, the best picture before it is kept"
