"""A table of embeddings in numbered slots, with exact distances."""

from collections import deque
from collections.abc import Iterator
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.index.border import held
from recog.index.structures import Batch
from recog.types import Distances, Embeddings, FaceIds

Slots: TypeAlias = NDArray[np.int64]

FREE = -1
"""The id in a slot that holds no face."""
NOWHERE = np.float32(100.0)
"""Every coordinate of a free slot, which is farther from any unit vector than unit vectors are from each other."""
GROWTH = 1.25
"""A table has room for this many times its faces; memory that nobody has written to takes no space."""
BATCH = 20_000
FEW = 5000
"""Most distances of a search that NumPy computes, in a millisecond; importing FAISS for them would take 75."""


def roomy(size: int) -> int:
    """Return the room that a table of this size gets."""
    return int(GROWTH * size)


def are_few(probes: int, rows: int) -> bool:
    """Return whether a search of so many probes among so many rows needs no FAISS."""
    return probes * rows <= FEW


def _nearest_of_few(probes: Embeddings, vectors: Embeddings, k: int) -> tuple[Distances, Slots]:
    """Do the same as faiss.knn."""
    squared = np.stack([np.square(vectors - probe).sum(axis=1) for probe in probes])
    places = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(squared, places, axis=1), places


class Rows:
    """The exact part of an index: embedding and face id in each slot of a table, on the processor.

    The slot of a dropped face is overwritten at once and reused by a later face. A face keeps its slot, so references
    to slots stay valid when other faces go.
    """

    def __init__(self, ids: FaceIds, vectors: Embeddings) -> None:
        """Take over (used,) ids, FREE in free slots, and (used or more, dim) vectors; no face may be there twice."""
        self._ids = ids
        self._vectors = vectors
        self._used = len(ids)
        filled = np.flatnonzero(ids != FREE)
        self._slots: Slots = filled[np.argsort(ids[filled], kind="stable")]
        self.ascending: FaceIds = ids[self._slots]
        """The ids of the faces held."""

    @classmethod
    def of(cls, batches: deque[Batch], *, dim: int) -> Self:
        """Make a table of all batches, removing them one by one: no second full copy of the embeddings exists."""
        count = sum(len(ids) for ids, _ in batches)
        ids, vectors = np.empty(count, np.int64), np.empty((roomy(count), dim), np.float32)
        end = 0
        while batches:
            some, embeddings = batches.popleft()
            ids[end : end + len(some)], vectors[end : end + len(some)] = some, embeddings
            end += len(some)
        return cls(ids, vectors)

    @property
    def slots(self) -> Slots:
        """The filled slots, in the order of `ascending`; not to be written to."""
        return self._slots

    @property
    def ids(self) -> FaceIds:
        """(used,) the face in each slot, FREE in a free one; a view."""
        return self._ids[: self._used]

    @property
    def vectors(self) -> Embeddings:
        """(used, dim) the embedding in each slot; a view."""
        return self._vectors[: self._used]

    def put(self, ids: FaceIds, embeddings: Embeddings) -> Slots:
        """Put (n,) new faces into slots, free ones first; returns the slots."""
        free = np.flatnonzero(self.ids == FREE)[: len(ids)] if self._used > len(self._slots) else np.empty(0, np.int64)
        more = len(ids) - len(free)
        self._make_room(more)
        slots = np.concatenate([free, np.arange(self._used, self._used + more)])
        self._used += more
        self._ids[slots], self._vectors[slots] = ids, embeddings
        order = np.argsort(ids, kind="stable")
        places = np.searchsorted(self.ascending, ids[order])
        self.ascending = np.insert(self.ascending, places, ids[order])
        self._slots = np.insert(self._slots, places, slots[order])
        return slots

    def drop(self, ids: FaceIds) -> Slots:
        """Free and overwrite the slots of faces that are held; returns the slots."""
        places = np.searchsorted(self.ascending, ids)
        slots = self._slots[places]
        self._ids[slots], self._vectors[slots] = FREE, NOWHERE
        self.ascending, self._slots = np.delete(self.ascending, places), np.delete(self._slots, places)
        return slots

    def nearest(self, probes: Embeddings, k: int, among: Slots | None = None) -> tuple[Distances, Slots]:
        """Return (p, k) squared distances and slots of the nearest faces, nearest first; k is at most their number.

        among: the filled slots to look at, by default all.
        """
        vectors = self.vectors if among is None else self._vectors[among]
        if are_few(len(probes), len(vectors)):
            squared, places = _nearest_of_few(probes, vectors, k)
        else:
            import faiss

            squared, places = faiss.knn(probes, vectors, k)
        return squared, places if among is None else among[places]

    def slots_of(self, ids: FaceIds) -> Slots:
        """Return the slots of those of the faces that are held."""
        return self._slots[np.searchsorted(self.ascending, held(ids, self.ascending))]

    def squared_distances(self, probes: Embeddings, slots: Slots) -> Distances:
        """Return (p, n) squared distances from (p, dim) probes to their own (p, n) slots; infinite for slot -1."""
        import faiss

        squared = np.empty(slots.shape, np.float32)
        faiss.fvec_L2sqr_by_idx(  # type: ignore[attr-defined]
            faiss.swig_ptr(squared),
            faiss.swig_ptr(probes),
            faiss.swig_ptr(self._vectors),
            faiss.swig_ptr(slots),
            probes.shape[1],
            *slots.shape,
        )
        squared[slots < 0] = np.inf
        return squared

    def batches(self) -> Iterator[Batch]:
        """Yield all faces with their embeddings, in the order of the slots."""
        for start in range(0, self._used, BATCH):
            ids = self._ids[start : min(start + BATCH, self._used)]
            held = np.flatnonzero(ids != FREE)
            if held.size:
                yield ids[held], self._vectors[start + held]

    def on_gpu(self) -> Any:
        """Copy all slots to the first GPU, which answers exactly."""
        import faiss

        flat = faiss.IndexFlatL2(self._vectors.shape[1])
        flat.add(self.vectors)
        return faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, flat)

    def _make_room(self, more: int) -> None:
        wanted = self._used + more
        if wanted > len(self._vectors):
            vectors = np.empty((roomy(wanted), self._vectors.shape[1]), np.float32)
            vectors[: self._used] = self.vectors
            self._vectors = vectors
        if wanted > len(self._ids):
            ids = np.empty(len(self._vectors), np.int64)
            ids[: self._used] = self.ids
            self._ids = ids
