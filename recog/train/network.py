"""A trunk and its head as one network, of which the last blocks or all stages can be trained."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from recog.train.head import LinearHead, unit_outputs
from recog.train.plans import Part
from recog.types import Crops

STAGES = (
    "conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "conv2d_4b", "repeat_1", "mixed_6a",
    "repeat_2", "mixed_7a", "repeat_3", "block8",
)  # fmt: skip
"""Stages of InceptionResnetV1 (facenet-pytorch), from the crop to the map that is averaged into the features."""
LAST_BLOCKS = ("mixed_7a", "repeat_3", "block8")


class PretrainedTrunk(Protocol):
    """The part of recog.embed.Trunk that fine-tuning needs."""

    network: Any
    sha256: str
    device: torch.device


class TunableNetwork:
    """A pretrained trunk under a linear head; `part` says which stages are trained together with the head.

    "blocks" trains LAST_BLOCKS, "all" every stage. Batch norm is frozen, both statistics and affine, because a batch of
    48 people is unlike the data that they come from. bf16 computes the trunk in bfloat16 (PyTorch's autocast), and the
    head and the loss in float32. The trunk's own network is changed in place.
    """

    def __init__(self, trunk: PretrainedTrunk, head: LinearHead, *, part: Part, bf16: bool = False) -> None:
        self.device, self._bf16 = trunk.device, bf16
        stages = dict(trunk.network.named_children())
        trained = LAST_BLOCKS if part == "blocks" else STAGES
        self._stem = [stages[name] for name in STAGES if name not in trained]
        self._tail = [stages[name] for name in trained]
        trunk.network.eval().requires_grad_(requires_grad=False)
        weights = {
            f"trunk.{stage}.{name}": parameter
            for stage in trained
            for name, parameter in _convolutions(stages[stage]).items()
        }
        for parameter in weights.values():
            parameter.requires_grad_()
        weight, bias = (torch.from_numpy(array.copy()).to(self.device) for array in (head.weight, head.bias))
        self.tensors: Mapping[str, Tensor] = {
            **weights, "head.weight": weight.requires_grad_(), "head.bias": bias.requires_grad_()
        }  # fmt: skip

    def stem(self, crops: Crops) -> Tensor:
        """Run the frozen stages without a gradient, (b, 160, 160, 3) uint8 -> (b, 896, 8, 8) for "blocks"."""
        x = torch.from_numpy(np.ascontiguousarray(crops)).to(self.device)
        x = ((x.permute(0, 3, 1, 2).float() - 127.5) / 128.0).contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), self._autocast():
            for stage in self._stem:
                x = stage(x)
        return x

    def features(self, stem: Tensor) -> Tensor:
        """Run the trained stages, (b, ...) of stem -> (b, 1792) float32, with a gradient if gradients are on."""
        x = stem.to(self.device).float()
        with self._autocast():
            for stage in self._tail:
                x = stage(x)
            return x.float().mean(dim=(2, 3))

    def embeddings(self, stem: Tensor) -> Tensor:
        """Return the embeddings, (b, ...) of stem -> (b, dim) of unit length."""
        return unit_outputs(self.features(stem), self.tensors["head.weight"], self.tensors["head.bias"])

    def head(self) -> LinearHead:
        """Return the head as it is now."""
        weight, bias = (self.tensors[name].detach().cpu().numpy().copy() for name in ("head.weight", "head.bias"))
        return LinearHead(weight, bias)

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Set the trained tensors to these values."""
        with torch.no_grad():
            for name, tensor in self.tensors.items():
                tensor.copy_(tensors[name])

    def trunk_bytes(self, *, half: bool) -> bytes:
        """Return the trained tensors of the trunk as a safetensors file, in float16 if `half`."""
        kept = {
            name.removeprefix("trunk."): t.detach().cpu() for name, t in self.tensors.items() if name[:5] == "trunk"
        }
        blob: bytes = save({name: (t.half() if half else t).contiguous() for name, t in kept.items()})
        return blob

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self._bf16)


def _convolutions(stage: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters of the convolutions of a stage, by their names in it: all that is not batch norm."""
    return {
        f"{name}.{kind}" if name else kind: parameter
        for name, module in stage.named_modules()
        if isinstance(module, nn.Conv2d)
        for kind, parameter in module.named_parameters(recurse=False)
    }
