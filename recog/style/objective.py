"""The total cost of a picture, sound or volume and its gradient.

Targets are computed once, and no unneeded layer is run.

Values are (1, channels, *positions): one axis of positions for sound, two for a picture, three for a volume or a film.

The gradient is written by hand instead of using autograd. That needs half the memory, because a layer without a cost
keeps only the signs of its ReLU, and lets both directions use the fast convolutions. A test compares it with autograd
through the definitions of the costs.

The textbook forms are equations 1, 4, 5 and 7 of Gatys, Ecker, Bethge, CVPR 2016, and the squared total variation of
Mahendran and Vedaldi, arXiv:1412.0035. The form of Ng's course divides the content by 4 n_H n_W n_C instead of 2; its
style is the paper's, with the factor 1 / (2 n_H n_W n_C)^2. These values depend on the picture's size, the network's
scale and the layer, so a beta that suits one picture is wrong for the next. The relative forms divide each cost by the
energy of its target, take Gram matrices as means, and the variation per position: 0 is a perfect match and 1 is as
wrong as a blank picture, for any size, layer or network. The centred form is the relative one with features minus the
style's mean in the Gram matrices (see recog.style.gram_terms).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from recog.nn.backward import let_through, max_pooled, spread, spread_through, sums_of_blocks, unpooled
from recog.nn.convolution import FastKernel, channels_last, convolve
from recog.nn.pooling import PoolingKind
from recog.nn.trunk import Trunk
from recog.style.gram_terms import TINY, GramTerm, Moments, blended_moments, equal_masks, moments, small_mask
from recog.style.settings import Form, StyleSettings

# The output of a layer of at most this many values (64 MB) is kept for the backward pass, which is faster than signs.
_SMALL = 1 << 24


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
class _Layer:
    """A convolution with the costs of its output."""

    name: str
    forward: FastKernel
    backward: FastKernel
    bias: Tensor
    pooled: bool
    terms: tuple[GramTerm, ...]
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
            self._content_weight = _content_weight(settings.form, energy, self._content.numel())
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
                off = term.difference(rows)
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
                gradient = term.add_gradient(gradient, trace.positive, off, settings.beta)
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
        scale = 1.0 / self._positions if self._settings.form in (Form.RELATIVE, Form.CENTRED) else 1.0
        cost = 0.0
        for axis in range(2, picture.ndim):
            step = picture.diff(dim=axis)
            cost += scale * float(step.square().sum())
            step.mul_(2.0 * scale * self._settings.variation)
            length = step.shape[axis]
            gradient.narrow(axis, 1, length).add_(step)
            gradient.narrow(axis, 0, length).sub_(step)
        return cost

    def _gram_terms(self, styles: Sequence[StyleReference], content: Tensor) -> dict[str, list[GramTerm]]:
        """Return the targets of each style layer."""
        settings = self._settings
        total_share = sum(style.share for style in styles)
        targets: dict[str, list[tuple[Moments, float, Tensor | None]]] = {name: [] for name in settings.lambdas}
        for style in styles:
            maps = self._network.features(style.picture, targets, pooling=settings.pooling)
            for name, features in maps.items():
                # The paper's sums over positions depend on the sizes of the pictures.
                sums = features[0].numel() / math.prod(self._map_size(name, content))
                found = moments(features)
                if settings.form in (Form.TEXTBOOK, Form.COURSE):
                    found = Moments(found.gram * sums, found.mean)
                targets[name].append((found, style.share / total_share, style.mask))
        terms: dict[str, list[GramTerm]] = {}
        for name, each in targets.items():
            parts = each
            if equal_masks([mask for _, _, mask in each]):
                parts = [(blended_moments([(found, share) for found, share, _ in each]), 1.0, each[0][2])]
            size = self._map_size(name, content)
            terms[name] = [
                self._gram_term(name, found, share, small)
                for found, share, mask in parts
                if (small := small_mask(mask, size)) is None or bool(small.sum() > 0)
            ]
        return terms

    def _gram_term(self, name: str, style: Moments, share: float, mask: Tensor | None) -> GramTerm:
        """Return the cost of one style at one layer, in the form of the settings."""
        weight = share * self._settings.lambdas[name]
        match self._settings.form:
            case Form.TEXTBOOK | Form.COURSE:
                return GramTerm(style.gram, weight / (4.0 * style.gram.shape[0] ** 2), mask, None)
            case Form.RELATIVE:
                return GramTerm(style.gram, weight / max(float(style.gram.square().sum()), TINY), mask, None)
            case Form.CENTRED:
                energy = float(style.centred.square().sum())
                return GramTerm(style.centred, weight / max(energy, TINY), mask, style.mean)

    def _map_size(self, name: str, content: Tensor) -> tuple[int, ...]:
        return self._network.map_size(name, content.shape[2:])


def _content_weight(form: Form, energy: float, values: int) -> float:
    """Return the factor of sum (a(C) - a(G))^2 for a content map of that energy and that number of values."""
    match form:
        case Form.RELATIVE | Form.CENTRED:
            return 1.0 / max(energy, TINY)
        case Form.TEXTBOOK:
            return 0.5
        case Form.COURSE:
            return 0.25 / values
