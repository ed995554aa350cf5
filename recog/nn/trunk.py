"""A trunk: convolutions with fixed kernels, each followed by a ReLU, over one, two or three axes of positions.

A convolution is a sum over a window that slides along time (one axis: sound), over a picture (two), or over a volume or
a film (three). Only the number of axes of its kernels tells a trunk over sound from one over films.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from recog.errors import ConfigError
from recog.nn.convolution import CONVOLVE, FastKernel, prepare_kernel
from recog.nn.pooling import PoolingKind

# Keys are the number of axes of a batch of one: batch, channels, and one, two or three axes of positions.
_POOL: dict[PoolingKind, dict[int, Callable[..., Tensor]]] = {
    PoolingKind.MAX: {3: F.max_pool1d, 4: F.max_pool2d, 5: F.max_pool3d},
    PoolingKind.AVERAGE: {3: F.avg_pool1d, 4: F.avg_pool2d, 5: F.avg_pool3d},
}


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution and its ReLU; name is that of its output, such as relu1_1.

    kernel is (out, in, *sizes), with one size for each axis of positions; bias is (out,). pooled says that the map is
    halved before this layer. padding is the number of zeros before and after the map along each axis: 0 leaves
    length - size + 1 positions, and 1 keeps all with a kernel of size 3.
    """

    name: str
    kernel: Tensor
    bias: Tensor
    pooled: bool = False
    padding: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """The size of the window along each axis."""
        return tuple(self.kernel.shape[2:])


@dataclass(frozen=True, slots=True)
class Field:
    """What one position of a layer sees, along one axis of the input.

    Position p sees the `size` values from p * step - before on; those outside of the input are the padding.
    """

    size: int
    step: int
    before: int


class Trunk:
    """Convolutions in a row.

    Values are (1, channels, *positions) float32. The kernels of all layers have the same number of axes, one to three.
    """

    def __init__(self, name: str, convolutions: Sequence[Convolution], *, device: str = "cpu") -> None:
        """Raise ValueError if the layers do not fit together."""
        self.name = name
        self.device = device
        self.convolutions = tuple(convolutions)
        self._fast: dict[tuple[str, float], tuple[FastKernel, FastKernel]] = {}
        _check(name, self.convolutions)

    @property
    def axes(self) -> int:
        """The number of axes of positions."""
        return len(self.convolutions[0].sizes)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of all layers, in the order of the network."""
        return tuple(each.name for each in self.convolutions)

    def until(self, layers: Collection[str]) -> Sequence[Convolution]:
        """Return the convolutions up to the last of the named layers.

        Raises:
            ConfigError: this network has no such layer.
        """
        unknown = sorted(set(layers) - set(self.layers))
        if unknown or not layers:
            missing = " or ".join(unknown) or "without a name"
            raise ConfigError(f"{self.name} has no layer {missing}: choose among {', '.join(self.layers)}")
        last = max(self.layers.index(name) for name in layers)
        return self.convolutions[: last + 1]

    def fast_kernels(self, convolution: Convolution, factor: float = 1.0) -> tuple[FastKernel, FastKernel]:
        """Return the convolution's kernel times a factor, and the flipped and transposed kernel of its gradient.

        Both are cached, because every scale and every input needs the same.
        """
        wanted = convolution.name, factor
        if wanted not in self._fast:
            kernel, padding = convolution.kernel * factor, convolution.padding
            back = kernel.flip(*range(2, kernel.ndim)).transpose(0, 1)
            around = [size - 1 - padding for size in convolution.sizes]
            self._fast[wanted] = prepare_kernel(kernel, [padding] * self.axes), prepare_kernel(back, around)
        return self._fast[wanted]

    def prepare(self, values: Tensor) -> Tensor:
        """Convert values to the input of the first layer, of the same shape."""
        return values

    def prepare_backward(self, gradient: Tensor) -> Tensor:
        """Convert a gradient by the input of the first layer to one by the values."""
        return gradient

    def features(
        self, values: Tensor, layers: Collection[str], *, pooling: PoolingKind = PoolingKind.MAX
    ) -> dict[str, Tensor]:
        """Return the named layers' maps, (channels, *positions), for (1, channels, *positions), with autograd."""
        return {name: one[0] for name, one in self.maps(values, layers, pooling=pooling).items()}

    def maps(
        self, values: Tensor, layers: Collection[str], *, pooling: PoolingKind = PoolingKind.MAX
    ) -> dict[str, Tensor]:
        """Return the named layers' maps of a batch, (n, channels, *positions), with autograd."""
        maps: dict[str, Tensor] = {}
        x = self.prepare(values)
        for convolution in self.until(layers):
            if convolution.pooled:
                x = _POOL[pooling][x.ndim](x, 2)
            x = F.relu(CONVOLVE[x.ndim](x, convolution.kernel, convolution.bias, padding=convolution.padding))
            if convolution.name in layers:
                maps[convolution.name] = x
        return maps

    def map_size(self, layer: str, size: Sequence[int]) -> tuple[int, ...]:
        """Return the positions of a layer's map along each axis, for an input of that size; 0 or less is none."""
        found = tuple(size)
        for each in self.until({layer}):
            halved = [length // 2 for length in found] if each.pooled else found
            found = tuple(
                length + 2 * each.padding - window + 1 for length, window in zip(halved, each.sizes, strict=True)
            )
        return found

    def field(self, layer: str) -> tuple[Field, ...]:
        """Return what a position of a layer sees along each axis."""
        found = []
        for axis in range(self.axes):
            size, step, before = 1, 1, 0
            for each in self.until({layer}):
                if each.pooled:
                    size, step = size + step, 2 * step
                size += (each.sizes[axis] - 1) * step
                before += each.padding * step
            found.append(Field(size, step, before))
        return tuple(found)


def random_trunk(
    channels: int, filters: Sequence[int], *, size: int, axes: int, seed: int, pooled: bool = False
) -> Trunk:
    """Return a trunk of random filters without padding: relu1, relu2 and so on, with that many filters each.

    The weights are normal with variance 2 / inputs of a filter, so that the maps stay about one size (He et al.,
    arXiv:1502.01852), and the biases are zero. pooled halves the map before every layer but the first. The same seed
    gives the same trunk on every machine.

    Raises:
        ValueError: the number of axes is not one, two or three, or a number is below one.
    """
    if axes not in {1, 2, 3} or min(channels, size, *filters, len(filters)) < 1:
        raise ValueError(f"a trunk of {list(filters)} filters of size {size} over {axes} axes of {channels} channels")
    generator = torch.Generator().manual_seed(seed)
    layers, inputs = [], channels
    for number, outputs in enumerate(filters, 1):
        spread = (2.0 / (inputs * size**axes)) ** 0.5
        kernel = spread * torch.randn(outputs, inputs, *[size] * axes, generator=generator)
        layers.append(Convolution(f"relu{number}", kernel, torch.zeros(outputs), pooled=pooled and number > 1))
        inputs = outputs
    return Trunk(f"random-{axes}d-{seed}", layers)


def _check(name: str, convolutions: Sequence[Convolution]) -> None:
    if not convolutions or convolutions[0].pooled:
        raise ValueError(f"{name} has no first layer that sees its input: it must not be halved before")
    axes = {len(each.sizes) for each in convolutions}
    if len(axes) > 1 or not axes <= {1, 2, 3}:
        raise ValueError(f"the kernels of {name} have {sorted(axes)} axes: all must have the same, one to three")
    for before, after in pairwise(convolutions):
        if before.kernel.shape[0] != after.kernel.shape[1]:
            raise ValueError(f"{after.name} of {name} does not take the {before.kernel.shape[0]} maps before it")
    if any(not 0 <= each.padding < min(each.sizes) for each in convolutions):
        raise ValueError(f"a layer of {name} has a padding that is not below the size of its kernel")
