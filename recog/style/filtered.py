"""Style transfer by random filters, for sounds and volumes, for which no trained network is at hand.

A wide layer of random filters describes textures well without training: Ustyuzhaninov, Brendel, Gatys, Bethge, "Texture
synthesis using shallow convolutional networks with random filters", arXiv:1606.00021. The costs, their gradient and the
search are those of pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch.nn.functional as F
from torch import Tensor

from recog.nn.pooling import PoolingKind
from recog.nn.trunk import Trunk, random_trunk
from recog.style.objective import Objective, StyleReference
from recog.style.pictures import enlarged
from recog.style.search import Scale, search
from recog.style.settings import Form, StyleSettings

Progress = Callable[[int, int], None]
"""Takes the number of steps done, and of all."""
_HELD_OUT_FILTERS = 128
"""Filters of the trunk that judges the result; the search never sees them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The layers of a trunk of random filters: that many filters each, of `size` along each axis.

    pooled halves the map before every layer but the first.
    """

    counts: tuple[int, ...]
    size: int
    pooled: bool = False

    def trunk(self, values: Tensor, seed: int) -> Trunk:
        """Return the trunk for values (1, channels, *positions)."""
        axes = values.ndim - 2
        return random_trunk(values.shape[1], self.counts, size=self.size, axes=axes, seed=seed, pooled=self.pooled)


@dataclass(frozen=True, slots=True)
class Distances:
    """How far values are from the content and from the style, by filters that no search has seen.

    Both are relative costs: 0 is equal, and 1 is as far as silence or black (see recog.style.objective).
    """

    content: float
    style: float


@dataclass(frozen=True, slots=True)
class FilteredTransfer:
    """Styled values, (1, channels, *positions), with the distances of the content before and of the result after.

    message is a sentence for the user, mostly empty.
    """

    values: Tensor
    before: Distances
    after: Distances
    message: str


def transferred(
    content: Tensor, style: Tensor, filters: Filters, settings: StyleSettings, progress: Progress
) -> FilteredTransfer:
    """Give the content, (1, channels, *positions) around 0..1, the texture of the style, of any size.

    Of the settings, the weights, the steps, the scales and the seed count; the layers are those of the filters.

    Raises:
        StyleError: the first cost is not finite.
    """
    trunk = filters.trunk(content, settings.seed)
    sizes = _sizes(trunk, content, style, settings.scales)
    contents, styles = ([_reduced(each, len(sizes) - 1 - n) for n in range(len(sizes))] for each in (content, style))

    def detail(number: int) -> Tensor:
        return contents[number] - enlarged(contents[number - 1], sizes[number])

    scales = [
        Scale(
            size,
            partial(Objective, trunk, settings, contents[number], [StyleReference(styles[number], 1.0)]),
            partial(detail, number),
        )
        for number, size in enumerate(sizes)
    ]
    for last in search(contents[0], scales, settings):
        progress(last.step, settings.steps)
    judge = Filters(counts=(_HELD_OUT_FILTERS,), size=filters.size).trunk(content, settings.seed + 1)
    before, after = (distances(judge, each, content, style) for each in (content, last.values))
    return FilteredTransfer(last.values, before, after, last.message)


def filter_settings(filters: Filters, **changes: object) -> StyleSettings:
    """Return style settings whose layers are those of the filters, with equal weights; the content is the last.

    Random filters were measured with average pooling and plain Gram matrices, which pictures no longer use.
    """
    names = [f"relu{number}" for number in range(1, len(filters.counts) + 1)]
    layers = tuple((name, 1.0) for name in names)
    return StyleSettings(
        content_layer=names[-1],
        style_layers=layers,
        form=Form.RELATIVE,
        pooling=PoolingKind.AVERAGE,
        **changes,  # type: ignore[arg-type]
    )


def distances(judge: Trunk, values: Tensor, content: Tensor, style: Tensor) -> Distances:
    """Return how far values are from the content, of the same size, and from the style, by the judge's first layer."""
    layer = judge.layers[0]
    settings = StyleSettings(content_layer=layer, style_layers=((layer, 1.0),), variation=0.0, form=Form.RELATIVE)
    costs, _ = Objective(judge, settings, content, [StyleReference(style, 1.0)])(values)
    return Distances(costs.content, costs.style)


def _sizes(trunk: Trunk, content: Tensor, style: Tensor, scales: int) -> list[tuple[int, ...]]:
    """Return the sizes of the scales, coarse to fine, without those at which the last layer would see nothing."""
    found = []
    for halvings in reversed(range(scales)):
        sizes = [[length >> halvings for length in each.shape[2:]] for each in (content, style)]
        if halvings == 0 or min(min(trunk.map_size(trunk.layers[-1], size)) for size in sizes) > 0:
            found.append(tuple(sizes[0]))
    return found


def _reduced(values: Tensor, halvings: int) -> Tensor:
    """Halve (1, channels, *positions) along every axis, that many times, by means."""
    size = [length >> halvings for length in values.shape[2:]]
    return F.interpolate(values, size=size, mode="area") if halvings else values


def least_length(filters: Filters) -> int:
    """Return the least number of positions along an axis at which the last layer sees something."""
    trunk = random_trunk(1, (1,) * len(filters.counts), size=filters.size, axes=1, seed=0, pooled=filters.pooled)
    return trunk.field(trunk.layers[-1])[0].size
