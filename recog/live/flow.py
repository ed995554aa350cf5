"""Dense motion between two pictures, by Lucas and Kanade's least squares over a pyramid (IJCAI 1981)."""

import torch
import torch.nn.functional as F
from torch import Tensor

_LEVELS = 3
_STEPS = 6
_WINDOW = 9
"""Side in pixels of the squares whose pixels are taken to move alike."""
_CALMED = 5
"""Side of the squares over which the motion is averaged after each step: else neighbours drift apart."""
_RIDGE = 5e-5
"""Added to the products of gradients (grey levels of 1): where nothing is seen, nothing moves."""


def optical_flow(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Return where each pixel of `before` went, and how well that can be seen.

    before, after: (n, h, w) float, grey, 0 to 1. The first answer is (n, 2, h, w), x and y in pixels: what is at p is
    at p + flow in `after`. The second is (n, h, w), the smaller eigenvalue of the products of gradients (Shi and
    Tomasi, CVPR 1994), 0 where there is no texture.
    """
    pyramid = [(before[:, None], after[:, None])]
    for _ in range(_LEVELS - 1):
        pyramid.append(tuple(F.avg_pool2d(one, 2) for one in pyramid[-1]))  # type: ignore[arg-type]
    height, width = pyramid[-1][0].shape[2:]
    flow = before.new_zeros(len(before), 2, height, width)
    texture = before.new_zeros(len(before), height, width)
    for first, second in reversed(pyramid):
        if flow.shape[2:] != first.shape[2:]:
            flow = 2 * F.interpolate(flow, size=first.shape[2:], mode="bilinear", align_corners=False)
        flow, texture = _refined(first, second, flow)
    return flow, texture


def moved_back(values: Tensor, flow: Tensor) -> Tensor:
    """Sample (n, c, h, w) at each place plus its flow; outside of the picture its border is repeated."""
    height, width = values.shape[2:]
    down, across = torch.meshgrid(
        torch.arange(height, dtype=values.dtype), torch.arange(width, dtype=values.dtype), indexing="ij"
    )
    x, y = (across + flow[:, 0] + 0.5) / width * 2 - 1, (down + flow[:, 1] + 0.5) / height * 2 - 1
    return F.grid_sample(values, torch.stack([x, y], -1), padding_mode="border", align_corners=False)


def _refined(first: Tensor, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    gx, gy = _gradients(first)
    xx, yy, xy = _mean(gx * gx), _mean(gy * gy), _mean(gx * gy)
    texture = (xx + yy) / 2 - torch.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    xx, yy = xx + _RIDGE, yy + _RIDGE
    size = xx * yy - xy**2
    for _ in range(_STEPS):
        change = moved_back(second, flow) - first
        bx, by = _mean(gx * change), _mean(gy * change)
        step = torch.cat([yy * bx - xy * by, xx * by - xy * bx], 1) / size
        flow = _mean(flow - step.clamp(-1.0, 1.0), _CALMED)
    return flow, texture[:, 0]


def _gradients(picture: Tensor) -> tuple[Tensor, Tensor]:
    wide = F.pad(picture, (1, 1, 1, 1), mode="replicate")
    return (wide[:, :, 1:-1, 2:] - wide[:, :, 1:-1, :-2]) / 2, (wide[:, :, 2:, 1:-1] - wide[:, :, :-2, 1:-1]) / 2


def _mean(values: Tensor, side: int = _WINDOW) -> Tensor:
    return F.avg_pool2d(values, side, 1, side // 2, count_include_pad=False)
