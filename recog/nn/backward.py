"""The forward and backward passes of ReLU and pooling, for gradients written by hand, over one, two or three axes."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from recog.nn.convolution import channels_last, empty_channels_last

# Keys are the number of axes of a batch of one.
_MAX_POOL: dict[int, Callable[..., tuple[Tensor, Tensor]]] = {
    3: F.max_pool1d_with_indices,
    4: F.max_pool2d_with_indices,
    5: F.max_pool3d_with_indices,
}


def let_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """Pass the gradient back through the ReLU; positive is the ReLU's output, or whether that is above zero (bool)."""
    if positive.dtype is torch.bool:
        return gradient.mul_(positive)
    passed: Tensor = torch.ops.aten.threshold_backward.grad_input(gradient, positive, 0.0, grad_input=gradient)
    return passed


def spread_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """Do `spread` and `let_through` in one pass; the gradient reuses the memory of a stored output."""
    if positive.dtype is torch.bool:
        whole = _unread_edges(empty_channels_last(positive.shape, gradient.device))
        torch.mul(_blocks(positive), _repeated(gradient), out=_blocks(whole))
        return whole
    blocks = _blocks(positive)
    torch.ops.aten.threshold_backward.grad_input(_repeated(gradient), blocks, 0.0, grad_input=blocks)
    return _unread_edges(positive)


def spread(gradient: Tensor, size: torch.Size) -> Tensor:
    """Copy the gradient of each sum of a block of positions to these positions."""
    whole = _unread_edges(empty_channels_last(size, gradient.device))
    _blocks(whole).copy_(_repeated(gradient))
    return whole


def sums_of_blocks(x: Tensor) -> Tensor:
    """Sum every block of two positions an axis, without an odd last one; faster here than torch's pooling."""
    parts = [x]
    for axis in range(2, x.ndim):
        length = x.shape[axis] // 2 * 2
        parts = [_every_second(part, axis, first, length) for part in parts for first in (0, 1)]
    total = parts[0] + parts[1]
    for part in parts[2:]:
        total.add_(part)
    return total


def max_pooled(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the largest of every block of two positions an axis, and its place among all positions."""
    return _MAX_POOL[x.ndim](x, 2)


def unpooled(gradient: Tensor, size: torch.Size, largest: Tensor) -> Tensor:
    """Pass the gradient back through max pooling: each value goes to the place of the largest of its block."""
    whole = torch.zeros(size, device=gradient.device)
    whole.flatten(2).scatter_(2, largest.flatten(2), gradient.flatten(2))
    return channels_last(whole)


def _every_second(x: Tensor, axis: int, first: int, length: int) -> Tensor:
    return x[(slice(None),) * axis + (slice(first, length, 2),)]


def _blocks(x: Tensor) -> Tensor:
    """View (1, C, *positions) as blocks, for a picture (H / 2, 2, W / 2, 2, C), without an odd last row or column."""
    halves = [length // 2 for length in x.shape[2:]]
    rows = x[0].movedim(0, -1)[tuple(slice(2 * half) for half in halves)]
    return rows.view(*(side for half in halves for side in (half, 2)), -1)


def _repeated(x: Tensor) -> Tensor:
    """View (1, C, *positions) with each position repeated along every axis, for a picture (h, 2, w, 2, C)."""
    rows = x[0].movedim(0, -1)
    for axis in range(x.ndim - 2):
        rows = rows.unsqueeze(2 * axis + 1)
    return rows.expand(*(side for length in x.shape[2:] for side in (length, 2)), -1)


def _unread_edges(x: Tensor) -> Tensor:
    """Clear an odd last row and column, whose gradient is zero because pooling ignores them."""
    for axis in range(2, x.ndim):
        x[(slice(None),) * axis + (slice(x.shape[axis] // 2 * 2, None),)] = 0.0
    return x
