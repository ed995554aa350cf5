"""Cluster methods besides identity clusters. To add one, write a file with the function and add a line here."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.registry import Registry
from recog.types import Embeddings

IDENTITY = "identity"
"""The name of the library's own method, which respects the user's decisions and is stored (recog.cluster.linkage)."""


class Grouped(Protocol):
    """The result of a method."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) the group of each row; -1 for a face in no group."""

    @property
    def reason(self) -> str:
        """The reason for this number of groups, for the user; may be empty."""


class ClusterMethod(Protocol):
    """A function that groups embeddings."""

    def __call__(self, embeddings: Embeddings, k: int | None, *, seed: int) -> Grouped:
        """Group (n, dim) float32 unit rows into k groups, or an estimated number if None; deterministic for a seed."""


CLUSTER_METHODS: Registry[ClusterMethod] = Registry(
    "cluster method",
    group="recog.cluster_methods",
    own={
        "kmeans": "recog.cluster.kmeans:k_means",
    },
)
