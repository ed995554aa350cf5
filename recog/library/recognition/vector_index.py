"""The vector index of a library, whoever searches: FAISS on this machine, or the server that keeps the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from recog.errors import SearchIndexError
    from recog.index.structures import Recall
    from recog.library.recognition.index_tuning import IndexTuning
    from recog.library.recognition.results import IndexStatus
    from recog.store.records import Among
    from recog.types import Embeddings, Neighbour


class Searchable(Protocol):
    """Faces that probes are compared with."""

    @property
    def kind(self) -> str:
        """'flat' if every search looks at every face; 'ivf' or 'hnsw' if candidates come first."""

    @property
    def count(self) -> int:
        """Faces held."""

    def search(self, probes: Embeddings, k: int) -> list[Sequence[Neighbour]]:
        """Find the min(k, count) nearest faces of each probe, (p, dim) unit rows.

        The p answers are sorted by squared distance, which is exact (0 to 4, rounded to 1e-6), then by face. Candidates
        may miss a far neighbour, as often as `VectorIndex.recall` says. ValueError for probes that are not float32 unit
        rows, or k below 1.
        """


class VectorIndex(Searchable, Protocol):
    """The faces of the catalog that one network embedded, as the catalog has them now. Threads may share an index."""

    @property
    def device(self) -> str:
        """Where it searches: 'cpu', 'cuda' or 'server'."""

    @property
    def recall(self) -> Recall:
        """Share of the nearest (of the 10 nearest) other faces that a search finds, as measured; 0 to 1."""

    def search(self, probes: Embeddings, k: int, *, among: Among | None = None) -> list[Sequence[Neighbour]]:
        """Do what Searchable says, among the faces that `among` leaves; each of those is looked at if they are few."""

    def status(self) -> IndexStatus:
        """Return what the index is."""

    def disagreement(self) -> SearchIndexError | None:
        """Compare what is stored of the index with the catalog and return what is wrong; None if nothing is."""

    def publish(self) -> None:
        """Make what was written since ready for the next process; the caller holds the writer's lock."""

    def rebuild(self) -> None:
        """Build the index from the catalog whatever is stored of it, and publish it."""

    def tuning(self) -> IndexTuning:
        """Measure recall against time on the library's own faces; nothing is written."""
