"""L-BFGS for a picture, sound or volume, with one evaluation a step.

It is the two-loop recursion of Nocedal, Wright, Numerical Optimization, algorithm 7.4, without a line search, as in
torch. Departures: the initial inverse Hessian is gamma P instead of gamma I, with P of recog.style.spectrum, the
measured inverse curvature of the style cost of pictures. gamma is the largest s'y / y'P y of the last ten pairs instead
of the newest one, because a single pair mostly lies in directions that are steeper than average. See
docs/decisions/style-lbfgs.md for what was measured.
"""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor

from recog.style.spectrum import inverse_curvature

# Number of recent pairs from which gamma is the largest.
_RECENT = 10
# The oldest pairs are dropped if all would take more memory: 14 fit at 768 x 1024 px, all 40 at 512.
_MOST_BYTES = 1 << 28
# A pair whose curvature is below this share of its lengths is rounding error.
_LEAST_CURVATURE = 1e-7


@dataclass(frozen=True, slots=True)
class _Pair:
    """One step s, the change y of the gradient along it, s'y as curvature, and s'y / y'P y as length."""

    step: Tensor
    change: Tensor
    curvature: float
    length: float


class PictureLbfgs:
    """Computes the next step of values, (1, channels, *positions), from their gradients and the last `history` pairs.

    Large pictures keep fewer pairs, at least one, so that these fit into a quarter of a gigabyte.
    """

    def __init__(self, picture: Tensor, *, history: int) -> None:
        self._inverse = inverse_curvature(picture)
        self._pairs: deque[_Pair] = deque(maxlen=self.fitting(picture, history))
        self._before: tuple[Tensor, Tensor] | None = None

    @staticmethod
    def fitting(picture: Tensor, history: int) -> int:
        """Return the number of pairs of such a picture that are kept if `history` are wanted."""
        return max(1, min(history, _MOST_BYTES // (2 * picture.numel() * picture.element_size())))

    @property
    def knows(self) -> bool:
        """Whether a pair is stored; without one, a direction has no natural length."""
        return bool(self._pairs)

    def made(self, step: Tensor, gradient: Tensor) -> None:
        """Store a step and the gradient at its start."""
        self._before = step, gradient

    def direction(self, gradient: Tensor) -> Tensor:
        """Return the descent direction: minus the approximate inverse Hessian times the gradient."""
        self._remember(gradient)
        down = self._times_inverse(gradient)
        if self._pairs and not float((down * gradient).sum()) < 0.0:
            # Rounding errors spoiled the pairs, so start again without them.
            self._pairs.clear()
            down = self._times_inverse(gradient)
        return down

    def _remember(self, gradient: Tensor) -> None:
        if self._before is None:
            return
        step, old = self._before
        change = gradient - old
        curvature = float((step * change).sum())
        if curvature > _LEAST_CURVATURE * float(step.norm()) * float(change.norm()):
            length = curvature / float((change * self._inverse(change)).sum())
            self._pairs.append(_Pair(step, change, curvature, length))

    def _times_inverse(self, gradient: Tensor) -> Tensor:
        """Return minus the approximate inverse Hessian times the gradient, by the two-loop recursion."""
        found = gradient.neg()
        shares = []
        for pair in reversed(self._pairs):
            share = float((pair.step * found).sum()) / pair.curvature
            found.sub_(pair.change, alpha=share)
            shares.append(share)
        found = self._inverse(found)
        if self._pairs:
            found.mul_(max(pair.length for pair in list(self._pairs)[-_RECENT:]))
        for pair, share in zip(self._pairs, reversed(shares), strict=True):
            found.add_(pair.step, alpha=share - float((pair.change * found).sum()) / pair.curvature)
        return found


def longest_move(step: Tensor) -> float:
    """Return the largest change of a channel in a step."""
    return float(torch.linalg.vector_norm(step, ord=float("inf")))
