"""One picture following the gradient at one scale, by torch's L-BFGS or Adam.

Measured and left out, in evaluations of full size that reach the cost of 300 steps from noise at 96 x 128 px (216 as it
is): a memory of 40 pairs (192), a search in frequencies weighted by 1 / sqrt(f) (174), both (168). After the 60 steps
at two scales of a default picture, all three end at the same cost or at a higher one (0.922 as it is; 0.924, 0.935).
"""

import torch
from torch import Tensor

from recog.style.pictures import enlarged
from recog.style.settings import Optimiser, StyleSettings

# The first step of L-BFGS knows no curvature: it moves no channel by more than this share of its range.
_FIRST_STEP = 0.02
# Without a line search a step can overshoot by orders of magnitude: none moves a channel by more than this.
_LONGEST_STEP = 0.3


class Descent:
    """Holds the picture, (1, 3, H, W) around 0..1, and moves it one step at a time.

    The gradient handed in is of a mean over the picture; it is multiplied by the number of values, so that the
    thresholds inside the optimisers mean the same at every size.
    """

    def __init__(self, picture: Tensor, settings: StyleSettings) -> None:
        self.picture = picture.clone().contiguous()
        self._settings = settings
        self._steps = 0
        self._optimiser: torch.optim.Optimizer
        if settings.optimiser is Optimiser.ADAM:
            self._optimiser = torch.optim.Adam([self.picture], lr=settings.learning_rate)
        else:
            self._optimiser = torch.optim.LBFGS(
                [self.picture], max_iter=1, history_size=settings.history, tolerance_grad=0.0, tolerance_change=0.0
            )

    def step(self, total: float, gradient: Tensor) -> None:
        """Move once, given the total cost and its gradient at the picture."""
        scaled = gradient.mul(gradient.numel())
        if self._settings.optimiser is Optimiser.LBFGS:
            self._optimiser.param_groups[0]["lr"] = self._settings.learning_rate * self._first_length(scaled)
        self._steps += 1
        self.picture.grad = scaled
        before = self.picture.clone()
        self._optimiser.step(lambda: total * gradient.numel())
        self.picture.grad = None
        if self._settings.optimiser is Optimiser.LBFGS:
            self._shorten(before)

    def at_scale(self, size: tuple[int, int], detail: Tensor | None = None) -> "Descent":
        """The same descent with the picture enlarged, plus detail, (1, 3, *size), where given.

        Adam takes its moments along, L-BFGS begins its memory anew: curvature pairs of another size would be no
        curvature of this one.
        """
        picture = enlarged(self.picture, size)
        moved = Descent(picture if detail is None else picture + detail, self._settings)
        old = self._optimiser.state.get(self.picture)
        if old and self._settings.optimiser is Optimiser.ADAM:
            moved._optimiser.state[moved.picture] = {
                "step": old["step"].clone(),
                "exp_avg": enlarged(old["exp_avg"], size),
                "exp_avg_sq": enlarged(old["exp_avg_sq"], size).clamp_min_(0.0),
            }
        return moved

    def _shorten(self, before: Tensor) -> None:
        """Cut the step just made to the longest one, and let L-BFGS know, whose curvature pair is made of it."""
        longest = float((self.picture - before).abs().max())
        if longest > _LONGEST_STEP:
            share = _LONGEST_STEP / longest
            self.picture.copy_(before.lerp_(self.picture, share))
            self._optimiser.state[self.picture]["t"] *= share

    def _first_length(self, gradient: Tensor) -> float:
        """The factor on L-BFGS' own first step, which is min(1, 1 / sum |g|) times the gradient; 1 afterwards."""
        steepest = float(gradient.abs().max())
        if self._steps > 0 or steepest == 0.0:
            return 1.0
        return _FIRST_STEP / steepest / min(1.0, 1.0 / float(gradient.abs().sum()))
