"""A small VGG with drawn weights: real arithmetic that runs in milliseconds."""

import torch
from torch import Tensor

from recog.style.layers import CAFFE, StyleNetwork

THREE_BLOCKS = {"1_1": (3, 6), "1_2": (6, 8), "2_1": (8, 10), "2_2": (10, 10), "3_1": (10, 12), "3_2": (12, 12)}
FOUR_BLOCKS = THREE_BLOCKS | {"4_1": (12, 12), "4_2": (12, 12)}


def drawn_weights(channels: dict[str, tuple[int, int]] = THREE_BLOCKS, *, seed: int = 0) -> dict[str, Tensor]:
    """Kernels of a VGG of so many blocks, scaled so that activations stay about one size through the layers."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for name, (inputs, outputs) in channels.items():
        spread = (2 / (9 * inputs)) ** 0.5 / (60.0 if name == "1_1" else 1.0)
        tensors[f"conv{name}.weight"] = spread * torch.randn(outputs, inputs, 3, 3, generator=generator)
        tensors[f"conv{name}.bias"] = 0.1 * torch.randn(outputs, generator=generator)
    return tensors


def drawn_network(name: str) -> StyleNetwork:
    """A network of that name with all the layers that the default settings look at."""
    return StyleNetwork(name, "5" * 64, drawn_weights(FOUR_BLOCKS), CAFFE)
