"""Gradient descent of one picture, sound or volume at one scale, by L-BFGS, torch's Adam or plain descent."""

from collections.abc import Sequence

import torch
from torch import Tensor

from recog.style.lbfgs import PictureLbfgs, longest_move
from recog.style.pictures import enlarged
from recog.style.settings import Optimiser, StyleSettings

# The first step of L-BFGS or plain descent knows no curvature, so it moves no channel by more than this share.
_FIRST_STEP = 0.02
# Without a line search, a step can overshoot by orders of magnitude, so none moves a channel by more than this.
_LONGEST_STEP = 0.3


class Descent:
    """A picture, sound or volume, (1, channels, *positions) around 0..1, that moves one step at a time.

    Gradients are those of a mean over the picture. For Adam they are multiplied by the number of values, so that its
    epsilon means the same at every size.
    """

    def __init__(self, picture: Tensor, settings: StyleSettings) -> None:
        self.picture = picture.clone().contiguous()
        self._settings = settings
        self._lbfgs: PictureLbfgs | None = None
        self._adam: torch.optim.Adam | None = None
        self._factor: float | None = None
        if settings.optimiser is Optimiser.ADAM:
            self._adam = torch.optim.Adam([self.picture], lr=settings.learning_rate)
        elif settings.optimiser is Optimiser.LBFGS:
            self._lbfgs = PictureLbfgs(self.picture, history=settings.history)

    def step(self, gradient: Tensor) -> None:
        """Move once, given the gradient of the total cost at the picture."""
        if self._lbfgs is not None:
            move = self._bounded(self._lbfgs, gradient)
            self.picture.add_(move)
            self._lbfgs.made(move, gradient)
        elif self._adam is not None:
            self.picture.grad = gradient.mul(gradient.numel())
            self._adam.step()
            self.picture.grad = None
        else:
            self._descend(gradient)

    def at_scale(self, size: Sequence[int], detail: Tensor | None = None) -> "Descent":
        """Return the same descent with the picture enlarged, plus detail, (1, channels, *size), if given.

        Adam keeps its moments, enlarged. L-BFGS starts with an empty memory, because enlarged pairs made the next scale
        worse at first and no better later (see docs/decisions/style-lbfgs.md).
        """
        picture = enlarged(self.picture, size)
        moved = Descent(picture if detail is None else picture + detail, self._settings)
        if self._adam is not None and moved._adam is not None and (old := self._adam.state.get(self.picture)):
            moved._adam.state[moved.picture] = {
                "step": old["step"].clone(),
                "exp_avg": enlarged(old["exp_avg"], size),
                "exp_avg_sq": enlarged(old["exp_avg_sq"], size).clamp_min_(0.0),
            }
        return moved

    def _descend(self, gradient: Tensor) -> None:
        """Move against the gradient; the first one that is not zero decides on the factor of all at this scale."""
        longest = longest_move(gradient)
        if longest == 0.0:
            return
        if self._factor is None:
            self._factor = self._settings.learning_rate * _FIRST_STEP / longest
        self.picture.sub_(gradient, alpha=min(self._factor, _LONGEST_STEP / longest))

    def _bounded(self, lbfgs: PictureLbfgs, gradient: Tensor) -> Tensor:
        """Return the step of L-BFGS, scaled by the rate and limited in length."""
        move = lbfgs.direction(gradient)
        longest = longest_move(move)
        if not lbfgs.knows and longest > 0.0:
            move.mul_(_FIRST_STEP / longest)
            longest = _FIRST_STEP
        rate = self._settings.learning_rate
        return move.mul_(min(rate, _LONGEST_STEP / longest) if longest > 0.0 else 1.0)
