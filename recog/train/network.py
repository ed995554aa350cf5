"""A network of which one trunk's last stages, or all of them, are trained together with the head."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor

from recog.errors import TrainingError
from recog.train.head import LinearHead, unit_outputs
from recog.train.low_rank import changed_kernels, low_rank_start
from recog.train.plans import Part
from recog.train.stages import PretrainedTrunk, Stages, stages_of
from recog.types import Crops

_TRUNK = "trunk."


class Seen(NamedTuple):
    """What the trained stages see of faces.

    map is the output of the frozen stages, (b, ...); uint8 crops (b, side, side, 3) if no stage is frozen. beside holds
    the features of the network's other trunks, (b, width) float32.
    """

    map: Tensor
    beside: Tensor


class OtherTrunks(Protocol):
    """The trunks of the network that stay as they are (see recog.train.trunk_choice)."""

    @property
    def left(self) -> int:
        """Number of their features that come before those of the trained trunk."""

    def own(self, crops: Crops) -> Crops:
        """Cut the trained trunk's input out of crops: (n, size, size, 3 * views) -> (n, side, side, 3)."""

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return their features side by side, (n, width)."""


class TunableNetwork:
    """A pretrained trunk, the frozen trunks beside it if there are any, and a linear head.

    part "blocks" trains the last `blocks` stages with the head, or as many as the trunk is usually trained of; "all"
    trains every stage. rank trains low-rank changes of the kernels
    (see low_rank_start) instead of the kernels themselves. Batch norm is frozen, both statistics and affine, because a
    batch of 48 people is unlike the data that they come from; SFace's and dlib's are folded into the convolutions. bf16
    computes the trunk in bfloat16 (PyTorch's autocast), and the head and the loss in float32. Without rank, the trunk's
    own network is changed in place.

    Raises:
        TrainingError: the trunk has fewer stages.
    """

    def __init__(
        self,
        trunk: PretrainedTrunk,
        head: LinearHead,
        *,
        part: Part,
        blocks: int | None = None,
        rank: int | None = None,
        bf16: bool = False,
        others: OtherTrunks | None = None,
        seed: int = 0,
    ) -> None:
        self.device, self._bf16, self._others = trunk.device, bf16, others
        self._stages: Stages = stages_of(trunk.network)
        names = self._stages.names
        count = len(names) if part == "all" else blocks or self._stages.blocks
        if not 1 <= count <= len(names):
            raise TrainingError(f"the trunk has {len(names)} stages, {', '.join(names)}, and not {count}")
        first = len(names) - count
        self._stem, self._tail = self._stages.stages[:first], self._stages.stages[first:]
        trunk.network.eval().requires_grad_(requires_grad=False)
        self._kernels = {name: tensor for stage in self._tail for name, tensor in stage.parameters().items()}
        kernels = dict(self._kernels) if rank is None else low_rank_start(self._kernels, rank=rank, seed=seed)
        weight, bias = (torch.from_numpy(array.copy()).to(self.device) for array in (head.weight, head.bias))
        self.tensors: Mapping[str, Tensor] = {
            **{f"{_TRUNK}{name}": tensor.requires_grad_() for name, tensor in kernels.items()},
            "head.weight": weight.requires_grad_(),
            "head.bias": bias.requires_grad_(),
        }

    @property
    def trained_stages(self) -> tuple[str, ...]:
        """The names of the stages that are trained."""
        return tuple(stage.name for stage in self._tail)

    def stem(self, crops: Crops) -> Seen:
        """Run what is frozen, without a gradient: (b, size, size, 3 * views) uint8 -> what the trained stages see."""
        others = self._others
        beside = np.empty((len(crops), 0), np.float32) if others is None else others.features(crops)
        own = np.ascontiguousarray(crops if others is None else others.own(crops))
        seen = torch.from_numpy(own).to(self.device)
        if self._stem:
            with torch.no_grad(), self._autocast():
                seen = self._pixels(seen)
                for stage in self._stem:
                    seen = stage.module(seen)
        return Seen(seen, torch.from_numpy(beside).to(self.device))

    def features(self, seen: Seen) -> Tensor:
        """Run the trained stages, (b, width) float32, with a gradient if gradients are on."""
        x = seen.map.to(self.device)
        trained = {name.removeprefix(_TRUNK): tensor for name, tensor in self.tensors.items()}
        changed = changed_kernels(self._kernels, trained)
        with self._autocast():
            x = x.float() if self._stem else self._pixels(x)
            for stage in self._tail:
                x = stage.run(x, changed)
            own = x.float().mean(dim=(2, 3))
        left, beside = 0 if self._others is None else self._others.left, seen.beside.to(self.device)
        return torch.cat([beside[:, :left], own, beside[:, left:]], dim=1)

    def embeddings(self, seen: Seen) -> Tensor:
        """Return the embeddings of what the trained stages see of b faces, (b, dim) of unit length."""
        return unit_outputs(self.features(seen), self.tensors["head.weight"], self.tensors["head.bias"])

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
            name.removeprefix(_TRUNK): tensor.detach().cpu()
            for name, tensor in self.tensors.items()
            if name.startswith(_TRUNK)
        }
        blob: bytes = save({name: (t.half() if half else t).contiguous() for name, t in kept.items()})
        return blob

    def _pixels(self, crops: Tensor) -> Tensor:
        """(b, side, side, 3) uint8 -> the input of the first stage, channels last in memory."""
        return self._stages.seen(crops.permute(0, 3, 1, 2).float()).contiguous(memory_format=torch.channels_last)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self._bf16)
