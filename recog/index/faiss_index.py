"""The FAISS index of faces: add, remove, search."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from recog.index.border import checked_embeddings, checked_ids, held, sorted_distinct
from recog.index.device import Device, device_for, few_threads
from recog.index.encoding import Memory, decoded, encoded
from recog.index.rows import Rows, Slots, are_few
from recog.index.sharing import ReadersWriterLock
from recog.index.shortlist import LENGTH, Curve, Shortlist
from recog.index.structures import EXACT, Batch, Kind, Recall, kind_for
from recog.types import Distances, Embeddings, FaceIds, Neighbour

Number = TypeVar("Number", np.float32, np.int64)

TIE_ROOM = 8
"""Neighbours searched beyond k, so that ties at the k-th place are usually seen, and settled by face id, at once."""
GROWTH = 4
"""An index that has grown by this factor since its lists were trained has half the lists that it should have."""
SHORTLIST_REACH = LENGTH // 4
"""Largest number of neighbours that the shortlist answers; more are searched among all faces."""
PROBES_AT_ONCE = 1_000
"""Probes whose shortlists are in memory at a time."""
GPU_MOST_NEIGHBOURS = 2048
"""Largest number of neighbours that FAISS on a GPU answers; the processor answers wider searches."""
DECIMALS = 6
"""Decimals of squared distances: the seventh of a float32 sum of 128 terms changes with the size of the batch."""


class FaceIndex:
    """An index on FAISS: every face's exact embedding and, above FLAT_LIMIT faces, a shortlist before them.

    It knows face ids and embeddings of one network, never people. Distances are always exact. Above the limit a far
    neighbour may be missed, as often as `recall` says. On a GPU a copy of the embeddings answers, and misses none.
    Safe in threads: searches run side by side, and wait while faces are added or removed.
    """

    def __init__(
        self, rows: Rows, shortlist: Shortlist | None, *, network_sha256: str, dim: int, recall: Recall, device: str
    ) -> None:
        """Take over rows, and a shortlist of all of them; most callers want `empty` or `build`."""
        self.network_sha256 = network_sha256
        self.dim = dim
        self.recall = recall
        self.device: Device = device_for(device)
        self._rows = rows
        self._shortlist = shortlist
        self._gpu_copy: Any = None
        self._gpu = Lock()  # FAISS answers one search at a time on a GPU
        self._sharing = ReadersWriterLock()

    @classmethod
    def empty(cls, network_sha256: str, dim: int, device: str = "auto") -> Self:
        """Make an index without faces."""
        return cls.build((), network_sha256=network_sha256, dim=dim, device=device)

    @classmethod
    def build(
        cls,
        batches: Iterable[Batch],
        *,
        network_sha256: str,
        dim: int,
        device: str = "auto",
        kind: Kind | None = None,
    ) -> Self:
        """Make an index of a stream of (face ids (n,), embeddings (n, dim)); kind_for chooses its kind by default.

        One further copy of the embeddings exists while the index grows; it is released batch by batch.

        Raises:
            ValueError: wrong shapes or dtypes, rows not of unit length, a face that comes twice.
        """
        pending = deque(_checked(ids, embeddings, dim) for ids, embeddings in batches if len(ids) or len(embeddings))
        sorted_distinct(np.concatenate([*(ids for ids, _ in pending), np.empty(0, np.int64)]))
        rows = Rows.of(pending, dim=dim)
        chosen = device_for(device)
        kind = kind or kind_for(len(rows.ascending), device=chosen)
        shortlist, recall = (None, EXACT) if kind == "flat" else Shortlist.built(rows)
        return cls(rows, shortlist, network_sha256=network_sha256, dim=dim, recall=recall, device=chosen)

    @classmethod
    def from_bytes(
        cls, memory: Memory, length: int, *, network_sha256: str, dim: int, recall: Recall, device: str = "auto"
    ) -> Self:
        """Read the index that `to_parts` wrote in the first `length` bytes, whose digest must have been checked.

        The index takes over the memory: faces that are added later go behind these bytes while there is room.

        Raises:
            ValueError: the bytes hold no index that recog writes.
        """
        rows, shortlist = decoded(memory, length, dim=dim)
        return cls(rows, shortlist, network_sha256=network_sha256, dim=dim, recall=recall, device=device)

    def to_parts(self) -> list[bytes | memoryview]:
        """Return the content of the index's file, in consecutive parts; valid inside `unchanged`."""
        return encoded(self._rows, self._shortlist)

    def unchanged(self) -> AbstractContextManager[None]:
        """Hold off threads that add or remove faces; searches go on. Inside, add and remove wait for ever."""
        return self._sharing.reading()

    @property
    def kind(self) -> Kind:
        """'flat' if every search looks at every face, 'ivf' if a shortlist comes first."""
        return "flat" if self._shortlist is None else "ivf"

    @property
    def count(self) -> int:
        """Faces held."""
        return len(self._rows.ascending)

    @property
    def nprobe(self) -> int | None:
        """Inverted lists visited by a search; None for a flat index, which visits every face."""
        return None if self._shortlist is None else self._shortlist.nprobe

    @property
    def nlist(self) -> int | None:
        """Inverted lists; None for a flat index."""
        return None if self._shortlist is None else self._shortlist.nlist

    @property
    def outgrown(self) -> bool:
        """Whether so many faces were added that `rebuilt` would choose another structure; answers stay right."""
        if self._shortlist is None:
            return kind_for(self.count, device=self.device) != "flat"
        return self.count > GROWTH * self._shortlist.trained_for

    def ids(self) -> FaceIds:
        """Return a copy of the ids of all faces, ascending."""
        return self._rows.ascending.copy()

    def batches(self) -> Iterator[Batch]:
        """Yield all faces with their embeddings, as `build` takes them; read them inside `unchanged`."""
        return self._rows.batches()

    def rebuilt(self, kind: Kind | None = None) -> "FaceIndex":
        """Build a new index of the same faces, of the kind that suits their number, or of the kind given."""
        with self.unchanged():
            batches = iter(list(self.batches()))  # an iterator lets go of its list at the end
        return FaceIndex.build(batches, network_sha256=self.network_sha256, dim=self.dim, device=self.device, kind=kind)

    def curve(self) -> Curve:
        """Measure recall against time of ever wider searches on the index's own faces; ValueError for a flat index."""
        if self._shortlist is None:
            raise ValueError("a flat index looks at every face: it has no wider and no narrower search")
        with self._sharing.writing():  # it tries other settings
            return self._shortlist.curve(self._rows)

    def add(self, face_ids: FaceIds, embeddings: Embeddings) -> None:
        """Add (n,) faces with their (n, dim) embeddings; all or none.

        Raises:
            ValueError: wrong shapes or dtypes, rows not of unit length, a face that is held already or comes twice.
        """
        ids, embeddings = _checked(face_ids, embeddings, self.dim)
        ascending = sorted_distinct(ids)
        with self._sharing.writing():
            already = held(ascending, self._rows.ascending)
            if already.size:
                raise ValueError(f"face {already[0]} is in the index already ({already.size} such ids)")
            if not ids.size:
                return
            slots = self._rows.put(ids, embeddings)
            if self._shortlist is not None:
                self._shortlist.add(slots, embeddings)
            self._gpu_copy = None

    def remove(self, face_ids: FaceIds) -> int:
        """Remove faces, exactly and at once; returns how many were held (the others are no error)."""
        ids = np.unique(checked_ids(face_ids))
        if not ids.size:
            return 0
        with self._sharing.writing():
            gone = held(ids, self._rows.ascending)
            if gone.size:
                slots = self._rows.drop(gone)
                if self._shortlist is not None:
                    self._shortlist.remove(slots)
                self._gpu_copy = None
        return int(gone.size)

    def search(self, probes: Embeddings, k: int, *, only: FaceIds | None = None) -> list[Sequence[Neighbour]]:
        """Find the min(k, count) nearest faces of each probe, nearest first, equally near ones by face id.

        probes are (p, dim) unit rows. The p answers have squared distances of 0 to 4, rounded to 1e-6; float32 noise is
        nearly always smaller, but two searches may differ by one such step. only: the faces to look at, each of them.

        Raises:
            ValueError: probes of wrong shape or dtype or not of unit length, or k below 1.
        """
        squared, ids = self.nearest(probes, k, only=only)
        return [
            tuple(map(Neighbour, near_ids, near)) for near_ids, near in zip(ids.tolist(), squared.tolist(), strict=True)
        ]

    def nearest(self, probes: Embeddings, k: int, *, only: FaceIds | None = None) -> tuple[Distances, FaceIds]:
        """Do the same as `search`; returns squared distances and ids, (p, min(k, count)) each."""
        probes = checked_embeddings(probes, dim=self.dim)
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        with self._sharing.reading():
            among = None if only is None else self._rows.slots_of(np.unique(checked_ids(only)))
            searched = self.count if among is None else len(among)
            k = min(k, searched)
            if k == 0 or not len(probes):
                return np.empty((len(probes), k), np.float32), np.empty((len(probes), k), np.int64)
            with nullcontext() if are_few(len(probes), searched) else few_threads(len(probes)):
                squared, ids = self._settled(probes, k) if among is None else self._settled_among(probes, k, among)
        return squared.clip(0.0, 4.0, out=squared), ids

    def _settled_among(self, probes: Embeddings, k: int, among: Slots) -> tuple[Distances, FaceIds]:
        """Do the same as `_settled`, looking at every one of these slots."""
        squared, slots = self._rows.nearest(probes, len(among), among)
        ids, squared = self._rows.ids[slots], squared.round(DECIMALS)
        order = np.lexsort((ids, squared), axis=-1)[:, :k]
        return _picked(squared, order), _picked(ids, order)

    def _settled(self, probes: Embeddings, k: int) -> tuple[Distances, FaceIds]:
        """Return (p, k) rounded squared distances and ids, k <= count; at the k-th place the smaller id wins a tie."""
        reach = min(k + TIE_ROOM, self.count)
        squared, ids = self._sorted_search(probes, reach, at_least=k)
        nearest, nearest_ids = squared[:, :k].copy(), ids[:, :k].copy()
        tied = np.flatnonzero((squared[:, k - 1] == squared[:, -1]) & (reach < self.count))
        while tied.size:
            reach = min(4 * reach, self.count)
            squared, ids = self._sorted_search(probes[tied], reach, at_least=k)
            nearest[tied], nearest_ids[tied] = squared[:, :k], ids[:, :k]
            tied = tied[(squared[:, k - 1] == squared[:, -1]) & (reach < self.count)]
        return nearest, nearest_ids

    def _sorted_search(self, probes: Embeddings, reach: int, *, at_least: int) -> tuple[Distances, FaceIds]:
        """Return (p, reach) faces found, sorted by (rounded squared distance, id).

        Every probe gets at least at_least <= count of them; id -1, infinitely far, fills the rest.
        """
        squared, slots = self._found(probes, reach, at_least=at_least)
        ids = np.where(slots == -1, -1, self._rows.ids[slots])
        squared = squared.round(DECIMALS)
        order = np.lexsort((ids, squared), axis=-1)
        return _picked(squared, order), _picked(ids, order)

    def _found(self, probes: Embeddings, reach: int, *, at_least: int) -> tuple[Distances, Slots]:
        """Return (p, reach) squared distances and slots, in no order."""
        if self.device != "cpu" and reach <= GPU_MOST_NEIGHBOURS:
            with self._gpu:
                if self._gpu_copy is None:
                    self._gpu_copy = self._rows.on_gpu()
                squared, slots = self._gpu_copy.search(probes, reach)
            return squared, slots
        if self._shortlist is None or reach > SHORTLIST_REACH:
            return self._rows.nearest(probes, reach)
        if len(probes) <= PROBES_AT_ONCE:
            return self._shortlisted(self._shortlist, probes, reach, at_least=at_least)
        squared, slots = np.empty((len(probes), reach), np.float32), np.empty((len(probes), reach), np.int64)
        for start in range(0, len(probes), PROBES_AT_ONCE):
            part = slice(start, start + PROBES_AT_ONCE)
            squared[part], slots[part] = self._shortlisted(self._shortlist, probes[part], reach, at_least=at_least)
        return squared, slots

    def _shortlisted(
        self, shortlist: Shortlist, probes: Embeddings, reach: int, *, at_least: int
    ) -> tuple[Distances, Slots]:
        """Return the nearest of the shortlist, or of all faces if the lists visited hold too few."""
        listed = shortlist.slots(probes)
        distances = self._rows.squared_distances(probes, listed)
        chosen = distances.argpartition(reach - 1, axis=1)[:, :reach]
        squared, slots = _picked(distances, chosen), _picked(listed, chosen)
        short = np.flatnonzero((slots == -1).sum(axis=1) > reach - at_least)
        if short.size:
            squared[short], slots[short] = self._rows.nearest(probes[short], reach)
        return squared, slots


def _picked(table: NDArray[Number], places: NDArray[np.int64]) -> NDArray[Number]:
    """Pick the places (p, m) of each row of a table (p, n)."""
    if len(table) == 1:
        return table.take(places)  # the usual case, at a fifth of the cost
    return np.take_along_axis(table, places, axis=1)


def _checked(face_ids: FaceIds, embeddings: Embeddings, dim: int) -> Batch:
    embeddings = checked_embeddings(embeddings, dim=dim)
    return checked_ids(face_ids, rows=len(embeddings)), embeddings
