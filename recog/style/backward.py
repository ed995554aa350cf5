"""The backward passes of ReLU and pooling, for the hand-written gradient."""

import torch
from torch import Tensor


def let_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """Pass the gradient back through the ReLU; positive is the ReLU's output, or whether that is above zero (bool)."""
    if positive.dtype is torch.bool:
        return gradient.mul_(positive)
    passed: Tensor = torch.ops.aten.threshold_backward.grad_input(gradient, positive, 0.0, grad_input=gradient)
    return passed


def spread_through(gradient: Tensor, positive: Tensor) -> Tensor:
    """Do `spread` and `let_through` in one pass; the gradient reuses the memory of a stored output."""
    if positive.dtype is torch.bool:
        whole = _unread_edges(torch.empty(positive.shape, device=positive.device, memory_format=torch.channels_last))
        torch.mul(_fours(positive), _four_times(gradient), out=_fours(whole))
        return whole
    fours = _fours(positive)
    torch.ops.aten.threshold_backward.grad_input(_four_times(gradient), fours, 0.0, grad_input=fours)
    return _unread_edges(positive)


def spread(gradient: Tensor, size: torch.Size) -> Tensor:
    """Copy the gradient of each sum of four positions to these positions."""
    whole = _unread_edges(torch.empty(size, device=gradient.device, memory_format=torch.channels_last))
    _fours(whole).copy_(_four_times(gradient))
    return whole


def _fours(x: Tensor) -> Tensor:
    """View (1, C, H, W) as blocks of 2 x 2, (H / 2, 2, W / 2, 2, C), without an odd last row or column."""
    height, width = x.shape[2] // 2, x.shape[3] // 2
    rows = x[0].permute(1, 2, 0)[: 2 * height, : 2 * width]
    return rows.view(height, 2, width, 2, -1)


def _four_times(x: Tensor) -> Tensor:
    """View (1, C, h, w) with each position repeated four times, (h, 2, w, 2, C)."""
    _, channels, height, width = x.shape
    return x[0].permute(1, 2, 0)[:, None, :, None].expand(height, 2, width, 2, channels)


def _unread_edges(x: Tensor) -> Tensor:
    """Clear an odd last row and column, whose gradient is zero because pooling ignores them."""
    x[:, :, x.shape[2] // 2 * 2 :] = 0.0
    x[:, :, :, x.shape[3] // 2 * 2 :] = 0.0
    return x


def sums_of_four(x: Tensor) -> Tensor:
    """Sum every 2 x 2 positions without an odd last row or column; faster here than torch's pooling."""
    height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    corners = [x[:, :, top:height:2, left:width:2] for top in (0, 1) for left in (0, 1)]
    return (corners[0] + corners[1]).add_(corners[2]).add_(corners[3])


def unpooled(gradient: Tensor, size: torch.Size, largest: Tensor) -> Tensor:
    """Pass the gradient back through max pooling."""
    like = torch.empty(size, device=gradient.device, memory_format=torch.channels_last)
    unpooled: Tensor = torch.ops.aten.max_pool2d_with_indices_backward(
        gradient, like, [2, 2], [2, 2], [0, 0], [1, 1], False, largest
    )
    return unpooled
