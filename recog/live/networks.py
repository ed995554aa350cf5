"""The two small networks of liveness: one over time for the pulse, one over time and picture for small movements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from recog.live.pulse import CHANNELS, Pulse
from recog.live.sequence import FRAMES, VIEW, FaceSequence
from recog.nn.trunk import Convolution, Trunk, random_trunk
from recog.quality import luma

GROUP = 16
"""Frames that the network of movements sees at a time: one second."""
_CROP = 64
"""Pixels of the middle of a view that are seen, halved to 32."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The layers of a network: channels of its input, filters, size of the windows, and the number of axes."""

    channels: int
    filters: tuple[int, ...]
    size: int
    axes: int


PULSE = Shape(CHANNELS, (16, 24, 32), 5, 1)
MOVEMENTS = Shape(2, (8, 16, 24), 3, 3)


class SmallNetwork:
    """A trunk of three convolutions, halved before the second and third, and a weighted sum of what it sees.

    The sum is over the mean and the largest value of each of the last maps; it is the logit of a living face.
    """

    def __init__(self, trunk: Trunk, weights: Tensor, bias: Tensor) -> None:
        """Take weights (2 * filters of the last layer,) and bias ()."""
        self.trunk, self.weights, self.bias = trunk, weights, bias

    @classmethod
    def fresh(cls, shape: Shape, seed: int) -> "SmallNetwork":
        """Return a network of random filters, to be trained."""
        made = random_trunk(shape.channels, shape.filters, size=shape.size, axes=shape.axes, seed=seed, pooled=True)
        return cls(_padded(made.name, made.convolutions), torch.zeros(2 * shape.filters[-1]), torch.zeros(()))

    @classmethod
    def from_tensors(cls, name: str, tensors: Mapping[str, Tensor]) -> "SmallNetwork":
        """Return the network of that name among tensors, as `tensors` wrote it."""
        count = sum(key.startswith(f"{name}.kernel") for key in tensors)
        layers = [
            Convolution(f"relu{row}", tensors[f"{name}.kernel{row}"], tensors[f"{name}.bias{row}"], pooled=row > 1)
            for row in range(1, count + 1)
        ]
        return cls(_padded(name, layers), tensors[f"{name}.weights"], tensors[f"{name}.bias"])

    def tensors(self, name: str) -> dict[str, Tensor]:
        """Return all numbers of the network, under a name."""
        found = {f"{name}.weights": self.weights, f"{name}.bias": self.bias}
        for row, layer in enumerate(self.trunk.convolutions, 1):
            found |= {f"{name}.kernel{row}": layer.kernel, f"{name}.bias{row}": layer.bias}
        return {key: one.detach().contiguous() for key, one in found.items()}

    def logits(self, values: Tensor) -> Tensor:
        """Return the logits (n,) of inputs (n, channels, *positions)."""
        seen = self.trunk.maps(values, {self.trunk.layers[-1]})[self.trunk.layers[-1]].flatten(2)
        return torch.cat([seen.mean(2), seen.amax(2)], 1) @ self.weights + self.bias


def pulse_input(pulse: Pulse) -> Tensor:
    """Return what the network of the pulse sees, (1, CHANNELS, FRAMES)."""
    return torch.from_numpy(pulse.signals)[None]


def movement_input(sequence: FaceSequence) -> Tensor:
    """Return what the network of movements sees, (FRAMES / GROUP, 2, GROUP, 32, 32).

    The first channel is the brightness of the face against its mean over time, the second that against the mean over
    the face: what moves, and where.
    """
    edge = (VIEW - _CROP) // 2
    middle = luma(sequence.views[:, edge : edge + _CROP, edge : edge + _CROP])
    grey = torch.from_numpy(middle).view(FRAMES, _CROP // 2, 2, _CROP // 2, 2).mean((2, 4))
    grey = grey - grey.mean((1, 2), keepdim=True)
    scale = grey.std().clamp(min=1.0)
    groups = (grey / scale).view(-1, GROUP, *grey.shape[1:])
    return torch.stack([4 * (groups - groups.mean(1, keepdim=True)), groups], 1)


def _padded(name: str, layers: Sequence[Convolution]) -> Trunk:
    return Trunk(
        name,
        [Convolution(one.name, one.kernel, one.bias, one.pooled, one.sizes[0] // 2) for one in layers],
    )
