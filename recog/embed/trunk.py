"""The pretrained network below the head: crops to pooled features."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import InceptionResnetV1
from numpy.typing import NDArray
from safetensors.torch import load_file

from recog.embed.crops import checked_crops
from recog.embed.network import INCEPTION_FEATURES
from recog.embed.tuning import Tuning
from recog.embed.weights import trunk_weights
from recog.errors import ConfigError
from recog.types import Crops
from recog.weights.device import checked_device
from recog.weights.pull import Progress

_BATCH = 32
_COUNTERS = re.compile(r".*\.num_batches_tracked")


class Trunk:
    """InceptionResnetV1 (arXiv:1602.07261, as in davidsandberg/facenet) with pretrained weights, for inference only.

    device is "cpu" or "cuda". Crops are standardised as (x - 127.5) / 128. tuning replaces some of the pretrained
    tensors. Thread-safe.
    """

    def __init__(
        self,
        name: str = "facenet-casia",
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        tuning: Tuning | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.device = checked_device(device)
        path, self.sha256 = trunk_weights(name, cache=cache, offline_dir=offline_dir, progress=progress)
        tensors = load_file(path)
        if tuning is not None:
            tensors, self.sha256 = tuned(tensors, tuning, self.sha256)
        network = InceptionResnetV1(pretrained=None, classify=False)
        missing, unexpected = network.load_state_dict(tensors, strict=False)
        # Only counters of training steps may be missing, because inference does not use them.
        if unexpected or not all(_COUNTERS.fullmatch(key) for key in missing):
            raise ConfigError(f"{path} does not fit InceptionResnetV1: it lacks {missing}, and has {unexpected}")
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.network.to(device=self.device, memory_format=torch.channels_last)

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return the average-pooled output below the bottleneck, (n, 1792) float32, of (n, 160, 160, 3) uint8 crops.

        n may be 0.
        """
        return in_batches(self._pooled, checked_crops(crops), width=INCEPTION_FEATURES)

    def _pooled(self, crops: Crops) -> torch.Tensor:
        """(b, 160, 160, 3) uint8 -> (b, 1792) on the device."""
        network = self.network
        x = torch.from_numpy(crops).to(self.device)
        x = (x.permute(0, 3, 1, 2).float() - 127.5) / 128.0  # (b, 3, 160, 160), channels last in memory
        x = network.conv2d_2b(network.conv2d_2a(network.conv2d_1a(x)))  # (b, 64, 77, 77)
        x = network.conv2d_4b(network.conv2d_4a(network.conv2d_3b(network.maxpool_3a(x))))  # (b, 256, 17, 17)
        x = network.mixed_6a(network.repeat_1(x))  # (b, 896, 8, 8)
        x = network.mixed_7a(network.repeat_2(x))  # (b, 1792, 3, 3)
        x = network.block8(network.repeat_3(x))
        pooled: torch.Tensor = network.avgpool_1a(x).flatten(start_dim=1)
        return pooled


def tuned(tensors: Mapping[str, torch.Tensor], tuning: Tuning, sha256: str) -> tuple[dict[str, torch.Tensor], str]:
    """Return a trunk's tensors with those of a tuning in their place, and the digest of the two."""
    changed = {name: torch.from_numpy(tensor) for name, tensor in tuning.tensors_for(tensors).items()}
    return {**tensors, **changed}, tuning.sha256_over(sha256)


def in_batches(run: Callable[[Crops], torch.Tensor], crops: Crops, *, width: int) -> NDArray[np.float32]:
    """Run a network over crops in batches, without gradients; returns (n, width) float32."""
    rows = np.empty((len(crops), width), dtype=np.float32)
    for start in range(0, len(crops), _BATCH):
        batch = slice(start, start + _BATCH)
        with torch.inference_mode():
            rows[batch] = run(crops[batch]).cpu().numpy()
    return rows
