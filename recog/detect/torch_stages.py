"""MTCNN's networks on torch, for one photo: the reference implementation, and the one for GPUs."""

from functools import partial
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from recog.detect.area import SummedAreas
from recog.detect.cascade import Floats, Proposals, Windows
from recog.detect.reduction import reduced
from recog.detect.rounding import FIRST, HIGHEST, LEVELS, rounded_weight
from recog.types import Pixels
from recog.weights.device import checked_device

_BATCH = 512
"""Windows in a batch; bounds the memory."""


class TorchNetworks:
    """P-Net, R-Net and O-Net of arXiv:1604.02878; device is "cpu" or "cuda"."""

    def __init__(self, weights: Path, *, device: str) -> None:
        self._device = checked_device(device)
        state = load_file(weights, device=device)
        self._networks = [
            loaded(network(pretrained=False), name, state, self._device)
            for network, name in ((PNet, "pnet"), (RNet, "rnet"), (ONet, "onet"))
        ]

    def over(self, pixels: Pixels, *, factor: int) -> "TorchStages":
        """Return the stages for a photo that is reduced `factor` times."""
        photo = reduced(pixels, factor) if factor > 1 else np.array(pixels)  # a copy, because of strides and flags
        return TorchStages(SummedAreas(torch.from_numpy(photo).to(self._device)), *self._networks)


class TorchStages:
    """The three networks applied to one photo; implements recog.detect.cascade.Stages."""

    def __init__(self, photo: SummedAreas, proposal: nn.Module, refinement: nn.Module, output: nn.Module) -> None:
        self._photo = photo
        self._proposal = proposal
        self._refinement = refinement
        self._output = output
        self.height, self.width = photo.height, photo.width

    @torch.inference_mode()
    def propose(self, height: int, width: int, *, least: float) -> Proposals:
        """Run P-Net over the whole level."""
        level = F.pad(self._photo.whole(height, width), (0, width % 2, 0, height % 2), mode="replicate")
        regression, odds = self._proposal(standardised(level))
        face = odds[0, 1]
        row, column = torch.nonzero(face >= least, as_tuple=True)
        places = torch.stack([row, column], dim=1)
        return Proposals(
            array(places).astype(np.int64), array(face[row, column]), array(regression[0, :, row, column].T)
        )

    @torch.inference_mode()
    def refine(self, windows: Windows) -> tuple[Floats, Floats]:
        """Run R-Net on the windows."""
        offsets, odds = self._batches(self._refinement, windows, side=24)
        return odds[:, 1], offsets

    @torch.inference_mode()
    def decide(self, windows: Windows) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on the windows."""
        offsets, points, odds = self._batches(self._output, windows, side=48)
        return odds[:, 1], offsets, points

    def _batches(self, network: nn.Module, windows: Windows, *, side: int) -> list[Floats]:
        places = torch.from_numpy(windows).to(self._photo.device)
        outputs = [network(standardised(self._photo.windows(some, side, side))) for some in torch.split(places, _BATCH)]
        return [array(torch.cat(parts)) for parts in zip(*outputs, strict=True)]


def array(values: Tensor) -> Floats:
    """Copy a tensor to the processor's memory."""
    copied: Floats = values.cpu().numpy()
    return copied


def standardised(values: Tensor) -> Tensor:
    """Round 0 to 255 to whole pixels and scale them to about -1 to 1, as the networks were trained."""
    return ((values + 0.5).floor() - 127.5) * 0.0078125


def loaded(network: nn.Module, name: str, state: dict[str, Tensor], device: torch.device) -> nn.Module:
    """Load a network's part of the state for inference, with weights and inputs rounded by recog.detect.rounding."""
    prefix = f"{name}."
    network.load_state_dict({key.removeprefix(prefix): t for key, t in state.items() if key.startswith(prefix)})
    network.eval().requires_grad_(requires_grad=False)
    for layer, module in network.named_modules():
        full = prefix + layer
        if full in LEVELS or full in FIRST:
            module.weight.copy_(torch.from_numpy(rounded_weight(module.weight.cpu().numpy())))
        if full in LEVELS:
            module.register_forward_pre_hook(partial(_rounded, full))
    return network.to(device)


def _rounded(layer: str, _module: nn.Module, values: tuple[Tensor, ...]) -> tuple[Tensor]:
    levels = LEVELS[layer]
    return (torch.fake_quantize_per_tensor_affine(values[0], levels.step, levels.zero, 0, HIGHEST),)
