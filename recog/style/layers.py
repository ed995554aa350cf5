"""The VGG networks of style transfer, with their layers by name: relu1_1 to relu5_4.

Neither this module nor recog.style.gram assumes that a picture has two axes. A convolution is a sum
over a window that slides along time (1-D, sound), over a picture (2-D) or over a picture and time (3-D, video), and the
Gram matrix is a sum over all positions. So a network with kernels (out, in, 3) or (out, in, 3, 3, 3) gives features of
sound or video. Styling a video needs two more things: such weights (or this network frame by frame, as in Ruder,
Dosovitskiy, Brox, arXiv:1604.08610), and a cost on changes between consecutive frames along the optical flow, against
flicker. The hand-written gradient and the fast convolutions (recog.style.objective, recog.style.convolution) are for
pictures only.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from recog.errors import ConfigError
from recog.style.convolution import FastKernel, prepare_kernel
from recog.style.settings import PoolingKind
from recog.weights.pull import Progress, ensure_weights, weights_state
from recog.weights.registry import spec
from recog.weights.spec import Role


@dataclass(frozen=True, slots=True)
class InputConvention:
    """The input format of a network: channels of RGB in 0..1, in this order, times scale, plus offset."""

    order: tuple[int, int, int]
    scale: tuple[float, float, float]
    offset: tuple[float, float, float]


CAFFE = InputConvention(order=(2, 1, 0), scale=(255.0,) * 3, offset=(-104.00699, -116.66877, -122.67892))
"""BGR, 0 to 255, minus the mean of the training photos: the convention of Simonyan's weights and of HED's."""
IMAGENET = InputConvention(
    order=(0, 1, 2),
    scale=(1 / 0.229, 1 / 0.224, 1 / 0.225),
    offset=(-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225),
)
"""RGB, 0 to 1, minus ImageNet's mean, divided by its standard deviation: torchvision's convention."""

CONVENTIONS = {"vgg16-hed": CAFFE, "vgg16": IMAGENET, "vgg19": IMAGENET}
"""The networks of style transfer, by the name of their weights."""

# Keys are the number of axes of a batch of one: batch, channels, and one, two or three axes of positions.
_CONVOLVE: dict[int, Callable[..., Tensor]] = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}
_POOL: dict[PoolingKind, dict[int, Callable[..., Tensor]]] = {
    PoolingKind.MAX: {3: F.max_pool1d, 4: F.max_pool2d, 5: F.max_pool3d},
    PoolingKind.AVERAGE: {3: F.avg_pool1d, 4: F.avg_pool2d, 5: F.avg_pool3d},
}


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution and its ReLU; name is that of its output, such as relu1_1.

    kernel is (out, in, 3, 3), in general with one axis of 3 for each axis of positions; bias is (out,). pooled says
    that the map is halved before this layer.
    """

    name: str
    kernel: Tensor
    bias: Tensor
    pooled: bool


class StyleNetwork:
    """The convolutions of a VGG (arXiv:1409.1556) with fixed weights, without the classifier.

    sha256 is the digest of the weights file, which identifies the network of a result. The convolutions are 3 x 3,
    padded by one pixel of zeros, each followed by a ReLU; between the blocks the map is halved.
    """

    def __init__(
        self, name: str, sha256: str, tensors: dict[str, Tensor], convention: InputConvention, *, device: str = "cpu"
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.device = device
        self.convention = convention
        self._fast: dict[tuple[str, float], tuple[FastKernel, FastKernel]] = {}
        self.convolutions = tuple(
            _convolution(key.removesuffix(".weight"), tensors, device)
            for key in sorted(tensors)
            if key.endswith(".weight")
        )

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

        Both are cached, because every scale and every picture needs the same.
        """
        wanted = convolution.name, factor
        if wanted not in self._fast:
            kernel = convolution.kernel * factor
            back = kernel.flip(2, 3).transpose(0, 1)
            self._fast[wanted] = prepare_kernel(kernel), prepare_kernel(back)
        return self._fast[wanted]

    def prepare(self, picture: Tensor) -> Tensor:
        """Convert (1, 3, H, W) RGB in 0..1 to the network's input format, of the same shape."""
        scale, offset = self._affine(picture)
        return picture[:, self.convention.order] * scale + offset

    def prepare_backward(self, gradient: Tensor) -> Tensor:
        """Convert a gradient by the network's input to one by the RGB picture in 0..1, (1, 3, H, W) each."""
        scale, _ = self._affine(gradient)
        inverse = [self.convention.order.index(channel) for channel in range(3)]
        return (gradient * scale)[:, inverse]

    def features(
        self, picture: Tensor, layers: Collection[str], *, pooling: PoolingKind = PoolingKind.MAX
    ) -> dict[str, Tensor]:
        """Return the named layers' maps, (channels, *positions), for (1, 3, *positions) RGB in 0..1, with autograd."""
        maps: dict[str, Tensor] = {}
        x = self.prepare(picture)
        for convolution in self.until(layers):
            if convolution.pooled:
                x = _POOL[pooling][x.ndim](x, 2)
            x = F.relu(_CONVOLVE[x.ndim](x, convolution.kernel, convolution.bias, padding=1))
            if convolution.name in layers:
                maps[convolution.name] = x[0]
        return maps

    def _affine(self, like: Tensor) -> tuple[Tensor, Tensor]:
        shape = (1, 3, *(1 for _ in like.shape[2:]))
        scale = torch.tensor(self.convention.scale, device=like.device).view(shape)
        offset = torch.tensor(self.convention.offset, device=like.device).view(shape)
        return scale, offset


def load_network(
    name: str,
    *,
    cache: Path,
    offline_dir: Path | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> StyleNetwork:
    """Load the network of that name, pulling and verifying its weights; never use another one instead.

    Raises:
        ConfigError: there is no such network, or it is not one for style.
        WeightsError: no source has the weights, or they are not the expected ones.
    """
    wanted = spec(name)
    if wanted.role is not Role.STYLE:
        raise ConfigError(f"{name} is a {wanted.role}, no network for style: choose one of {', '.join(CONVENTIONS)}")
    path = ensure_weights(wanted, cache=cache, offline_dir=offline_dir, progress=progress)
    sha256 = wanted.sha256 or str(weights_state(wanted, cache=cache).sha256)
    return StyleNetwork(name, sha256, load_file(path), CONVENTIONS[name], device=device)


def _convolution(key: str, tensors: dict[str, Tensor], device: str) -> Convolution:
    kernel = tensors[f"{key}.weight"].to(device)
    name = key.replace("conv", "relu")
    return Convolution(
        name=name,
        kernel=kernel,
        bias=tensors[f"{key}.bias"].to(device),
        pooled=name.endswith("_1") and name != "relu1_1",
    )
