"""The VGG networks of style transfer, with their layers by name: relu1_1 to relu5_4."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from recog.errors import ConfigError
from recog.nn.trunk import Convolution, Trunk
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


class StyleNetwork(Trunk):
    """The convolutions of a VGG (arXiv:1409.1556) with fixed weights, without the classifier.

    sha256 is the digest of the weights file, which identifies the network of a result. The convolutions are 3 x 3,
    padded by one pixel of zeros, each followed by a ReLU; between the blocks the map is halved.
    """

    def __init__(
        self, name: str, sha256: str, tensors: dict[str, Tensor], convention: InputConvention, *, device: str = "cpu"
    ) -> None:
        weighted = [key.removesuffix(".weight") for key in sorted(tensors) if key.endswith(".weight")]
        super().__init__(name, [_convolution(key, tensors, device) for key in weighted], device=device)
        self.sha256 = sha256
        self.convention = convention

    def prepare(self, values: Tensor) -> Tensor:
        """Convert (1, 3, H, W) RGB in 0..1 to the network's input format, of the same shape."""
        scale, offset = self._affine(values)
        return values[:, self.convention.order] * scale + offset

    def prepare_backward(self, gradient: Tensor) -> Tensor:
        """Convert a gradient by the network's input to one by the RGB picture in 0..1, (1, 3, H, W) each."""
        scale, _ = self._affine(gradient)
        inverse = [self.convention.order.index(channel) for channel in range(3)]
        return (gradient * scale)[:, inverse]

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
        padding=1,
    )
