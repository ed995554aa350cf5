"""Crops to the embeddings of recog: trunk, head, and the digest of all that decides what they mean."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.embed.encoder import choose_encoder
from recog.embed.head import SHIPPED_HEADS
from recog.embed.info import head_of, info_of
from recog.errors import WeightsMismatchError
from recog.types import Crops, Embeddings
from recog.weights.pull import Progress


class FeatureNetwork(Protocol):
    """What a trunk is to its head, whichever library runs it."""

    @property
    def sha256(self) -> str:
        """Digest of the weights file."""

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """(n, 160, 160, 3) uint8 -> (n, 1792) float32; n may be 0."""


class FaceEmbedder:
    """The trunk called `network` under its triplet-trained head; implements recog.types.Embedder.

    encoder is "auto", "torch" or "openvino" (see recog.embed.encoder), and device says where that runs.

    Raises:
        WeightsMissingError: no head for this trunk, or no source for the trunk. There is no untrained head.
        WeightsMismatchError: a file is altered, or the head was trained on another trunk.
        ConfigError: an unknown network, or a device or an encoder that is not here.
    """

    def __init__(
        self,
        *,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        encoder: str = "auto",
        network: str = "facenet-casia",
        heads: Path = SHIPPED_HEADS,
        progress: Progress | None = None,
    ) -> None:
        self.device = device
        self.encoder = choose_encoder(encoder, device=device)
        self._head = head_of(network, heads=heads)
        self._trunk = _trunk(
            self.encoder, network, cache=cache, offline_dir=offline_dir, device=device, progress=progress
        )
        if self._head.trunk_sha256 != self._trunk.sha256:
            raise WeightsMismatchError(
                f"the head {self._head.name} was trained on a trunk of sha256 {self._head.trunk_sha256}, not on "
                f"{network} of {self._trunk.sha256}: train a head for it with 'recog train head'"
            )
        self.info = info_of(self._head)

    def embed(self, crops: Crops) -> Embeddings:
        """(n, 160, 160, 3) uint8 -> (n, 128) float32 of unit length; n may be 0.

        A head that was scored with flip averaging gets it here too: the mean of the unit embeddings of a crop and of
        its mirror image, made unit again.
        """
        if not self._head.flip:
            return self._head.embed(self._trunk.features(crops))
        both = self._trunk.features(np.concatenate([crops, crops[:, :, ::-1]]))  # one run, so that batches are full
        upright, mirrored = np.split(self._head.embed(both), 2)
        return unit_rows(upright + mirrored)


def _trunk(
    encoder: str, network: str, *, cache: Path, offline_dir: Path | None, device: str, progress: Progress | None
) -> FeatureNetwork:
    """The network on the chosen library; the other one is not imported."""
    if encoder == "openvino":
        from recog.embed.openvino_trunk import OpenVinoTrunk

        return OpenVinoTrunk(network, cache=cache, offline_dir=offline_dir, progress=progress)
    from recog.embed.trunk import Trunk

    return Trunk(network, cache=cache, offline_dir=offline_dir, device=device, progress=progress)
