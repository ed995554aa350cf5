"""The style cost of one layer: the squared difference of two Gram matrices, and its gradient by the features.

A centred term subtracts the style's mean features first. Features behind a ReLU are far from zero, so most of the
energy of a plain Gram matrix says only how strong each channel is on average, and a picture that matches it may still
lack the style's strokes (see docs/decisions/style-quality.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from recog.nn.convolution import channels_last
from recog.nn.gram import mean_gram_matrix

TINY = 1e-12
"""Guards the division by the energy of an empty target; far below the energy of any real feature map."""
# Keys are the number of axes of a mask.
_REDUCE: dict[int, Callable[..., Tensor]] = {
    1: F.adaptive_avg_pool1d,
    2: F.adaptive_avg_pool2d,
    3: F.adaptive_avg_pool3d,
}


@dataclass(frozen=True, slots=True)
class Moments:
    """The mean Gram matrix of a feature map, (channels, channels), and its mean, (channels,)."""

    gram: Tensor
    mean: Tensor

    @property
    def centred(self) -> Tensor:
        """The Gram matrix of the features minus their mean: their covariance."""
        return self.gram - torch.outer(self.mean, self.mean)


def moments(features: Tensor) -> Moments:
    """Return the moments of (channels, *positions)."""
    return Moments(mean_gram_matrix(features), features.flatten(1).mean(1))


def blended_moments(parts: Sequence[tuple[Moments, float]]) -> Moments:
    """Return the moments of styles that are blended by share."""
    return Moments(
        torch.stack([each.gram * share for each, share in parts]).sum(0),
        torch.stack([each.mean * share for each, share in parts]).sum(0),
    )


@dataclass(frozen=True, slots=True)
class GramTerm:
    """The cost weight * sum (target - g)^2 at one layer.

    g is the mean Gram matrix of the features, minus `centre`, (channels,), if that is given. mask is (positions,) with
    sum 1, or None.
    """

    target: Tensor
    weight: float
    mask: Tensor | None
    centre: Tensor | None

    def difference(self, rows: Tensor) -> Tensor:
        """Return g - target for features (positions, channels)."""
        seen = rows if self.mask is None else rows * self.mask[:, None]
        share = 1.0 / len(rows) if self.mask is None else 1.0
        off = (rows.T @ seen).mul_(share).sub_(self.target)
        if self.centre is None:
            return off
        # With weights of sum one: sum m (F - c)(F - c)' = g - mean c' - c mean' + c c', without a copy of the features.
        crossed = torch.outer(seen.sum(0).mul_(share).sub_(self.centre, alpha=0.5), self.centre)
        return off.sub_(crossed).sub_(crossed.T)

    def add_gradient(self, gradient: Tensor | None, features: Tensor, off: Tensor, beta: float) -> Tensor:
        """Add beta * d/dF of the cost, which is 4 beta weight m_k (off (F - c))_k at position k; overwrites off."""
        rows = features[0].flatten(1).T
        off.mul_(4.0 * beta * self.weight / (len(rows) if self.mask is None else 1.0))
        shift = None if self.centre is None else self.centre @ off
        if self.mask is not None:
            rows = rows * self.mask[:, None]
        if gradient is None:
            flat = torch.mm(rows, off)
            gradient = flat.T.view_as(features[0])[None]
        else:
            gradient = channels_last(gradient)
            flat = gradient[0].flatten(1).T  # a view, because the memory has no gaps
            flat.addmm_(rows, off)
        if shift is not None and self.mask is None:
            flat.sub_(shift)
        elif shift is not None and self.mask is not None:
            flat.addr_(self.mask, shift, alpha=-1.0)
        return gradient


def equal_masks(masks: Sequence[Tensor | None]) -> bool:
    """Return whether all masks are equal, as they are if they only exclude faces."""
    first = masks[0]
    if first is None:
        return all(mask is None for mask in masks)
    return all(mask is not None and torch.equal(mask, first) for mask in masks)


def small_mask(mask: Tensor | None, size: tuple[int, ...]) -> Tensor | None:
    """Reduce a mask (*positions) to (positions of the layer,) at a layer's size, with sum one or all zero."""
    if mask is None:
        return None
    small = _REDUCE[mask.ndim](mask[None, None], size).flatten()
    return small / small.sum().clamp_min(TINY)
