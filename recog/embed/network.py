"""recog's own networks: each is one trunk, or several side by side, under one head."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recog.embed.crops import INPUT_SIZE
from recog.errors import ConfigError
from recog.types import Crops
from recog.weights import dlib_resnet
from recog.weights.registry import spec
from recog.weights.spec import WeightsSpec

INCEPTION_FEATURES = 1792
"""Features of InceptionResnetV1 below its bottleneck."""
DLIB_RESNET = "dlib-resnet"
"""The weights of the network in recog.embed.dlib_resnet; all others are those of InceptionResnetV1."""

_BOX, _ALIGNED = 0, 1
"""The views of a face in the order of a crop's channels: cut along the detector's box, and aligned by landmarks."""
_ALIGNMENT = "aligned 1"
"""The version of the alignment. Increase it with every change, because embeddings change with it."""
_HEAD_SUFFIX = "-triplet128"


@dataclass(frozen=True, slots=True)
class NetworkTrunk:
    """One trunk of a network.

    weights is its name in recog.weights.registry, features the length of its output. Its input is the central
    side x side pixels of one view. The training of a head scales its features to `share` of the variance, relative to
    the shares of the other trunks, and subtracts `centring` times their mean (see recog.train.blocks).
    """

    weights: str
    features: int
    view: int = _BOX
    side: int = INPUT_SIZE
    share: float = 1.0
    centring: float = 1.0

    @property
    def spec(self) -> WeightsSpec:
        """Its weights."""
        return spec(self.weights)

    @property
    def sees_all(self) -> bool:
        """Whether its input is the whole crop of the first view."""
        return self.view == _BOX and self.side == INPUT_SIZE

    def seen(self, crops: Crops) -> Crops:
        """Cut this trunk's input out of crops: (n, 160, 160, 3 * views) -> (n, side, side, 3)."""
        margin = (INPUT_SIZE - self.side) // 2
        inner = slice(margin, margin + self.side)
        views = crops[:, inner, inner]
        seen = np.empty((len(crops), self.side, self.side, 3), np.uint8)
        for channel in range(3):  # NumPy copies runs of three bytes at a quarter of the speed
            seen[..., channel] = views[..., 3 * self.view + channel]
        return seen


@dataclass(frozen=True, slots=True)
class Network:
    """Trunks whose features are concatenated, in this order, below one head."""

    name: str
    parts: tuple[NetworkTrunk, ...]

    @property
    def head(self) -> str:
        """The name of its shipped head."""
        return f"{self.name}{_HEAD_SUFFIX}"

    @property
    def features(self) -> int:
        """Length of the concatenated features."""
        return sum(part.features for part in self.parts)

    @property
    def views(self) -> int:
        """Number of views of a face in its crops, three channels each."""
        return 1 + max(part.view for part in self.parts)

    @property
    def aligned(self) -> bool:
        """Whether its crops hold the aligned view after the first one."""
        return self.views > _ALIGNED

    @property
    def sha256(self) -> str | None:
        """The digest of everything below the head, from the registry; None if a weights file has no digest there."""
        digests = [part.spec.sha256 for part in self.parts]
        return None if None in digests else self.trunks_sha256([str(digest) for digest in digests])

    def trunks_sha256(self, digests: Sequence[str]) -> str:
        """Return the digest of everything below the head, from the weights files' digests and each trunk's input.

        For a single trunk whose input is the whole crop of one view, it is the digest of the weights file.
        """
        if len(self.parts) == 1 and self.parts[0].sees_all:
            return digests[0]
        lines = [f"views {self.views}, {_ALIGNMENT}" if self.aligned else f"views {self.views}"]
        for part, digest in zip(self.parts, digests, strict=True):
            lines.append(f"{digest} view {part.view} side {part.side}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


NETWORKS: dict[str, Network] = {
    each.name: each
    for each in (
        Network("facenet-casia", (NetworkTrunk("facenet-casia", INCEPTION_FEATURES),)),
        Network("facenet-vggface2", (NetworkTrunk("facenet-vggface2", INCEPTION_FEATURES),)),
        Network(
            "facenet-dlib",
            (
                NetworkTrunk("facenet-casia", INCEPTION_FEATURES, share=0.64),
                NetworkTrunk(DLIB_RESNET, dlib_resnet.FEATURES, view=_ALIGNED, side=dlib_resnet.SIDE, centring=0.6),
            ),
        ),
    )
}
"""Every network that a setting can name."""


def network_named(name: str) -> Network:
    """Return the network of that name; ConfigError if there is none."""
    if name not in NETWORKS:
        raise ConfigError(f"there is no network called {name!r}: choose one of {', '.join(NETWORKS)}")
    return NETWORKS[name]
