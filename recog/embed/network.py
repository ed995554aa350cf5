"""Which networks recog has: each is one trunk, or several side by side, under one head."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from recog.errors import ConfigError
from recog.weights import dlib_resnet
from recog.weights.registry import WeightsSpec, spec

INPUT_SIZE = 160
"""Side of a crop in pixels, whatever sees it."""
INCEPTION_FEATURES = 1792
"""Numbers that InceptionResnetV1 says of a face, below its bottleneck."""
DLIB_RESNET = "dlib-resnet"
"""The weights that recog.embed.dlib_resnet runs; all others are InceptionResnetV1's."""
_HEAD_SUFFIX = "-triplet128"


@dataclass(frozen=True, slots=True)
class Part:
    """One trunk of a network.

    weights is its name in recog.weights.registry, features the numbers it says of a face, and side the pixels of the
    crop's side that it sees: it scales crops of another side itself.
    """

    weights: str
    features: int
    side: int = INPUT_SIZE

    @property
    def spec(self) -> WeightsSpec:
        """Its weights."""
        return spec(self.weights)


@dataclass(frozen=True, slots=True)
class Network:
    """Trunks whose features stand side by side, in this order, below one head."""

    name: str
    parts: tuple[Part, ...]

    @property
    def head(self) -> str:
        """The name of its shipped head."""
        return f"{self.name}{_HEAD_SUFFIX}"

    @property
    def features(self) -> int:
        """Numbers that all parts say of a face."""
        return sum(part.features for part in self.parts)

    @property
    def sha256(self) -> str | None:
        """The digest of all below the head, by the registry; None where a weights file's is not known beforehand."""
        digests = [part.spec.sha256 for part in self.parts]
        if None in digests:
            return None
        return joint_sha256([seen_sha256(str(each), part.side) for each, part in zip(digests, self.parts, strict=True)])


def seen_sha256(weights_sha256: str, side: int) -> str:
    """The digest of a trunk that sees crops at this side: that of its weights file, where they are as they come."""
    return weights_sha256 if side == INPUT_SIZE else _sha256(f"{weights_sha256} at {side}")


def joint_sha256(parts: Sequence[str]) -> str:
    """The digest of trunks side by side, in this order; one alone keeps its own."""
    return parts[0] if len(parts) == 1 else _sha256("\n".join(parts))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


NETWORKS: dict[str, Network] = {
    each.name: each
    for each in (
        Network("facenet-casia", (Part("facenet-casia", INCEPTION_FEATURES),)),
        Network("facenet-vggface2", (Part("facenet-vggface2", INCEPTION_FEATURES),)),
        Network(
            "facenet-dlib",
            (Part("facenet-casia", INCEPTION_FEATURES), Part(DLIB_RESNET, dlib_resnet.FEATURES, side=150)),
        ),
    )
}
"""Every network that a setting can name."""


def network_named(name: str) -> Network:
    """The network of that name; ConfigError where there is none."""
    if name not in NETWORKS:
        raise ConfigError(f"there is no network called {name!r}: choose one of {', '.join(NETWORKS)}")
    return NETWORKS[name]
