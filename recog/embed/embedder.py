"""Crops to the embeddings of recog: trunk, head, and the digest of all that decides what they mean."""

import hashlib
from pathlib import Path

import numpy as np

from recog.distance import unit_rows
from recog.embed.head import SHIPPED_HEADS, load_head
from recog.embed.trunk import INPUT_SIZE, Trunk
from recog.errors import WeightsMismatchError
from recog.types import Crops, Embeddings, NetworkInfo
from recog.weights.device import checked_device
from recog.weights.pull import Progress

_HEAD_SUFFIX = "-triplet128"
_CROPPING = "crop 1"
"""The way recog.crop cuts crops; whoever changes that raises the number, for embeddings change with it."""


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
        self._head = load_head(f"{network}{_HEAD_SUFFIX}", directory=heads)
        self._trunk = Trunk(network, cache=cache, offline_dir=offline_dir, device=device, progress=progress)
        head, trunk = self._head, self._trunk
        if head.trunk_sha256 != trunk.sha256:
            raise WeightsMismatchError(
                f"the head {head.name} was trained on the trunk {head.trunk} of sha256 {head.trunk_sha256}, not on "
                f"{trunk.spec.name} of {trunk.sha256}: train a head for it with 'recog train head'"
            )
        self.info = NetworkInfo(
            name=head.name,
            sha256=network_digest(
                trunk_sha256=trunk.sha256, head_sha256=head.sha256, crop_scale=head.crop_scale, flip=head.flip
            ),
            dim=len(head.weight),
            input_size=INPUT_SIZE,
            crop_scale=head.crop_scale,
            trained_on=f"trunk: {trunk.spec.trained_on}; head: {head.record.get('trained_on', 'see its run record')}",
            licence=trunk.spec.licence,
            source="; ".join(str(source) for source in trunk.spec.sources),
        )

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


def network_digest(*, trunk_sha256: str, head_sha256: str, crop_scale: float, flip: bool) -> str:
    """The digest that embeddings carry: of both weights files and of the preprocessing."""
    text = (
        f"trunk {trunk_sha256}\nhead {head_sha256}\ninput {INPUT_SIZE}\ncrop_scale {crop_scale!r}\n"
        f"flip {str(flip).lower()}\n{_CROPPING}\n"
    )
    return hashlib.sha256(text.encode()).hexdigest()
