"""Activation maximisation: a picture made by gradient ascent to excite one unit (Erhan et al., 2009).

Plain ascent ends in noise that no eye can read. So each step moves the picture by a few pixels and smooths it now and
then: only what excites the unit wherever it lies, and is larger than a pixel, adds up.
"""

from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from recog.explain.torch_layers import TorchLayers, opened
from recog.types import Crops

STEPS = 96
_RATE = 6.0
"""Largest root mean square of a step's change, in levels of 255, at the start; it falls to a third."""
_SHIFT = 4
"""Most pixels by which the picture is moved in a step; less if the unit sees fewer than _FINE times as many."""
_FINE = 16
_SMOOTH_EVERY = 4
"""Steps from one smoothing to the next; none for a unit of which the picture is not moved."""
_OPENED = 0.25
"""The share of the steps, at the start, in which rectifiers pass every gradient."""
_START, _NOISE = 127.5, 8.0


def maximised(network: TorchLayers, layer: str, units: list[int], *, steps: int = STEPS, seed: int = 0) -> Crops:
    """Return a picture for each unit of a layer, (n, side, side, 3) uint8, that excites the middle of its map."""
    random = np.random.default_rng(seed)
    side = network.side
    noise = random.normal(_START, _NOISE, (len(units), 3, side, side)).astype(np.float32)
    pictures = torch.from_numpy(noise).to(network.device)
    rows = torch.arange(len(units), device=network.device)
    field = next(one for one in network.layers if one.name == layer).field
    middle = field.shape[0] // 2 * field.shape[1] + field.shape[1] // 2
    left, _, right, _ = field.at(middle)
    most = min(_SHIFT, (right - left) // _FINE)
    for step in range(steps):
        shift = random.integers(-most, most + 1, 2).tolist()
        moved = torch.roll(pictures, shift, dims=(2, 3)).requires_grad_()
        # A unit that answers 0 has no gradient: at first every rectifier passes one.
        with opened() if step < steps * _OPENED else nullcontext():
            answers = network.answers(moved, layer)[rows, torch.tensor(units, device=network.device), middle]
            (gradient,) = torch.autograd.grad(answers.sum(), moved)
        size = gradient.square().mean(dim=(1, 2, 3), keepdim=True).sqrt().clamp(min=1e-12)
        rate = _RATE * (1 - 2 * step / (3 * steps))
        pictures = torch.roll(moved.detach() + rate * gradient / size, [-one for one in shift], dims=(2, 3))
        if most and step % _SMOOTH_EVERY == _SMOOTH_EVERY - 1 and step < steps - 1:
            pictures = _smoothed(pictures)
        pictures = pictures.clamp(0, 255)
    made: Crops = pictures.round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return made


def _smoothed(pictures: Tensor) -> Tensor:
    """Blur by the binomial kernel of three taps; the border is repeated."""
    taps = torch.tensor([0.25, 0.5, 0.25], device=pictures.device)
    kernel = torch.outer(taps, taps).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
