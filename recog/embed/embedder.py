"""The embedder: trunks under a head."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from recog.distance import unit_rows
from recog.embed.encoder import choose_encoder
from recog.embed.head import SHIPPED_HEADS
from recog.embed.info import head_of, info_of
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.embed.tuning import read_tuning
from recog.errors import WayOut, WeightsMismatchError
from recog.types import Crops, Embeddings
from recog.weights.pull import Progress


class FaceEmbedder:
    """The trunks of `network` (see recog.embed.network) under their triplet-trained head; a recog.types.Embedder.

    encoder is "auto", "torch" or "openvino" (see recog.embed.encoder); device is "cpu" or "cuda". flip, unless it is
    None, overrides whether the head averages with the mirror image, to measure its effect. Thread-safe.

    Raises:
        WeightsMissingError: this network has no head, or no source has a trunk. There are no untrained heads.
        WeightsMismatchError: a file was altered, or the head was trained on other trunks.
        ConfigError: the network is unknown, or the device or the encoder is missing.
    """

    def __init__(
        self,
        *,
        network: str,
        cache: Path,
        offline_dir: Path | None = None,
        device: str = "cpu",
        encoder: str = "auto",
        flip: bool | None = None,
        heads: Path = SHIPPED_HEADS,
        progress: Progress | None = None,
    ) -> None:
        self.device = device
        self.encoder = choose_encoder(encoder, device=device)
        own = head_of(network, heads=heads)
        self._head = own if flip is None else replace(own, flip=flip)
        self._trunks = load_trunks(
            network_named(network),
            cache=cache,
            encoder=self.encoder,
            offline_dir=offline_dir,
            device=device,
            tuning=read_tuning(own.name, directory=heads, weights=own.tuned_trunk) if own.tuned else None,
            progress=progress,
        )
        if self._head.trunk_sha256 != self._trunks.sha256:
            raise WeightsMismatchError(
                f"the head {self._head.name} was trained on a trunk of sha256 {self._head.trunk_sha256}, not on "
                f"{network} of {self._trunks.sha256}",
                way_out=WayOut.TRAIN_HEAD,
            )
        self.info = info_of(self._head)

    def embed(self, crops: Crops) -> Embeddings:
        """Embed (n, 160, 160, 3) uint8 crops, n may be 0, with 3 more channels a view; (n, 128) float32 of unit length.

        If the head was scored with flip averaging, the unit embeddings of a crop and of its mirror image are added and
        scaled to unit length.
        """
        if not self._head.flip:
            return self._head.embed(self._trunks.features(crops))
        both = self._trunks.features(np.concatenate([crops, crops[:, :, ::-1]]))  # one run, so that batches are full
        upright, mirrored = np.split(self._head.embed(both), 2)
        return unit_rows(upright + mirrored)
