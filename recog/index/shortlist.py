"""A few hundred slots that probably hold the nearest faces, found without looking at most of them.

The method is that of ScaNN and of FAISS' own large indexes: inverted lists (IVF) of 4-bit product codes, scanned by
tables in registers (fast scan: Andre et al., VLDB 2015), then exact distances to the shortlist. Face embeddings fill
little more than half of their dimensions, so the codes are of the leading principal components, two to a code. What was
measured and what was tried: docs/decisions/index-shortlist.md.
"""

from dataclasses import dataclass
from math import sqrt
from threading import Lock
from time import perf_counter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recog.index.rows import Rows, Slots
from recog.index.structures import EXACT, Recall
from recog.types import Distances, Embeddings

LENGTH = 400
"""Slots on a shortlist; with half as many the tenth nearest was lost too often."""
LISTS_PER_ROOT = 2.0
"""nlist = this * sqrt(n)."""
TRAINING_POINTS_PER_LIST = 64
ITERATIONS = 8
VARIANCE_KEPT = 0.95
"""Share of the variance that the coded principal components hold."""
COMPONENTS_PER_CODE = 2
RECALL_AT_1 = 0.99
RECALL_AT_10 = 0.98
MARGIN = Recall(at_1=0.002, at_10=0.0011)
"""What the sample must show above the promise: two thirds of the standard error of such a recall on it."""
_NOTHING = Recall(at_1=0.0, at_10=0.0)
RECALL_SAMPLE = 1_000
"""Faces whose nearest others are searched exactly and approximately, to measure the recall."""
NEAREST = 10
NEAREST_LISTS = 32
"""Lists that a single probe visits first."""
SEED = 1789
_SCAN_OF_MANY, _SCAN_OF_ONE = 0, 11
"""FAISS' ways to scan lists: its own choice, and list by list. Both find the same."""
_READING = Lock()
"""Held while FAISS reads, because its limit on vectors in a file is global."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The recall of a search that visits nprobe lists, and its time a probe if a whole sample is asked at once."""

    nprobe: int
    recall: Recall
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Recall against time of ever wider searches, and the time of an exact search; milliseconds a probe.

    Measured on `probes` of the index's own faces, on all threads.
    """

    settings: tuple[Setting, ...]
    exact_milliseconds: float
    probes: int


class Shortlist:
    """Inverted lists of 4-bit codes of principal components, whose labels are slots of Rows.

    Threads that search take turns, because the way to scan is a setting of the lists, and a search of many probes uses
    every core. Nobody may add or remove meanwhile.
    """

    def __init__(self, index: Any) -> None:
        """Take over an IndexPreTransform over an IndexIVFPQFastScan; ValueError for anything else."""
        import faiss

        lists = faiss.downcast_index(index.index) if isinstance(index, faiss.IndexPreTransform) else None
        if not isinstance(lists, faiss.IndexIVFPQFastScan):
            raise ValueError(f"it holds a {type(index).__name__}")  # noqa: TRY004 - what the bytes hold is a value
        self._index = index
        self._turn = Lock()
        self._lists: Any = lists  # whose wrapped methods FAISS' own types do not tell
        self._pca = faiss.downcast_VectorTransform(index.chain.at(0))
        self._centroids: NDArray[np.float32] = lists.quantizer.reconstruct_n(0, lists.nlist)
        self._squares = np.einsum("nd,nd->n", self._centroids, self._centroids)

    @classmethod
    def built(cls, rows: Rows) -> tuple[Self, Recall]:
        """Build a shortlist over all rows, with the smallest nprobe that reaches the promised recall on these rows."""
        random = np.random.default_rng(SEED)
        filled = np.sort(rows.slots)
        nlist = max(1, round(LISTS_PER_ROOT * sqrt(len(filled))))
        training = rows.vectors[_some(filled, nlist * TRAINING_POINTS_PER_LIST, random)]
        shortlist = cls(_trained(training, nlist))
        for start in range(0, len(filled), 50_000):
            some = filled[start : start + 50_000]
            shortlist.add(some, rows.vectors[some])
        return shortlist, shortlist.tune(rows)

    @classmethod
    def from_bytes(cls, content: memoryview) -> Self:
        """Read the shortlist that `to_bytes` wrote; ValueError if the (trusted) bytes hold something else.

        FAISS' global limit on the length of a vector in a file is lowered to what these bytes can hold, and restored.
        FAISS compares the limit with four times the length.
        """
        import faiss

        with _READING:
            limit = faiss.get_deserialization_vector_byte_limit()
            faiss.set_deserialization_vector_byte_limit(min(limit, 4 * len(content) + 4))
            try:
                return cls(faiss.deserialize_index(np.frombuffer(content, np.uint8)))
            except (RuntimeError, MemoryError) as error:
                raise ValueError("FAISS cannot read it") from error
            finally:
                faiss.set_deserialization_vector_byte_limit(limit)

    def to_bytes(self) -> memoryview:
        """Serialise in FAISS' file format."""
        import faiss

        content: memoryview = faiss.serialize_index(self._index).data
        return content

    @property
    def dim(self) -> int:
        """The dimension of the embeddings that it was trained for."""
        return int(self._index.d)

    @property
    def nlist(self) -> int:
        """Inverted lists."""
        return int(self._lists.nlist)

    @property
    def nprobe(self) -> int:
        """Inverted lists visited by a search."""
        return int(self._lists.nprobe)

    @nprobe.setter
    def nprobe(self, number: int) -> None:
        self._lists.nprobe = number

    @property
    def count(self) -> int:
        """Slots held."""
        return int(self._lists.ntotal)

    @property
    def trained_for(self) -> float:
        """The number of faces that its lists are right for."""
        return (self.nlist / LISTS_PER_ROOT) ** 2

    def add(self, slots: Slots, embeddings: Embeddings) -> None:
        """Add slots, filled with these embeddings, to their lists."""
        self._index.add_with_ids(embeddings, slots)

    def remove(self, slots: Slots) -> None:
        """Remove slots from their lists."""
        import faiss

        self._index.remove_ids(faiss.IDSelectorBatch(slots))

    def slots(self, probes: Embeddings) -> Slots:
        """Return the shortlist of each probe, (p, LENGTH) in no order; -1 if the lists visited hold fewer.

        A single probe visits the same lists by a faster way: FAISS takes five times as long as a matrix product to
        choose them, and its scan for many probes takes a seventh longer for one. The nearest lists come first, because
        then less of what follows must be kept for a while, which saves a tenth of the scan.
        """
        slots: Slots
        if len(probes) > 1:
            with self._turn:
                self._lists.implem = _SCAN_OF_MANY
                slots = self._index.search(probes, LENGTH)[1]
            return slots
        leading = self._pca.apply(probes)
        squared = self._squares - 2.0 * (self._centroids @ leading[0])  # less the probe's own square
        lists = np.argpartition(squared, self.nprobe - 1)[: self.nprobe]
        squared = squared.take(lists)
        first = np.argpartition(squared, min(NEAREST_LISTS, self.nprobe) - 1)[np.newaxis]
        with self._turn:
            self._lists.implem = _SCAN_OF_ONE
            slots = self._lists.search_preassigned(leading, LENGTH, lists.take(first), squared.take(first))[1]
        return slots

    def tune(self, rows: Rows) -> Recall:
        """Set nprobe to about the smallest that reaches the promised recall (doubled, then halved down to a 32nd)."""
        sample = Sample(rows)

        def measured(nprobe: int) -> Recall:
            self.nprobe = nprobe
            return sample.recall(self)

        too_few, enough = 0, 1
        recall = measured(enough)
        while not reaches(recall, MARGIN) and enough < self.nlist:
            too_few, enough = enough, min(self.nlist, 2 * enough)
            recall = measured(enough)
        while enough - too_few > max(1, enough // 32):
            middle = (too_few + enough) // 2
            if reaches(found := measured(middle), MARGIN):
                enough, recall = middle, found
            else:
                too_few = middle
        self.nprobe = enough
        return recall

    def curve(self, rows: Rows) -> Curve:
        """Measure recall and time at nprobe 1, 2, 4 ... up to all lists, and at the current one, which is restored."""
        sample, chosen = Sample(rows), self.nprobe
        doubled = [1 << power for power in range(self.nlist.bit_length()) if 1 << power < self.nlist]
        settings = []
        try:
            for nprobe in sorted({*doubled, chosen, self.nlist}):
                self.nprobe = nprobe
                start = perf_counter()
                recall = sample.recall(self)
                settings.append(Setting(nprobe, recall, 1000 * (perf_counter() - start) / len(sample.probes)))
        finally:
            self.nprobe = chosen
        return Curve(tuple(settings), sample.exact_milliseconds, len(sample.probes))


class Sample:
    """A sample of the faces of an index as probes, with exact distances to their nearest others."""

    def __init__(self, rows: Rows) -> None:
        chosen = _some(np.sort(rows.slots), RECALL_SAMPLE, np.random.default_rng(SEED + 1))
        self.probes = np.ascontiguousarray(rows.vectors[chosen])
        self._rows = rows
        self._neighbours = min(NEAREST + 1, len(rows.slots))  # the face itself and the others
        start = perf_counter()
        self._exact, _ = rows.nearest(self.probes, self._neighbours)
        self.exact_milliseconds = 1000 * (perf_counter() - start) / len(chosen)

    def recall(self, shortlist: Shortlist) -> Recall:
        """Measure the recall of a shortlist with its current nprobe."""
        found = self._rows.squared_distances(self.probes, shortlist.slots(self.probes))
        found.partition(range(min(self._neighbours, found.shape[1])), axis=1)
        return recall_of(found[:, : self._neighbours], self._exact)


def reaches(recall: Recall, margin: Recall = _NOTHING) -> bool:
    """Return whether a recall is at least what recog promises plus `margin`."""
    at_1, at_10 = min(1.0, RECALL_AT_1 + margin.at_1), min(1.0, RECALL_AT_10 + margin.at_10)
    return recall.at_1 >= at_1 and recall.at_10 >= at_10


def _some(slots: Slots, size: int, random: np.random.Generator) -> Slots:
    """Choose `size` of the slots, or all if there are fewer; ascending."""
    return np.sort(random.choice(slots, size=min(size, len(slots)), replace=False))


def _trained(training: Embeddings, nlist: int) -> Any:
    import faiss

    dim = training.shape[1]
    whole = faiss.PCAMatrix(dim, dim)
    whole.train(training)
    variances = np.maximum(faiss.vector_to_array(whole.eigenvalues), 0.0)
    shares = np.cumsum(variances) / max(float(variances.sum()), np.finfo(np.float32).tiny)
    needed = int(np.searchsorted(shares, VARIANCE_KEPT)) + 1
    step = 8 * COMPONENTS_PER_CODE  # whole bytes of codes, in fours
    components = min(dim, step * -(-needed // step))
    pca = faiss.PCAMatrix(dim, components)
    pca.train(training)
    lists = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatL2(components), components, nlist, max(1, components // COMPONENTS_PER_CODE), 4
    )
    lists.by_residual = False  # one table a probe, not one a list
    lists.cp.spherical = True  # as the faces are
    for clustering in (lists.cp, lists.pq.cp):
        clustering.seed = SEED
        clustering.niter = ITERATIONS
        clustering.min_points_per_centroid = 1
    lists.cp.max_points_per_centroid = TRAINING_POINTS_PER_LIST
    lists.pq.cp.max_points_per_centroid = 1_000
    index = faiss.IndexPreTransform(pca, lists)
    index.train(training)
    return index


def recall_of(found: Distances, exact: Distances) -> Recall:
    """Compare distances, not ids: of equally near faces either is right. Column 0 is the face itself."""
    if exact.shape[1] < 2:
        return EXACT
    others, room = found[:, 1:], 1e-5
    return Recall(
        at_1=float((others[:, 0] <= exact[:, 1] + room).mean()),
        at_10=float((others <= exact[:, -1:] + room).mean()),  # within the tenth's distance: one miss is one miss
    )
