"""dlib's pretrained network below a head: aligned crops to pooled features."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from recog.embed.crops import checked_crops
from recog.embed.dlib_resnet import DlibResnet
from recog.embed.network import DLIB_RESNET
from recog.embed.trunk import in_batches, tuned
from recog.embed.tuning import Tuning
from recog.embed.weights import trunk_weights
from recog.types import Crops
from recog.weights.device import checked_device
from recog.weights.dlib_resnet import FEATURES, SIDE
from recog.weights.pull import Progress


class DlibTrunk:
    """recog.embed.dlib_resnet.DlibResnet with pretrained weights, for inference only.

    device is "cpu" or "cuda". tuning replaces some of the pretrained tensors.
    """

    def __init__(
        self,
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        tuning: Tuning | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.device = checked_device(device)
        path, self.sha256 = trunk_weights(DLIB_RESNET, cache=cache, offline_dir=offline_dir, progress=progress)
        network = DlibResnet()
        tensors = load_file(path)
        if tuning is not None:
            tensors, self.sha256 = tuned(tensors, tuning, self.sha256)
        network.load_state_dict(tensors)
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.network.to(self.device).to(memory_format=torch.channels_last)

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return the average-pooled output below the last layer, (n, 256) float32, of (n, 150, 150, 3) uint8 crops.

        n may be 0.
        """
        return in_batches(self._pooled, checked_crops(crops, side=SIDE), width=FEATURES)

    def _pooled(self, crops: Crops) -> torch.Tensor:
        """(b, 150, 150, 3) uint8 -> (b, 256) on the device."""
        x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2).float()  # channels last in memory
        pooled: torch.Tensor = self.network(x)
        return pooled
