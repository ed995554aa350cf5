"""Crops to the embeddings of recog: trunk, head, and the digest of all that decides what they mean."""

from pathlib import Path

import numpy as np

from recog.distance import unit_rows
from recog.embed.head import SHIPPED_HEADS
from recog.embed.info import head_of, info_of
from recog.embed.trunk import Trunk
from recog.errors import WeightsMismatchError
from recog.types import Crops, Embeddings
from recog.weights.device import checked_device
from recog.weights.pull import Progress


class FaceEmbedder:
    """The trunk called `network` under its triplet-trained head; implements recog.types.Embedder.

    Raises:
        WeightsMissingError: no head for this trunk, or no source for the trunk. There is no untrained head.
        WeightsMismatchError: a file is altered, or the head was trained on another trunk.
        ConfigError: an unknown network, or a device that is not here.
    """

    def __init__(
        self,
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        network: str = "facenet-casia",
        heads: Path = SHIPPED_HEADS,
        progress: Progress | None = None,
    ) -> None:
        checked_device(device)
        self._head = head_of(network, heads=heads)
        self._trunk = Trunk(network, cache=cache, offline_dir=offline_dir, device=device, progress=progress)
        if self._head.trunk_sha256 != self._trunk.sha256:
            raise WeightsMismatchError(
                f"the head {self._head.name} was trained on a trunk of sha256 {self._head.trunk_sha256}, not on "
                f"{network} of {self._trunk.sha256}: train a head for it with 'recog train head'"
            )
        self.info = info_of(self._head)

    @property
    def device(self) -> str:
        """Where the network runs: "cpu" or "cuda"."""
        return self._trunk.device.type

    def embed(self, crops: Crops) -> Embeddings:
        """(n, 160, 160, 3) uint8 -> (n, 128) float32 of unit length; n may be 0.

        A head that was scored with flip averaging gets it here too: the mean of the unit embeddings of a crop and of
        its mirror image, made unit again.
        """
        embeddings = self._head.embed(self._trunk.features(crops))
        if self._head.flip:
            mirrored = np.ascontiguousarray(crops[:, :, ::-1])
            embeddings = unit_rows(embeddings + self._head.embed(self._trunk.features(mirrored)))
        return embeddings
