"""Windows: the parts of an input that a convolution, or a unit of a trunk, looks at, over one, two or three axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from recog.nn.trunk import Field, Trunk


def windows(values: Tensor, sizes: Sequence[int]) -> Tensor:
    """Return every window of those sizes as a row, in the order of positions.

    (channels, *positions) -> (windows, channels * product of sizes), with length - size + 1 windows along each axis. A
    convolution without padding is the product of these rows with the flattened kernels.

    Raises:
        ValueError: there is not one size for each axis, or a window is larger than the values.
    """
    if len(sizes) != values.ndim - 1 or any(
        not 1 <= size <= length for size, length in zip(sizes, values.shape[1:], strict=True)
    ):
        raise ValueError(f"windows of {list(sizes)} in values {list(values.shape)}")
    found = values
    for axis, size in enumerate(sizes, 1):
        found = found.unfold(axis, size, 1)  # the window along this axis becomes the last axis
    axes = len(sizes)
    places = tuple(range(1, 1 + axes))
    return found.permute(*places, 0, *range(1 + axes, 1 + 2 * axes)).reshape(-1, values.shape[0] * math.prod(sizes))


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """A part of an input that excites a unit: the unit's value there, the first place, and the part itself.

    start is the first place along each axis; values is (channels, *sizes), without what lies in the padding.
    """

    value: float
    start: tuple[int, ...]
    values: Tensor


def strongest_windows(trunk: Trunk, values: Tensor, layer: str, unit: int, count: int) -> list[SeenWindow]:
    """Return the parts of (1, channels, *positions) that excite a unit of a layer most, strongest first.

    A part is the receptive field of one position of the layer's map. At most `count` parts are returned.

    Raises:
        ConfigError: the trunk has no such layer.
        ValueError: the layer has no such unit.
    """
    found = trunk.features(values, {layer})[layer]
    if not 0 <= unit < len(found):
        raise ValueError(f"{layer} of {trunk.name} has the units 0 to {len(found) - 1}, not {unit}")
    answers, places = found[unit].flatten().topk(min(count, found[unit].numel()))
    fields = trunk.field(layer)
    parts = []
    for answer, place in zip(answers.tolist(), places.tolist(), strict=True):
        position = torch.unravel_index(torch.tensor(place), found.shape[1:])
        spans = [
            _span(field, int(at), length) for field, at, length in zip(fields, position, values.shape[2:], strict=True)
        ]
        part = values[0][(slice(None), *(slice(*span) for span in spans))]
        parts.append(SeenWindow(answer, tuple(start for start, _ in spans), part))
    return parts


def _span(field: Field, position: int, length: int) -> tuple[int, int]:
    """Return the first place that a position sees, and the one after the last, without the padding."""
    start = position * field.step - field.before
    return max(start, 0), min(start + field.size, length)
