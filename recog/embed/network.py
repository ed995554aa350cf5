"""recog's own networks: each is one trunk, or several side by side, under one head."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recog.embed.crops import INPUT_SIZE
from recog.errors import ConfigError
from recog.types import Crops, View
from recog.weights import dlib_resnet, sface
from recog.weights.registry import spec
from recog.weights.spec import WeightsSpec

INCEPTION_FEATURES = 1792
"""Features of InceptionResnetV1 below its bottleneck."""
DLIB_RESNET = "dlib-resnet"
"""The weights of the network in recog.embed.dlib_resnet."""
SFACE = "sface"
"""The weights of the network in recog.embed.sface; all others are those of InceptionResnetV1."""

_DLIB_VIEW = View("dlib", INPUT_SIZE)
_ARCFACE_VIEW = View("arcface", sface.SIDE)
_ALIGNMENT = "aligned 1"
"""The version of the alignment. Increase it with every change, because embeddings change with it."""
_HEAD_SUFFIX = "-triplet128"


@dataclass(frozen=True, slots=True)
class NetworkTrunk:
    """One trunk of a network.

    weights is its name in recog.weights.registry, features the length of its output. Its input is the central
    side x side pixels of one view; view None is the crop along the detector's box. The training of a head scales its
    features to `share` of the variance, relative to the shares of the other trunks, and subtracts `centring` times
    their mean (see recog.train.blocks).
    """

    weights: str
    features: int
    view: View | None = None
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
        return self.view is None and self.side == INPUT_SIZE


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
    def views(self) -> tuple[View, ...]:
        """The aligned views that its crops hold after the one along the box, three channels each."""
        return tuple(dict.fromkeys(part.view for part in self.parts if part.view is not None))

    def place_of(self, part: NetworkTrunk) -> int:
        """Return the place of a trunk's view in the crops; 0 is the one along the box."""
        return 0 if part.view is None else 1 + self.views.index(part.view)

    def seen(self, part: NetworkTrunk, crops: Crops) -> Crops:
        """Cut a trunk's input out of crops: (n, 160, 160, 3 + 3 * views) -> (n, side, side, 3)."""
        margin = (INPUT_SIZE - part.side) // 2
        inner = slice(margin, margin + part.side)
        views, first = crops[:, inner, inner], 3 * self.place_of(part)
        seen = np.empty((len(crops), part.side, part.side, 3), np.uint8)
        for channel in range(3):  # NumPy copies runs of three bytes at a quarter of the speed
            seen[..., channel] = views[..., first + channel]
        return seen

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
        lines = [f"views {1 + len(self.views)}" + (f", {_ALIGNMENT}" if self.views else "")]
        for place, view in enumerate(self.views, start=1):
            if view != _DLIB_VIEW:  # which was the only one when the first heads were trained
                lines.append(f"view {place} {view.template} {view.side}")
        for part, digest in zip(self.parts, digests, strict=True):
            lines.append(f"{digest} view {self.place_of(part)} side {part.side}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_FACENET = NetworkTrunk("facenet-casia", INCEPTION_FEATURES)
_DLIB = NetworkTrunk(DLIB_RESNET, dlib_resnet.FEATURES, view=_DLIB_VIEW, side=dlib_resnet.SIDE, centring=0.6)
_SFACE = NetworkTrunk(SFACE, sface.FEATURES, view=_ARCFACE_VIEW, side=sface.SIDE)

NETWORKS: dict[str, Network] = {
    each.name: each
    for each in (
        Network("facenet-casia", (_FACENET,)),
        Network("facenet-vggface2", (NetworkTrunk("facenet-vggface2", INCEPTION_FEATURES),)),
        Network("facenet-dlib", (replace(_FACENET, share=0.64), _DLIB)),
        Network("sface", (_SFACE,)),
        Network("facenet-sface", (replace(_FACENET, share=0.25), _SFACE)),
        Network("sface-dlib", (_SFACE, replace(_DLIB, share=0.25))),
        Network("facenet-sface-dlib", (replace(_FACENET, share=0.25), _SFACE, replace(_DLIB, share=0.25))),
    )
}
"""Every network that a setting can name."""


def network_named(name: str) -> Network:
    """Return the network of that name; ConfigError if there is none."""
    if name not in NETWORKS:
        raise ConfigError(f"there is no network called {name!r}: choose one of {', '.join(NETWORKS)}")
    return NETWORKS[name]
