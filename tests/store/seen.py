"""What the model of the catalog knows of networks and of what was said."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.store.catalog import Catalog
from recog.types import Cluster, NetworkInfo, Origin

NETWORK = NetworkInfo("small", "a" * 64, 8, 160, 1.19, "nobody", "none", "the tests")
OTHER = NetworkInfo("smaller", "b" * 64, 5, 160, 1.19, "nobody", "none", "the tests")
NETWORKS = (NETWORK, OTHER)
PROJECTION = np.random.default_rng(5).normal(size=(OTHER.dim, NETWORK.dim)).astype(np.float32)
FOLDER = Path("/photos")

Key = tuple[int, int]
"""A photo and a place in it."""
Look = NDArray[np.float32]
"""What a face looks like, (8,): the same whichever network looks at it."""


def embedded(network: NetworkInfo, look: Look) -> Look:
    """The direction of the look, and for the other network of its shadow in fewer dimensions; of unit length."""
    seen = look if network is NETWORK else PROJECTION @ look
    return seen / np.linalg.norm(seen)


@dataclass
class Followed:
    """An index of one network that is told no more than what changed since it last looked."""

    vectors: dict[int, bytes] = field(default_factory=dict)
    last_embedding: int = 0
    last_removal: int = 0


@dataclass(frozen=True)
class Said:
    """All that humans said, and what jobs named."""

    people: frozenset[str]
    faces: dict[Key, tuple[str, Origin] | None]
    rejected: frozenset[tuple[Key, str]]
    ignored: frozenset[Key]

    def by_humans(self) -> tuple[object, ...]:
        confirmed = {
            key: named for key, named in self.faces.items() if named is not None and named[1] == Origin.CONFIRMED
        }
        return self.people, confirmed, self.rejected, self.ignored


def clusters_of(catalog: Catalog, network_sha256: str) -> list[Cluster]:
    """The latest clusters of a network; none if it has no run."""
    run = catalog.clusters.run(network_sha256)
    return [] if run is None else list(run.clusters)
