"""The total cost of a picture, sound or volume and its gradient.

Targets are computed once, and no unneeded layer is run.

Values are (1, channels, *positions): one axis of positions for sound, two for a picture, three for a volume or a film.

The gradient is written by hand instead of using autograd. That needs half the memory, because a layer without a cost
keeps only the signs of its ReLU, and lets both directions use the fast convolutions. A test compares it with autograd
through the definitions of the costs.

The textbook forms are equations 1, 4, 5 and 7 of Gatys, Ecker, Bethge, CVPR 2016, and the squared total variation of
Mahendran and Vedaldi, arXiv:1412.0035. Their values depend on the picture's size, the network's scale and the layer, so
a beta that suits one picture is wrong for the next. The relative forms divide each cost by the energy of its target,
take Gram matrices as means, and the variation per position: 0 is a perfect match and 1 is as wrong as a blank picture,
for any size, layer or network.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from recog.nn.backward import let_through, max_pooled, spread, spread_through, sums_of_blocks, unpooled
from recog.nn.convolution import FastKernel, channels_last, convolve
from recog.nn.gram import mean_gram_matrix
from recog.nn.pooling import PoolingKind
from recog.nn.trunk import Trunk
from recog.style.settings import Form, StyleSettings

TINY = 1e-12
"""Guards the division by the energy of an empty target; far below the energy of any real feature map."""
# The output of a layer of at most this many values (64 MB) is kept for the backward pass, which is faster than signs.
_SMALL = 1 << 24
# Keys are the number of axes of a mask.
_REDUCE: dict[int, Callable[..., Tensor]] = {
    1: F.adaptive_avg_pool1d,
    2: F.adaptive_avg_pool2d,
    3: F.adaptive_avg_pool3d,
}


@dataclass(frozen=True, slots=True)
class StyleReference:
    """A style at the size of one scale, (1, channels, *positions) in 0..1, and its share of the blend.

    Its positions may differ from those of the generated values. mask has the positions of the generated values: the
    weight 0..1 of this style at each; None is 1.
    """

    picture: Tensor
    share: float
    mask: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of values; total = alpha content + beta style + weight * variation, in the form of the settings."""

    total: float
    content: float
    style: float
    variation: float


@dataclass(frozen=True, slots=True)
class _GramTerm:
    """The cost weight * sum (target - g)^2 at one layer. mask is (positions,) with sum 1, or None."""

    target: Tensor
    weight: float
    mask: Tensor | None


@dataclass(frozen=True, slots=True)
class _Layer:
    """A convolution with the costs of its output."""

    name: str
    forward: FastKernel
    backward: FastKernel
    bias: Tensor
    pooled: bool
    terms: tuple[_GramTerm, ...]
    is_content: bool


@dataclass(slots=True)
class _Trace:
    """The values of a layer that the backward pass needs: differences of its Gram matrices and signs of its ReLU."""

    positive: Tensor
    grams: list[Tensor]
    size_before_pooling: torch.Size | None
    largest: Tensor | None


class Objective:
    """The cost of generated values (1, channels, *positions) against one content and one or more styles, at one scale.

    Of the settings, those of costs count: content_layer, style_layers, alpha, beta, variation, form and pooling.

    If all styles have equal masks or none, their mean Gram matrices are blended by share and make one cost. Otherwise
    each style has its own cost, of the guided Gram matrix, weighted by share.
    """

    def __init__(
        self, network: Trunk, settings: StyleSettings, content: Tensor, styles: Sequence[StyleReference]
    ) -> None:
        self._network = network
        self._settings = settings
        self._positions = content[0, 0].numel()
        wanted = ({settings.content_layer} if settings.alpha > 0 else set()) | (
            set(settings.lambdas) if settings.beta > 0 else set()
        )
        pooling = settings.pooling
        self._layers: list[_Layer] = []
        with torch.no_grad():
            maps = network.features(content, {settings.content_layer}, pooling=pooling)
            self._content = maps[settings.content_layer]
            energy = float(self._content.square().sum())
            relative = settings.form is Form.RELATIVE
            self._content_weight = 1.0 / max(energy, TINY) if relative else 0.5
            terms = self._gram_terms(styles, content) if settings.beta > 0 else {}
        for each in network.until(wanted):
            # Average pooling is computed as a sum; the kernel contains the factor, 0.25 for a picture, a power of two.
            averaged = each.pooled and pooling is PoolingKind.AVERAGE
            forward, backward = network.fast_kernels(each, 0.5**network.axes if averaged else 1.0)
            self._layers.append(
                _Layer(
                    name=each.name,
                    forward=forward,
                    backward=backward,
                    bias=each.bias,
                    pooled=each.pooled,
                    terms=tuple(terms.get(each.name, ())),
                    is_content=each.name == settings.content_layer and settings.alpha > 0,
                )
            )

    @torch.no_grad()
    def __call__(self, picture: Tensor) -> tuple[Costs, Tensor]:
        """Return the costs of values, (1, channels, *positions), and the gradient of the total, of the same shape."""
        settings = self._settings
        style, traces, difference = self._look(picture)
        content = 0.0 if difference is None else self._content_weight * float(difference.square().sum())
        gradient = self._network.prepare_backward(self._back(traces, difference))
        variation = self._add_variation(picture, gradient)
        total = settings.alpha * content + settings.beta * style + settings.variation * variation
        return Costs(total, content, style, variation), gradient

    def _look(self, picture: Tensor) -> tuple[float, list[_Trace], Tensor | None]:
        """Run forwards; returns the style cost, traces for the backward pass, and the content layer's difference."""
        style, difference = 0.0, None
        traces: list[_Trace] = []
        x = channels_last(self._network.prepare(picture))
        for layer in self._layers:
            size = x.shape if layer.pooled else None
            largest = None
            if layer.pooled and self._settings.pooling is PoolingKind.MAX:
                x, largest = max_pooled(x)
            elif layer.pooled:
                x = sums_of_blocks(x)
            x = convolve(x, layer.forward, layer.bias, rectified=True)
            rows = x[0].flatten(1).T  # (positions, channels), contiguous in channels-last memory
            grams = []
            for term in layer.terms:
                seen = rows if term.mask is None else rows * term.mask[:, None]
                off = (rows.T @ seen).div_(len(rows) if term.mask is None else 1.0).sub_(term.target)
                style += term.weight * float(off.square().sum())
                grams.append(off)
            if layer.is_content:
                difference = x - self._content
            keep = grams or x.numel() <= _SMALL
            traces.append(_Trace(x if keep else x > 0, grams, size, largest))
        return style, traces, difference

    def _back(self, traces: list[_Trace], difference: Tensor | None) -> Tensor:
        """Run backwards; returns the gradient of content and style cost by the network's input. Empties traces."""
        settings = self._settings
        gradient: Tensor | None = None
        halved = False  # whether the gradient is that of sums of blocks, at half the width
        for layer in reversed(self._layers):
            trace = traces.pop()
            if halved and gradient is not None and (trace.grams or layer.is_content):
                gradient, halved = spread(gradient, trace.positive.shape), False
            if layer.is_content and difference is not None:
                share = difference.mul_(2.0 * settings.alpha * self._content_weight)
                gradient = share if gradient is None else gradient.add_(share)
            for term, off in zip(layer.terms, trace.grams, strict=True):
                gradient = _add_gram_gradient(gradient, trace.positive, term, off, settings.beta)
            if gradient is None:
                raise ValueError(f"the last layer, {layer.name}, has no cost")
            gradient = (spread_through if halved else let_through)(gradient, trace.positive)
            gradient = convolve(gradient, layer.backward)
            halved = layer.pooled and trace.largest is None
            if trace.size_before_pooling is not None and trace.largest is not None:
                gradient = unpooled(gradient, trace.size_before_pooling, trace.largest)
        if gradient is None:
            raise ValueError("an objective without layers has no gradient")
        return gradient

    def _add_variation(self, picture: Tensor, gradient: Tensor) -> float:
        """Return the total variation, and add its weighted gradient to gradient."""
        if self._settings.variation == 0:
            return 0.0
        scale = 1.0 / self._positions if self._settings.form is Form.RELATIVE else 1.0
        cost = 0.0
        for axis in range(2, picture.ndim):
            step = picture.diff(dim=axis)
            cost += scale * float(step.square().sum())
            step.mul_(2.0 * scale * self._settings.variation)
            length = step.shape[axis]
            gradient.narrow(axis, 1, length).add_(step)
            gradient.narrow(axis, 0, length).sub_(step)
        return cost

    def _gram_terms(self, styles: Sequence[StyleReference], content: Tensor) -> dict[str, list[_GramTerm]]:
        """Return the targets of each style layer."""
        settings = self._settings
        total_share = sum(style.share for style in styles)
        targets: dict[str, list[tuple[Tensor, float, Tensor | None]]] = {name: [] for name in settings.lambdas}
        for style in styles:
            maps = self._network.features(style.picture, targets, pooling=settings.pooling)
            for name, features in maps.items():
                gram = mean_gram_matrix(features)
                if settings.form is Form.TEXTBOOK:
                    # The paper's sums over positions depend on the sizes of the pictures.
                    gram = gram * (features[0].numel() / math.prod(self._map_size(name, content)))
                targets[name].append((gram, style.share / total_share, style.mask))
        terms: dict[str, list[_GramTerm]] = {}
        for name, each in targets.items():
            found = each
            if _equal([mask for _, _, mask in each]):
                found = [(torch.stack([gram * share for gram, share, _ in each]).sum(0), 1.0, each[0][2])]
            size = self._map_size(name, content)
            terms[name] = [
                _GramTerm(gram, share * self._gram_weight(name, gram), small)
                for gram, share, mask in found
                if (small := _small_mask(mask, size)) is None or bool(small.sum() > 0)
            ]
        return terms

    def _gram_weight(self, name: str, target: Tensor) -> float:
        """Return the factor of sum (target - g)^2."""
        share = self._settings.lambdas[name]
        if self._settings.form is Form.TEXTBOOK:
            return share / (4.0 * target.shape[0] ** 2)
        return share / max(float(target.square().sum()), TINY)

    def _map_size(self, name: str, content: Tensor) -> tuple[int, ...]:
        return self._network.map_size(name, content.shape[2:])


def _add_gram_gradient(gradient: Tensor | None, features: Tensor, term: _GramTerm, off: Tensor, beta: float) -> Tensor:
    """Add beta * d/dF of weight * sum off^2, which is 4 beta weight m_k (off F)_k at position k."""
    rows = features[0].flatten(1).T
    factor = 4.0 * beta * term.weight / (len(rows) if term.mask is None else 1.0)
    if term.mask is not None:
        rows = rows * term.mask[:, None]
    if gradient is None:
        flat = torch.mm(rows, off.mul_(factor))
        return flat.T.view_as(features[0])[None]
    gradient = channels_last(gradient)
    gradient[0].flatten(1).T.addmm_(rows, off, alpha=factor)  # a view, because the memory has no gaps
    return gradient


def _equal(masks: Sequence[Tensor | None]) -> bool:
    """Return whether all masks are equal, as they are if they only exclude faces."""
    first = masks[0]
    if first is None:
        return all(mask is None for mask in masks)
    return all(mask is not None and torch.equal(mask, first) for mask in masks)


def _small_mask(mask: Tensor | None, size: tuple[int, ...]) -> Tensor | None:
    """Reduce a mask (*positions) to (positions of the layer,) at a layer's size, with sum one or all zero."""
    if mask is None:
        return None
    small = _REDUCE[mask.ndim](mask[None, None], size).flatten()
    return small / small.sum().clamp_min(TINY)
