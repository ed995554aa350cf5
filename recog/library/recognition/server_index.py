"""The index of a catalog on PostgreSQL: the server finds candidates, and their distances are computed exactly here.

Nothing of a face is kept on this machine. The server looks at every face of a small library, and builds an HNSW index
for a large one. See docs/decisions/pgvector.md.
"""

from collections.abc import Sequence
from time import perf_counter

import numpy as np

from recog.distance import squared_distances
from recog.errors import SearchIndexError
from recog.index.border import checked_embeddings
from recog.index.faiss_index import DECIMALS, TIE_ROOM
from recog.index.shortlist import MARGIN, NEAREST, RECALL_SAMPLE, Setting, reaches, recall_of
from recog.index.structures import EXACT, Recall
from recog.library.recognition.index_tuning import IndexTuning, promised
from recog.library.recognition.results import IndexPlace, IndexStatus
from recog.store.catalog import Catalog
from recog.store.photos.hnsw import MOST_DIMENSIONS, HnswState, Measured
from recog.store.photos.nearest import WIDEST
from recog.store.records import Among
from recog.types import Distances, Embeddings, FaceIds, Neighbour, NetworkInfo

FLAT_LIMIT = 20_000
"""Up to this number of faces the server looks at every face, which takes it 9 ms; an index would take 2."""
GROWTH = 2
"""An index of a library that has grown by this factor is measured anew."""
NARROWEST = 40
"""The smallest width that is tried; pgvector's own default."""
NEW_FACES = 2
"""The width that suffices for faces of the index is multiplied by this, because the graph links these to their
neighbours: new photos of 200,000 faces were found at 0.980 and 0.968 with the width for 0.99 and 0.98 of its own."""
INDEXED_REACH = WIDEST // 2
"""Largest number of candidates that come from an index; more are searched among all faces."""
FEW = 5_000
"""A search that is limited to this number of faces looks at each of them: the index would go through most of the
library to find ten of a thousandth."""
PROBES_AT_ONCE = 100
"""Probes of one question to the server."""


class ServerIndex:
    """The faces of one network on the server, as they are when it is asked. Threads may share it."""

    device = "server"

    def __init__(self, catalog: Catalog, network: NetworkInfo, *, large: int = FLAT_LIMIT) -> None:
        """large: the number of faces above which the server gets an index."""
        self._catalog = catalog
        self._network = network
        self._large = large

    @property
    def kind(self) -> str:
        """'hnsw' if the server has an index whose width was measured, else 'flat'."""
        return "flat" if self._measured() is None else "hnsw"

    @property
    def count(self) -> int:
        """Faces that can be found."""
        return self._catalog.nearest.count(self._network.sha256)

    @property
    def recall(self) -> Recall:
        """What was measured when the index was built."""
        measured = self._measured()
        return EXACT if measured is None else Recall(measured.recall_at_1, measured.recall_at_10)

    def search(self, probes: Embeddings, k: int, *, among: Among | None = None) -> list[Sequence[Neighbour]]:
        """Find the nearest faces of each probe; see VectorIndex.

        At the k-th place the smaller id wins a tie. A probe for which the index finds too few faces is compared with
        every face.
        """
        probes = checked_embeddings(probes, dim=self._network.dim)
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        measured = self._measured()
        if among is not None and self._catalog.nearest.are_few(self._network.sha256, among, most=FEW):
            measured = None
        found: list[Sequence[Neighbour]] = []
        for start in range(0, len(probes), PROBES_AT_ONCE):
            found += self._settled(probes[start : start + PROBES_AT_ONCE], k, measured, among)
        return found

    def status(self) -> IndexStatus:
        """Return what the index is; nothing of it is behind the catalog, or in a file."""
        return IndexStatus(self.kind, self.device, self.count, None, 0, IndexPlace.SERVER)

    def disagreement(self) -> SearchIndexError | None:
        """Return what is wrong with the server's index; None if nothing is."""
        lost = self._catalog.nearest.without_copy(self._network.sha256)
        state = self._state()
        if lost:
            said = f"the server cannot find {lost} faces, because their half-precision copies are missing"
        elif state is not None and not state.valid:
            said = "the server's search index is not valid, because its build was cut short"
        elif state is not None and state.measured is None:
            said = "nobody measured how wide the server's search index must be searched"
        elif state is None and self._needs_index(self.count):
            said = "the server has no search index, so every search looks at every face"
        else:
            return None
        return SearchIndexError(said)

    def publish(self) -> None:
        """Build the server's index if the library has outgrown a search of every face, and measure it as it grows.

        A user who does not own the tables, and a client that meets another one building, leave the index as it is.
        """
        count, state = self.count, self._state()
        if not self._needs_index(count) or not self._catalog.hnsw.may_build():
            return
        if state is None or not state.valid:
            if not self._catalog.hnsw.build(self._network.sha256, count=count):
                return
            state = HnswState(valid=True, measured=None)
        if state.measured is None or count > GROWTH * state.measured.faces:
            self._measure(count)

    def rebuild(self) -> None:
        """Make the copies that are missing, and build the index anew."""
        self._catalog.nearest.copy_missing(self._network.sha256)
        self._catalog.hnsw.drop(self._network.sha256)
        self.publish()

    def tuning(self) -> IndexTuning:
        """Measure ever wider searches of the server's index, if it has one."""
        measured = self._measured()
        settings: list[Setting] = []
        exact_milliseconds, probes = None, 0
        if measured is not None:
            sample = _Sample(self._catalog, self._network)
            exact_milliseconds, probes = sample.exact_milliseconds(), len(sample.probes)
            widths = {NARROWEST << power for power in range(WIDEST.bit_length()) if NARROWEST << power < WIDEST}
            settings = [sample.setting(ef) for ef in sorted({*widths, measured.ef, WIDEST})]
        return IndexTuning(
            faces=self.count,
            kind="flat" if measured is None else "hnsw",
            device=self.device,
            nlist=None,
            nprobe=None if measured is None else measured.ef,
            reason=self._reason(measured),
            settings=tuple(settings),
            lists=None,
            exact_milliseconds=exact_milliseconds,
            probes=probes,
        )

    def _needs_index(self, count: int) -> bool:
        """Return whether a library is large; pgvector indexes no vectors of more than 4,000 dimensions."""
        return count > self._large and self._network.dim <= MOST_DIMENSIONS

    def _reason(self, measured: Measured | None) -> str:
        if measured is None:
            return f"up to {self._large:,} faces, and until an index is built, the server looks at every face"
        return (
            f"above {self._large:,} faces the server searches an index; a width (ef) of {measured.ef} is twice "
            f"the smallest that {promised()} when it was measured, among {measured.faces:,} faces"
        )

    def _state(self) -> HnswState | None:
        return self._catalog.hnsw.state(self._network.sha256)

    def _measured(self) -> Measured | None:
        """Return how to search the index; None if there is none that may be searched."""
        state = self._state()
        return None if state is None or not state.valid else state.measured

    def _settled(
        self, probes: Embeddings, k: int, measured: Measured | None, among: Among | None
    ) -> list[Sequence[Neighbour]]:
        """Search, then search wider for probes whose k-th place is tied, or for which the index found too few."""
        found: dict[int, Sequence[Neighbour]] = {}
        open_rows, reach, ef = list(range(len(probes))), k + TIE_ROOM, None if measured is None else measured.ef
        while open_rows:
            ef = ef if reach <= INDEXED_REACH else None
            candidates = self._catalog.nearest.candidates(
                self._network.sha256, probes[open_rows], reach, ef=ef, among=among
            )
            again = []
            for row, (ids, embeddings) in zip(open_rows, candidates, strict=True):
                near = _sorted(probes[row], ids, embeddings)
                full = len(near) == reach
                tied = full and near[k - 1].squared_distance == near[-1].squared_distance
                if tied or (not full and ef is not None):
                    again.append(row)
                else:
                    found[row] = tuple(near[:k])
            if again:
                reach, ef = 4 * reach, None
            open_rows = again
        return [found[row] for row in range(len(probes))]

    def _measure(self, count: int) -> None:
        """Find about the smallest width that reaches the promised recall, and keep it with the index."""
        sample = _Sample(self._catalog, self._network)
        too_few, enough = 0, NARROWEST
        recall = sample.recall(enough)
        while not reaches(recall, MARGIN) and enough < WIDEST:
            too_few, enough = enough, min(WIDEST, 2 * enough)
            recall = sample.recall(enough)
        while too_few and enough - too_few > max(1, enough // 16):
            middle = (too_few + enough) // 2
            if reaches(found := sample.recall(middle), MARGIN):
                enough, recall = middle, found
            else:
                too_few = middle
        enough = min(WIDEST, NEW_FACES * enough)
        recall = sample.recall(enough)
        self._catalog.hnsw.describe(self._network.sha256, Measured(enough, recall.at_1, recall.at_10, count))


class _Sample:
    """A sample of the server's faces as probes, with exact distances to their nearest others."""

    def __init__(self, catalog: Catalog, network: NetworkInfo) -> None:
        self._catalog = catalog
        self._network = network
        chosen = catalog.nearest.sample(network.sha256, RECALL_SAMPLE)
        _, self.probes = catalog.embeddings.of_faces(chosen, network.sha256)
        self._exact = self._nearest()

    def recall(self, ef: int) -> Recall:
        """Measure the recall of a search of this width."""
        found = np.full_like(self._exact, np.inf)
        for start in range(0, len(self.probes), PROBES_AT_ONCE):
            some = self.probes[start : start + PROBES_AT_ONCE]
            answers = self._catalog.nearest.candidates(self._network.sha256, some, NEAREST + 1 + TIE_ROOM, ef=ef)
            for row, (ids, embeddings) in enumerate(answers, start=start):
                near = _sorted(self.probes[row], ids, embeddings)[: found.shape[1]]
                found[row, : len(near)] = [one.squared_distance for one in near]
        return recall_of(found, self._exact)

    def setting(self, ef: int) -> Setting:
        """Measure recall and time of a search of this width."""
        start = perf_counter()
        recall = self.recall(ef)
        return Setting(ef, recall, 1000 * (perf_counter() - start) / len(self.probes))

    def exact_milliseconds(self) -> float:
        """Return the time of a probe that the server compares with every face."""
        few = self.probes[:NEAREST]
        start = perf_counter()
        self._catalog.nearest.candidates(self._network.sha256, few, NEAREST + 1, ef=None)
        return 1000 * (perf_counter() - start) / len(few)

    def _nearest(self) -> Distances:
        """Return (p, 11) squared distances to the nearest faces, the face itself among them, batch by batch."""
        nearest = np.empty((len(self.probes), 0), np.float32)
        for rows in self._catalog.embeddings.batches(self._network.sha256, whole=True):
            both = np.hstack([nearest, squared_distances(self.probes, rows.embeddings)])
            width = min(NEAREST + 1, both.shape[1])
            both.partition(width - 1, axis=1)
            nearest = both[:, :width].copy()
        nearest.sort(axis=1)
        return nearest


def _sorted(probe: Embeddings, ids: FaceIds, embeddings: Embeddings) -> list[Neighbour]:
    """Return candidates of a probe, (dim,), by exact squared distance, then by face."""
    apart = embeddings - probe
    squared = np.einsum("nd,nd->n", apart, apart).clip(0.0, 4.0).round(DECIMALS)
    order = np.lexsort((ids, squared))
    return list(map(Neighbour, ids[order].tolist(), squared[order].tolist()))
