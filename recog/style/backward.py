"""Steps of the hand-written gradient: through the ReLU, and through pooling."""

import torch
from torch import Tensor


def let_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """The gradient where the ReLU let pass. positive is its output, or where that is more than nought (bool)."""
    if positive.dtype is torch.bool:
        return gradient.mul_(positive)
    passed: Tensor = torch.ops.aten.threshold_backward.grad_input(gradient, positive, 0.0, grad_input=gradient)
    return passed


def spread_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """The same of a gradient of sums of four positions, in one pass; a kept output's memory becomes the gradient's."""
    if positive.dtype is torch.bool:
        whole = _unread_edges(torch.empty(positive.shape, device=positive.device, memory_format=torch.channels_last))
        torch.mul(_fours(positive), _four_times(gradient), out=_fours(whole))
        return whole
    fours = _fours(positive)
    torch.ops.aten.threshold_backward.grad_input(_four_times(gradient), fours, 0.0, grad_input=fours)
    return _unread_edges(positive)


def spread(gradient: Tensor, size: torch.Size) -> Tensor:
    """The gradient by the positions that were summed: each has that of its sum."""
    whole = _unread_edges(torch.empty(size, device=gradient.device, memory_format=torch.channels_last))
    _fours(whole).copy_(_four_times(gradient))
    return whole


def _fours(x: Tensor) -> Tensor:
    """(1, C, H, W) -> (H / 2, 2, W / 2, 2, C): a view of each 2 x 2 positions, without an odd last row or column."""
    height, width = x.shape[2] // 2, x.shape[3] // 2
    rows = x[0].permute(1, 2, 0)[: 2 * height, : 2 * width]
    return rows.view(height, 2, width, 2, -1)


def _four_times(x: Tensor) -> Tensor:
    """(1, C, h, w) -> (h, 2, w, 2, C): a view with each position four times."""
    _, channels, height, width = x.shape
    return x[0].permute(1, 2, 0)[:, None, :, None].expand(height, 2, width, 2, channels)


def _unread_edges(x: Tensor) -> Tensor:
    """An odd last row or column is not looked at by pooling, and has no gradient."""
    x[:, :, x.shape[2] // 2 * 2 :] = 0.0
    x[:, :, :, x.shape[3] // 2 * 2 :] = 0.0
    return x


def sums_of_four(x: Tensor) -> Tensor:
    """Sum of every 2 x 2 positions; an odd last row or column is left out. Faster here than torch's pooling."""
    height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    corners = [x[:, :, top:height:2, left:width:2] for top in (0, 1) for left in (0, 1)]
    return (corners[0] + corners[1]).add_(corners[2]).add_(corners[3])


def unpooled(gradient: Tensor, size: torch.Size, largest: Tensor) -> Tensor:
    """The gradient before pooling by the largest of four."""
    like = torch.empty(size, device=gradient.device, memory_format=torch.channels_last)
    unpooled: Tensor = torch.ops.aten.max_pool2d_with_indices_backward(
        gradient, like, [2, 2], [2, 2], [0, 0], [1, 1], False, largest
    )
    return unpooled
