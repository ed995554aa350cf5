"""Group the faces of a library."""

from recog.library.context import LibraryContext
from recog.library.grouping import clusters
from recog.library.grouping.results import ClusterReport


class Groups:
    """Group the faces of a library."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def cluster(
        self,
        *,
        method: str = "identity",
        k: int | None = None,
        threshold: float | None = None,
        seed: int = 0,
        full: bool = False,
    ) -> ClusterReport:
        """Group the library's faces: identity clusters, or those of a method in recog.cluster.registry.

        Identity clusters are remembered by number: those of an earlier call with the same threshold stay, and faces
        that came since join them. `full` groups all faces anew; what humans said holds all the same.
        """
        with self._context.writing() as catalog:
            return clusters.cluster(
                catalog, self._context.networks, method=method, k=k, threshold=threshold, seed=seed, full=full
            )
