"""The trunk of a network that is trained, and the trunks beside it that stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.network import DLIB_RESNET, SFACE, Network, NetworkTrunk
from recog.embed.sface_trunk import SfaceTrunk
from recog.embed.trunk import Trunk as InceptionTrunk
from recog.embed.trunks import FeatureNetwork
from recog.errors import TrainingError
from recog.train.options import Runtime
from recog.train.stages import PretrainedTrunk
from recog.types import Crops


class Trunk(PretrainedTrunk, Protocol):
    """A trunk on torch."""

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return the features of (n, side, side, 3) uint8 crops, (n, width) float32."""


def trained_part(network: Network, trunk: str | None) -> NetworkTrunk:
    """Return the part of a network whose weights are called `trunk`; None is its only part.

    Raises TrainingError if there is no such part, or None does not choose one.
    """
    names = [part.weights for part in network.parts]
    if trunk is None and len(names) == 1:
        return network.parts[0]
    if trunk not in names:
        said = "several trunks, of which one is trained" if trunk is None else f"no trunk {trunk}"
        raise TrainingError(f"{network.name} has {said}: choose one of {', '.join(names)}")
    return network.parts[names.index(trunk)]


def load_torch_trunk(part: NetworkTrunk, runtime: Runtime) -> Trunk:
    """Load a trunk on torch, with the torch module as its `network`; raises as recog.embed.trunks.load_trunk does."""
    cache, offline_dir, device = runtime.cache, runtime.offline_dir, runtime.device
    if part.weights == SFACE:
        return SfaceTrunk(cache=cache, offline_dir=offline_dir, device=device)
    if part.weights == DLIB_RESNET:
        return DlibTrunk(cache=cache, offline_dir=offline_dir, device=device)
    return InceptionTrunk(part.weights, cache=cache, offline_dir=offline_dir, device=device)


@dataclass(frozen=True, slots=True)
class FrozenTrunks:
    """The trunks of a network around `part`; a recog.train.network.OtherTrunks.

    trunks has one for every part of the network, in its order; that of `part` itself is not asked for features.
    """

    network: Network
    part: NetworkTrunk
    trunks: Sequence[FeatureNetwork]

    @property
    def left(self) -> int:
        """Number of their features that come before those of `part`."""
        return sum(each.features for each in self.network.parts[: self.network.parts.index(self.part)])

    def own(self, crops: Crops) -> Crops:
        """Cut the input of `part` out of crops."""
        return self.network.seen(self.part, crops)

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return their features side by side, (n, width)."""
        made = [
            trunk.features(self.network.seen(part, crops))
            for part, trunk in zip(self.network.parts, self.trunks, strict=True)
            if part != self.part
        ]
        return np.concatenate([np.empty((len(crops), 0), np.float32), *made], axis=1)
