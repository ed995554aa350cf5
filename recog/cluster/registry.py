"""Ways of grouping besides identity clusters. Adding one takes a file with the function, and a line here."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.registry import Registry
from recog.types import Embeddings

IDENTITY = "identity"
"""The name of the library's own way, which respects what the user decided and is remembered (recog.cluster.linkage)."""


class Grouped(Protocol):
    """What a method finds."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) the group of each row; -1 for a face that is in none."""

    @property
    def reason(self) -> str:
        """Why there are so many groups, for the user; may be empty."""


class ClusterMethod(Protocol):
    """A function that groups embeddings."""

    def __call__(self, embeddings: Embeddings, k: int | None, *, seed: int) -> Grouped:
        """Group (n, dim) float32 unit rows into k groups, or as many as there are; the same for the same seed."""


CLUSTER_METHODS: Registry[ClusterMethod] = Registry(
    "cluster method",
    group="recog.cluster_methods",
    own={
        "kmeans": "recog.cluster.kmeans:k_means",
    },
)
