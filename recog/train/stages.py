"""Pretrained trunks as stages, which run one after the other: the last of them can be trained."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm

from recog.embed.dlib_resnet import DlibResnet
from recog.embed.sface import Sface
from recog.weights import sface

INCEPTION_STAGES = (
    "conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "conv2d_4b", "repeat_1", "mixed_6a",
    "repeat_2", "mixed_7a", "repeat_3", "block8",
)  # fmt: skip
"""Stages of InceptionResnetV1 (facenet-pytorch), from the crop to the map that is averaged into the features."""


class PretrainedTrunk(Protocol):
    """The part of recog.embed.trunk.Trunk, SfaceTrunk and DlibTrunk that training needs."""

    network: Any
    sha256: str
    device: torch.device


@dataclass(frozen=True, slots=True)
class Stage:
    """A module of a trunk; prefix and a name in the module make the name of a tensor in the trunk's weights file."""

    name: str
    module: nn.Module
    prefix: str = ""

    def parameters(self) -> Mapping[str, nn.Parameter]:
        """Return the parameters by their names in the weights file, without those of batch normalisations."""
        return {
            f"{self.prefix}{name}.{kind}" if name else f"{self.prefix}{kind}": parameter
            for name, module in self.module.named_modules()
            if not isinstance(module, _BatchNorm)
            for kind, parameter in module.named_parameters(recurse=False)
        }

    def run(self, x: Tensor, changed: Mapping[str, Tensor]) -> Tensor:
        """Run the module with the tensors of `changed`, by their names in the weights file, in place of its own."""
        mine = [name for name in self.parameters() if name in changed]
        own = {name.removeprefix(self.prefix): changed[name] for name in mine}
        found: Tensor = functional_call(self.module, own, (x,))
        return found


@dataclass(frozen=True, slots=True)
class Stages:
    """A trunk as its stages, in order.

    seen maps pixels, (b, 3, side, side) float32 from 0 to 255, to the input of the first stage. The features are the
    mean over the places of the last stage's map, (b, width, h, w). blocks is the number of last stages that `--train
    blocks` trains if no other number is given (see docs/decisions/sface-end-to-end.md).
    """

    stages: tuple[Stage, ...]
    seen: Callable[[Tensor], Tensor]
    blocks: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages."""
        return tuple(stage.name for stage in self.stages)


def stages_of(network: nn.Module) -> Stages:
    """Cut the torch module of a pretrained trunk into stages: Sface, DlibResnet, or else InceptionResnetV1."""
    if isinstance(network, Sface):
        return _of_sface(network)
    if isinstance(network, DlibResnet):
        return _of_dlib(network)
    children = dict(network.named_children())
    stages = tuple(Stage(name, children[name], f"{name}.") for name in INCEPTION_STAGES)
    return Stages(stages, lambda pixels: (pixels - 127.5) / 128.0, blocks=3)


def _of_sface(network: Sface) -> Stages:
    """Join each depthwise convolution with that of 1 x 1 after it: conv_1 to conv_14, then fc."""
    parts: dict[str, list[str]] = {}
    for layer in sface.layers():
        parts.setdefault(layer.name.removesuffix("_dw"), []).append(layer.name)
    stages = [
        Stage(name, nn.Sequential(OrderedDict((part, network.get_submodule(part)) for part in members)))
        for name, members in parts.items()
    ]
    return Stages((*stages, Stage("fc", network.fc, "fc.")), network.seen, blocks=2)


def _of_dlib(network: DlibResnet) -> Stages:
    first = {"stem": network.stem, "relu": nn.ReLU(), "pool": nn.MaxPool2d(kernel_size=3, stride=2)}
    blocks = [Stage(f"block_{at + 1}", block, f"blocks.{at}.") for at, block in enumerate(network.blocks)]
    return Stages((Stage("stem", nn.Sequential(OrderedDict(first))), *blocks), network.seen, blocks=2)
