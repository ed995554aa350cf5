"""The initial inverse Hessian of L-BFGS: the measured curvature of the style cost by frequency and colour.

A change in brightness over half the picture hardly affects the cost; the same change of red against green over a few
pixels affects it 40 times as much. If L-BFGS starts with the same step for both, the steepest direction limits it, and
the flat ones need hundreds of steps. Mordvintsev, Pezzotti, Schubert, Olah, "Differentiable image parameterizations",
Distill 2018, therefore search in decorrelated colours and in frequencies weighted by 1 / f. Departures: the picture is
not transformed, but the weights are the initial inverse Hessian (Nocedal, Wright, Numerical Optimization, section 7.2);
the colours are fixed opponents; and the weights are measured as 1 / c(colour, f)^0.5, with c the mean of
v' H v / v' v.
"""

from collections.abc import Callable

import torch
from torch import Tensor

# The rows are brightness, red against blue, and green against both.
_OPPONENTS = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [1.0, -2.0, 1.0]])
_OPPONENTS = _OPPONENTS / _OPPONENTS.norm(dim=1, keepdim=True)
# Frequencies in cycles a pixel, and the curvature at them, from differences of gradients along random waves: two pairs
# of pictures with the default settings at 128 and 256 px, after 10 and 60 steps. Only ratios matter.
_FREQUENCIES = torch.tensor([0.0072, 0.0158, 0.0278, 0.0487, 0.0892, 0.1633, 0.2964, 0.4871])
_CURVATURES = torch.tensor(
    [
        [26.0, 17.0, 40.0, 80.0, 200.0, 420.0, 430.0, 600.0],
        [300.0, 280.0, 300.0, 300.0, 500.0, 200.0, 330.0, 640.0],
        [1000.0, 600.0, 700.0, 1000.0, 1500.0, 400.0, 330.0, 640.0],
    ]
)
# A band's mean covers directions that differ by a factor of 100, so only a power of it is used: 0.5 is never far from
# the best one (see docs/decisions/style-lbfgs.md).
_POWER = 0.5
# Batch, channels, height and width.
_PICTURE_AXES = 4


def inverse_curvature(like: Tensor) -> Callable[[Tensor], Tensor]:
    """Return the measured map for pictures in colour, (1, 3, H, W), and the identity for all other values.

    The curvature along the axes of sounds, volumes and films was not measured: they start from equal steps.
    """
    return InverseCurvature(like) if like.ndim == _PICTURE_AXES and like.shape[1] == len(_OPPONENTS) else _unchanged


class InverseCurvature:
    """A symmetric positive map of pictures (1, 3, H, W) of one size, which amplifies waves of low curvature."""

    def __init__(self, like: Tensor) -> None:
        self._size = like.shape[2], like.shape[3]
        self._opponents = _OPPONENTS.to(like.device)
        down = torch.fft.fftfreq(self._size[0])[:, None]
        right = torch.fft.rfftfreq(self._size[1])[None]
        self._weights = _weights((down.square() + right.square()).sqrt()).to(like.device)

    def __call__(self, picture: Tensor) -> Tensor:
        """Multiply every wave of every opponent colour by its weight, in (1, 3, H, W) float32.

        The Fourier transform treats the picture as periodic.
        """
        waves = torch.fft.rfft2(torch.einsum("oc,chw->ohw", self._opponents, picture[0]), norm="ortho")
        scaled = torch.fft.irfft2(waves.mul_(self._weights), s=self._size, norm="ortho")
        return torch.einsum("oc,ohw->chw", self._opponents, scaled)[None]


def _unchanged(values: Tensor) -> Tensor:
    return values


def _weights(frequencies: Tensor) -> Tensor:
    """Return c^-power, (3, H, W'), at frequencies (H, W') in cycles a pixel, interpolated in logarithms."""
    points, steep = _FREQUENCIES.log(), _CURVATURES.log()
    wanted = frequencies.clamp(float(_FREQUENCIES[0]), float(_FREQUENCIES[-1])).log()
    above = torch.bucketize(wanted, points).clamp(1, len(points) - 1)
    share = (wanted - points[above - 1]) / (points[above] - points[above - 1])
    return torch.exp(-_POWER * torch.lerp(steep[:, above - 1], steep[:, above], share[None]))
