"""Low-rank changes of a trunk's weights: a few numbers to train and to ship instead of whole kernels."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from recog.embed.tuning import DOWN, UP


def low_rank_start(kernels: Mapping[str, Tensor], *, rank: int, seed: int) -> dict[str, Tensor]:
    """Return the tensors to train in place of kernels, by name: NAME.up (out, rank) and NAME.down (rank, in).

    The change of a kernel (out, ...) is up @ down (LoRA, arXiv:2106.09685). up starts at 0, so the network starts
    unchanged; down starts at random under the seed. A tensor for which two factors would be no smaller, such as a bias
    or a depthwise kernel, is trained whole under its own name.
    """
    random = torch.Generator().manual_seed(seed)
    made: dict[str, Tensor] = {}
    for name, kernel in kernels.items():
        out, width = len(kernel), math.prod(kernel.shape[1:])
        if rank * (out + width) >= kernel.numel():
            made[name] = kernel.detach().clone()
            continue
        down = torch.randn(rank, width, generator=random) / math.sqrt(width)
        made[f"{name}{UP}"] = torch.zeros(out, rank, device=kernel.device)
        made[f"{name}{DOWN}"] = down.to(kernel.device)
    return made


def changed_kernels(kernels: Mapping[str, Tensor], trained: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the kernels with their low-rank changes, differentiable, and the tensors that are trained whole."""
    return {
        name: trained[name]
        if name in trained
        else kernel.detach() + (trained[f"{name}{UP}"] @ trained[f"{name}{DOWN}"]).reshape(kernel.shape)
        for name, kernel in kernels.items()
    }
