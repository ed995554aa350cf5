"""The trunks below a head, one or several side by side, on the chosen library."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.embed.crops import checked_crops
from recog.embed.encoder import Encoder
from recog.embed.network import DLIB_RESNET, SFACE, Network, NetworkTrunk
from recog.embed.tuning import Tuning
from recog.errors import WeightsMismatchError
from recog.types import Crops
from recog.weights.pull import Progress


class FeatureNetwork(Protocol):
    """The network below a head, whichever library runs it."""

    @property
    def sha256(self) -> str:
        """Digest of everything that decides the features, except the crops."""

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return the features of crops: (n, side, side, 3 * views) uint8 -> (n, width) float32; n may be 0."""


class SideBySide:
    """Several trunks of a network, which share the same crops."""

    def __init__(self, network: Network, trunks: Sequence[FeatureNetwork]) -> None:
        self._network = network
        self._trunks = tuple(trunks)
        self.sha256 = network.trunks_sha256([trunk.sha256 for trunk in trunks])

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Concatenate the trunks' features: (n, 160, 160, 3 + 3 * views) uint8 -> (n, width) float32; n may be 0."""
        crops = checked_crops(crops, views=1 + len(self._network.views))
        parts = zip(self._network.parts, self._trunks, strict=True)
        return np.concatenate([trunk.features(self._network.seen(part, crops)) for part, trunk in parts], axis=1)


def load_trunks(
    network: Network,
    *,
    cache: Path,
    encoder: Encoder = "torch",
    offline_dir: Path | None = None,
    device: str = "cpu",
    tuning: Tuning | None = None,
    progress: Progress | None = None,
) -> FeatureNetwork:
    """Load a network without its head; a head records the sha256 of the result as that of its trunk.

    encoder and device are as recog.embed.encoder chooses them. tuning changes the trunk that it names.

    Raises:
        WeightsMissingError: no source has a trunk.
        WeightsMismatchError: a file was altered, or tuned blocks belong to another network.
        ConfigError: the device is missing.
    """
    if tuning is not None and tuning.weights not in [part.weights for part in network.parts]:
        raise WeightsMismatchError(f"{tuning.path} belongs to the trunk {tuning.weights}, which {network.name} lacks")
    trunks = [
        load_trunk(
            part,
            encoder=encoder,
            cache=cache,
            offline_dir=offline_dir,
            device=device,
            tuning=tuning if tuning is not None and tuning.weights == part.weights else None,
            progress=progress,
        )
        for part in network.parts
    ]
    return trunks[0] if len(trunks) == 1 and network.parts[0].sees_all else SideBySide(network, trunks)


def load_trunk(
    part: NetworkTrunk,
    *,
    cache: Path,
    encoder: Encoder = "torch",
    offline_dir: Path | None = None,
    device: str = "cpu",
    tuning: Tuning | None = None,
    progress: Progress | None = None,
) -> FeatureNetwork:
    """Load one trunk on the chosen library, without importing the other; its input is that of `Network.seen`.

    Raises as load_trunks does.
    """
    if encoder == "openvino":
        from recog.embed.openvino_trunk import OpenVinoTrunk

        return OpenVinoTrunk(part.weights, cache=cache, offline_dir=offline_dir, tuning=tuning, progress=progress)
    if part.weights == SFACE:
        from recog.embed.sface_trunk import SfaceTrunk

        return SfaceTrunk(cache=cache, offline_dir=offline_dir, device=device, tuning=tuning, progress=progress)
    if part.weights == DLIB_RESNET:
        from recog.embed.dlib_trunk import DlibTrunk

        return DlibTrunk(cache=cache, offline_dir=offline_dir, device=device, tuning=tuning, progress=progress)
    from recog.embed.trunk import Trunk

    return Trunk(part.weights, cache=cache, offline_dir=offline_dir, device=device, tuning=tuning, progress=progress)
