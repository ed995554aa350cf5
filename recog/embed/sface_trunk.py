"""SFace's pretrained network below a head: chips to its own embeddings."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from recog.embed.crops import checked_crops
from recog.embed.network import SFACE
from recog.embed.sface import Sface
from recog.embed.trunk import in_batches, tuned
from recog.embed.tuning import Tuning
from recog.embed.weights import trunk_weights
from recog.types import Crops
from recog.weights.device import checked_device
from recog.weights.pull import Progress
from recog.weights.sface import FEATURES, SIDE
from recog.weights.sface_file import sface_tensors


class SfaceTrunk:
    """recog.embed.sface.Sface with pretrained weights, for inference only.

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
        path, self.sha256 = trunk_weights(SFACE, cache=cache, offline_dir=offline_dir, progress=progress)
        network = Sface()
        tensors = {name: torch.from_numpy(tensor) for name, tensor in sface_tensors(path).items()}
        if tuning is not None:
            tensors, self.sha256 = tuned(tensors, tuning, self.sha256)
        network.load_state_dict(tensors)
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.network.to(self.device).to(memory_format=torch.channels_last)

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return SFace's own embeddings, (n, 128) float32, of (n, 112, 112, 3) uint8 chips; n may be 0."""
        return in_batches(self._outputs, checked_crops(crops, side=SIDE), width=FEATURES)

    def _outputs(self, crops: Crops) -> torch.Tensor:
        """(b, 112, 112, 3) uint8 -> (b, 128) on the device, without TF32, which would round to 10 bits."""
        x = torch.from_numpy(crops).to(self.device).permute(0, 3, 1, 2).float()  # channels last in memory
        with torch.backends.cudnn.flags(allow_tf32=False):
            outputs: torch.Tensor = self.network(x)
        return outputs
