"""Limited-memory BFGS for a picture, one evaluation a step, that begins with the known curvature of style.

The two-loop recursion of Nocedal, Wright, Numerical Optimization, algorithm 7.4, without a line search, as torch's own.
Departures: the initial inverse Hessian is gamma P with P of recog.style.spectrum instead of gamma I, and gamma is the
largest s'y / y'P y of the last ten pairs, not the newest's: one pair is mostly of directions steeper than most.

Measured at 96 x 128 px from the content at one scale, cost after 100 evaluations for tuebingen as the starry night and
the golden gate as the scream: P = I, 10 pairs 0.824, 0.815, and 40 pairs 0.815, 0.799; P = 1 / sqrt(f) 0.807, 0.768; as
here but the newest gamma 0.792, 0.770. As here the second came to 0.758. Tried on it and left out: gamma the median
(0.764), times 1.5 (0.762) or 2 (0.768); 100 pairs (0.774 for 0.770); P by pixel too, from the size of H v there (0.766
at best). P found from the pairs on the way came to 0.825 with the first.

Not reached is 0.4 of the time to the cost of torch's 300 steps from noise, its memory 100, on every pair: with scales
of 48 x 64 and 96 x 128 px it took 130 evaluations of full size with the first pair (0.43), and with the second more
than 140, since from the content the cost levels off above it. To the cost with a memory of 10, three pairs took 107,
113 and more than 140. Coarse scales save 10 to 20: where the size doubles the cost rises fourfold, for a while.
"""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor

from recog.style.spectrum import InverseCurvature

# Pairs whose largest step counts.
_RECENT = 10
# The oldest pairs are dropped where all would take more memory: 14 stay at 768 x 1024 px, all 40 at 512.
_MOST_BYTES = 1 << 28
# A pair less curved than this share of its lengths is rounding, not curvature.
_LEAST_CURVATURE = 1e-7


@dataclass(frozen=True, slots=True)
class _Pair:
    """One step s, the change y of the gradient over it, s'y, and s'y / y'P y."""

    step: Tensor
    change: Tensor
    curvature: float
    length: float


class PictureLbfgs:
    """Gives the next step of a picture, (1, 3, H, W), from its gradients, remembering the last `history` pairs.

    At large sizes it is fewer, at least one: together they take no more than a quarter of a gigabyte.
    """

    def __init__(self, picture: Tensor, *, history: int) -> None:
        self._inverse = InverseCurvature(picture)
        self._pairs: deque[_Pair] = deque(maxlen=self.fitting(picture, history))
        self._before: tuple[Tensor, Tensor] | None = None

    @staticmethod
    def fitting(picture: Tensor, history: int) -> int:
        """Return how many pairs of such a picture are remembered if `history` are asked for."""
        return max(1, min(history, _MOST_BYTES // (2 * picture.numel() * picture.element_size())))

    @property
    def knows(self) -> bool:
        """Whether a pair is remembered; without one a direction has no natural length."""
        return bool(self._pairs)

    def made(self, step: Tensor, gradient: Tensor) -> None:
        """Remember a step, and the gradient where it began."""
        self._before = step, gradient

    def direction(self, gradient: Tensor) -> Tensor:
        """Return the descent direction: minus the approximate inverse Hessian times the gradient."""
        self._remember(gradient)
        down = self._times_inverse(gradient)
        if self._pairs and not float((down * gradient).sum()) < 0.0:
            # Rounding spoiled the memory: begin anew.
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
        """The two loops."""
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
    """Return how far a step moves a channel at most."""
    return float(torch.linalg.vector_norm(step, ord=float("inf")))
