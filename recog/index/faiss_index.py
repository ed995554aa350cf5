"""Faces by nearness, with FAISS: add, remove, search."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import faiss
import numpy as np

from recog.index.border import checked_embeddings, checked_ids, held, sorted_distinct
from recog.index.device import Device, choose_device, visible_gpus
from recog.index.structures import (
    EXACT,
    FLAT_LIMIT,
    LISTS_PER_ROOT,
    Batch,
    Kind,
    Recall,
    built_ivf,
    deserialized,
    empty_flat,
    ids_of,
    kind_for,
    vectors_of,
)
from recog.types import Distances, Embeddings, FaceIds, Neighbour

TIE_ROOM = 8
"""Neighbours looked at beyond k, so that ties at the k-th place are usually seen and settled by face id at once."""
GROWTH = 4
"""An IVF index that has grown this many times since its lists were trained has half the lists it should have."""
GPU_MOST_NEIGHBOURS = 2048
"""FAISS on a GPU answers no wider search; the processor does those."""
DECIMALS = 6
"""Squared distances are rounded to these: float32 sums of 128 terms differ in the seventh with the batch's size."""


class FaceIndex:
    """The VectorIndex on FAISS: exact (flat) up to FLAT_LIMIT faces, inverted lists (IVF) above.

    Knows face ids and embeddings of one network, never people. The index in main memory is the master; on a GPU a
    copy of it answers. Not safe for threads that add or remove while others search.
    """

    def __init__(self, master: Any, kind: Kind, *, network_sha256: str, dim: int, recall: Recall, device: str) -> None:
        """Take over an IndexIDMap2(IndexFlatL2) or IndexIVFFlat; use `empty` and `build` instead."""
        self.network_sha256 = network_sha256
        self.dim = dim
        self.kind: Kind = kind
        self.recall = recall
        self.device: Device = choose_device(device, gpus=visible_gpus())
        self._master = master
        self._gpu_copy: Any = None
        self._ids = sorted_distinct(ids_of(master, kind))

    @classmethod
    def empty(cls, network_sha256: str, dim: int, device: str = "auto") -> Self:
        """An index without faces."""
        return cls(empty_flat(dim), "flat", network_sha256=network_sha256, dim=dim, recall=EXACT, device=device)

    @classmethod
    def build(cls, batches: Iterable[Batch], *, network_sha256: str, dim: int, device: str = "auto") -> Self:
        """An index of all faces of a stream of (face ids (n,), embeddings (n, dim)), flat or IVF by their number.

        Holds one copy of the embeddings while the index grows, and lets it go batch by batch.

        Raises:
            ValueError: wrong shapes or dtypes, rows not of unit length, a face that comes twice.
        """
        pending = deque(_checked(ids, embeddings, dim) for ids, embeddings in batches if len(ids) or len(embeddings))
        count = len(sorted_distinct(np.concatenate([*(ids for ids, _ in pending), np.empty(0, np.int64)])))
        kind = kind_for(count)
        recall = EXACT
        if kind == "flat":
            master = empty_flat(dim)
            while pending:
                ids, embeddings = pending.popleft()
                master.add_with_ids(embeddings, ids)
        else:
            master, recall = built_ivf(pending, dim=dim)
        return cls(master, kind, network_sha256=network_sha256, dim=dim, recall=recall, device=device)

    @classmethod
    def from_bytes(cls, content: bytes, *, network_sha256: str, dim: int, recall: Recall, device: str = "auto") -> Self:
        """The index that `to_bytes` wrote. Only for bytes whose digest was checked: FAISS' reader is no safe parser.

        Raises:
            ValueError: the bytes hold no index that recog writes.
        """
        master, kind = deserialized(content)
        if master.d != dim:
            raise ValueError(f"it holds vectors of dimension {master.d}, not {dim}")
        return cls(master, kind, network_sha256=network_sha256, dim=dim, recall=recall, device=device)

    def to_bytes(self) -> memoryview:
        """The index in FAISS' file format."""
        content: memoryview = faiss.serialize_index(self._master).data
        return content

    @property
    def count(self) -> int:
        """Faces held."""
        return len(self._ids)

    @property
    def nprobe(self) -> int | None:
        """Inverted lists visited by a search; None for a flat index, which visits every face."""
        return None if self.kind == "flat" else int(self._master.nprobe)

    @property
    def nlist(self) -> int | None:
        """Inverted lists; None for a flat index."""
        return None if self.kind == "flat" else int(self._master.nlist)

    @property
    def outgrown(self) -> bool:
        """Whether so many faces were added that `rebuilt` would choose another structure; answers are still right."""
        if self.nlist is None:
            return self.count > FLAT_LIMIT
        trained_on = (self.nlist / LISTS_PER_ROOT) ** 2
        return self.count > GROWTH * trained_on

    def ids(self) -> FaceIds:
        """The ids of every face held, ascending; a copy."""
        return self._ids.copy()

    def batches(self) -> Iterator[Batch]:
        """Every face held with its embedding, as `build` takes them."""
        return vectors_of(self._master, self.kind)

    def rebuilt(self) -> "FaceIndex":
        """A new index of the same faces, with the structure and nprobe that their number now asks for."""
        return FaceIndex.build(self.batches(), network_sha256=self.network_sha256, dim=self.dim, device=self.device)

    def add(self, face_ids: FaceIds, embeddings: Embeddings) -> None:
        """Add (n,) faces with their (n, dim) embeddings; all or none.

        Raises:
            ValueError: wrong shapes or dtypes, rows not of unit length, a face that is held already or comes twice.
        """
        ids, embeddings = _checked(face_ids, embeddings, self.dim)
        ascending = sorted_distinct(ids)
        already = held(ascending, self._ids)
        if already.size:
            raise ValueError(f"face {already[0]} is in the index already ({already.size} such ids)")
        if not ids.size:
            return
        self._master.add_with_ids(embeddings, ids)
        self._ids = np.insert(self._ids, np.searchsorted(self._ids, ascending), ascending)
        self._gpu_copy = None

    def remove(self, face_ids: FaceIds) -> int:
        """Remove faces, exactly and at once; how many of them were held (the others are no error)."""
        gone = held(np.unique(checked_ids(face_ids)), self._ids)
        if gone.size:
            self._master.remove_ids(faiss.IDSelectorBatch(gone))
            self._ids = np.delete(self._ids, np.searchsorted(self._ids, gone))
            self._gpu_copy = None
        return int(gone.size)

    def search(self, probes: Embeddings, k: int) -> list[Sequence[Neighbour]]:
        """The min(k, count) nearest faces of each probe, nearest first, equally near ones by face id.

        (p, dim) unit rows in; p answers out, squared distances 0 to 4, rounded to 1e-6 (float32 noise is below that
        nearly always: two searches may differ by one such step).

        Raises:
            ValueError: probes of wrong shape or dtype or not of unit length, or k below 1.
        """
        probes = checked_embeddings(probes, dim=self.dim)
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        k = min(k, self.count)
        if k == 0 or not len(probes):
            return [() for _ in probes]
        squared, ids = self._nearest(probes, k)
        return [
            tuple(map(Neighbour, near_ids, near))
            for near_ids, near in zip(ids.tolist(), np.clip(squared, 0.0, 4.0).tolist(), strict=True)
        ]

    def _nearest(self, probes: Embeddings, k: int) -> tuple[Distances, FaceIds]:
        """(p, k) rounded squared distances and ids, k <= count; ties at the k-th place settled by the smaller id."""
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
        """(p, reach) FAISS' answer, sorted by (rounded squared distance, id).

        At least at_least <= count are found for every probe; id -1, infinitely far, fills the rest.
        """
        squared, ids = self._searcher(reach).search(probes, reach)
        short = np.flatnonzero(ids[:, at_least - 1] == -1)  # the lists visited hold too few faces: visit all
        if short.size:
            everywhere = faiss.SearchParametersIVF()
            everywhere.nprobe = self._master.nlist
            squared[short], ids[short] = self._master.search(probes[short], reach, params=everywhere)
        squared = np.where(ids == -1, np.float32(np.inf), squared).round(DECIMALS)
        order = np.lexsort((ids, squared), axis=-1)
        return np.take_along_axis(squared, order, axis=-1), np.take_along_axis(ids, order, axis=-1)

    def _searcher(self, reach: int) -> Any:
        """The structure that answers: the master, or a copy of it on the GPU, made anew after a change."""
        if self.device == "cpu" or reach > GPU_MOST_NEIGHBOURS:
            return self._master
        if self._gpu_copy is None:
            self._gpu_copy = faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, self._master)
        return self._gpu_copy


def _checked(face_ids: FaceIds, embeddings: Embeddings, dim: int) -> Batch:
    embeddings = checked_embeddings(embeddings, dim=dim)
    return checked_ids(face_ids, rows=len(embeddings)), embeddings
