"""The trunk and its head as one network of which the last blocks, or all, can be trained."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from recog.train.head import LinearHead, unit_outputs
from recog.types import Crops

STAGES = (
    "conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "conv2d_4b", "repeat_1", "mixed_6a",
    "repeat_2", "mixed_7a", "repeat_3", "block8",
)  # fmt: skip
"""Of InceptionResnetV1 (facenet-pytorch), from the crop to what is averaged into the features."""
LAST_BLOCKS = ("mixed_7a", "repeat_3", "block8")

Part = Literal["blocks", "all"]


class PretrainedTrunk(Protocol):
    """recog.embed.Trunk as training sees it."""

    network: Any
    sha256: str
    device: torch.device


class TunableNetwork:
    """A pretrained trunk under a linear head; `part` says what of the trunk is trained beside the head.

    "blocks" are LAST_BLOCKS, "all" every stage. Batch norm is frozen, statistics and affine both: a batch of 48 people
    is not the data that they are of. bf16 computes the trunk in bfloat16 (PyTorch's autocast), the head and the loss in
    float32. The trunk's own network is changed in place.
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
        """What the frozen stages make of (b, 160, 160, 3) uint8: (b, 896, 8, 8) under "blocks", no gradient."""
        x = torch.from_numpy(np.ascontiguousarray(crops)).to(self.device)
        x = ((x.permute(0, 3, 1, 2).float() - 127.5) / 128.0).contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), self._autocast():
            for stage in self._stem:
                x = stage(x)
        return x

    def features(self, stem: Tensor) -> Tensor:
        """(b, ...) of stem -> (b, 1792) float32, with a gradient where gradients are on."""
        x = stem.to(self.device).float()
        with self._autocast():
            for stage in self._tail:
                x = stage(x)
            return x.float().mean(dim=(2, 3))

    def embeddings(self, stem: Tensor) -> Tensor:
        """(b, ...) of stem -> (b, dim) of unit length."""
        return unit_outputs(self.features(stem), self.tensors["head.weight"], self.tensors["head.bias"])

    def head(self) -> LinearHead:
        """The head as it is now."""
        weight, bias = (self.tensors[name].detach().cpu().numpy().copy() for name in ("head.weight", "head.bias"))
        return LinearHead(weight, bias)

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take on these values of the trained tensors."""
        with torch.no_grad():
            for name, tensor in self.tensors.items():
                tensor.copy_(tensors[name])

    def trunk_bytes(self, *, half: bool) -> bytes:
        """The trained tensors of the trunk as a safetensors file, in float16 on demand."""
        kept = {
            name.removeprefix("trunk."): t.detach().cpu() for name, t in self.tensors.items() if name[:5] == "trunk"
        }
        blob: bytes = save({name: (t.half() if half else t).contiguous() for name, t in kept.items()})
        return blob

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self._bf16)


def _convolutions(stage: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters of the convolutions below a stage, by their names within it: what is not batch norm."""
    return {
        f"{name}.{kind}" if name else kind: parameter
        for name, module in stage.named_modules()
        if isinstance(module, nn.Conv2d)
        for kind, parameter in module.named_parameters(recurse=False)
    }
