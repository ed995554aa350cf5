"""The two FAISS structures: exact (flat) while small, inverted lists (IVF) probed as widely as measured recall asks."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, TypeAlias

import faiss
import numpy as np

from recog.types import Embeddings, FaceIds

Kind: TypeAlias = Literal["flat", "ivf"]
Batch: TypeAlias = tuple[FaceIds, Embeddings]

FLAT_LIMIT = 200_000
"""Faces up to which every search is exact: one probe among so many takes some 5 ms on one core."""
LISTS_PER_ROOT = 2.0
"""nlist = this * sqrt(n). 4 searches a little faster at 1M faces, but doubles the time to build."""
TRAINING_POINTS_PER_LIST = 40
"""FAISS asks for 39 at least; more moved recall by less than its own error."""
RECALL_AT_1 = 0.99
"""Asked of nprobe. Not of the 10 nearest: most people have fewer photos, so the tenth nearest is a stranger far beyond
every threshold, in any list; to find it cost half of all lists. Its recall is measured and told all the same."""
RECALL_SAMPLE = 1_000
"""Faces whose nearest others are found exactly and approximately: the standard error of a recall of 0.99 is 0.003."""
SEED = 1789


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of the nearest (of the 10 nearest) other faces that the index finds, measured when it was built; 0 to 1."""

    at_1: float
    at_10: float


EXACT = Recall(at_1=1.0, at_10=1.0)


def kind_for(count: int) -> Kind:
    """Which structure so many faces get."""
    return "flat" if count <= FLAT_LIMIT else "ivf"


def empty_flat(dim: int) -> Any:
    """An IndexIDMap2 over IndexFlatL2 without faces."""
    return faiss.IndexIDMap2(faiss.IndexFlatL2(dim))


def built_ivf(batches: deque[Batch], *, dim: int) -> tuple[Any, Recall]:
    """An IndexIVFFlat of all batches, with nprobe chosen so that recall reaches RECALL_AT_1.

    The batches are taken out as they are added, so that no second full copy of the embeddings ever exists. Recall is
    measured on faces of the index itself (themselves left out of their answers) against exact search in the same run.
    """
    rng = np.random.default_rng(SEED)
    count = sum(len(ids) for ids, _ in batches)
    nlist = max(1, round(LISTS_PER_ROOT * sqrt(count)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, nlist)
    index.cp.seed = SEED
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = TRAINING_POINTS_PER_LIST
    index.train(_sample(batches, min(count, nlist * TRAINING_POINTS_PER_LIST), rng))

    probes = _sample(batches, min(count, RECALL_SAMPLE), rng)
    neighbours = min(11, count)  # the face itself and 10 others
    exact = np.full((len(probes), neighbours), np.inf, np.float32)
    while batches:
        ids, embeddings = batches.popleft()
        index.add_with_ids(embeddings, ids)
        near, _ = faiss.knn(probes, embeddings, min(neighbours, len(embeddings)))
        exact = np.sort(np.concatenate([exact, near], axis=1), axis=1)[:, :neighbours]
    return index, _tuned(index, probes, exact)


def deserialized(content: bytes) -> tuple[Any, Kind]:
    """The flat or IVF index in trusted bytes; ValueError where there is none or something else.

    FAISS' limit on the length of one vector in a file is global; it is lowered to what these bytes can hold, and put
    back. (FAISS compares the limit with four times the length.)
    """
    limit = faiss.get_deserialization_vector_byte_limit()
    faiss.set_deserialization_vector_byte_limit(min(limit, 4 * len(content) + 4))
    try:
        index = faiss.deserialize_index(np.frombuffer(content, np.uint8))
    except (RuntimeError, MemoryError) as error:
        raise ValueError("FAISS cannot read it") from error
    finally:
        faiss.set_deserialization_vector_byte_limit(limit)
    if isinstance(index, faiss.IndexIDMap2) and isinstance(faiss.downcast_index(index.index), faiss.IndexFlatL2):
        return index, "flat"
    if isinstance(index, faiss.IndexIVFFlat) and index.metric_type == faiss.METRIC_L2:
        return index, "ivf"
    raise ValueError(f"it holds a {type(index).__name__}")


def vectors_of(index: Any, kind: Kind, *, batch: int = 20_000) -> Iterator[Batch]:
    """Every face of a flat or IVF index with its embedding, in the index's own order."""
    if kind == "flat":
        ids = faiss.vector_to_array(index.id_map)
        flat = faiss.downcast_index(index.index)
        for start in range(0, len(ids), batch):
            rows = min(batch, len(ids) - start)
            yield ids[start : start + rows], flat.reconstruct_n(start, rows)
        return
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            codes = faiss.rev_swig_ptr(index.invlists.get_codes(number), size * index.code_size)
            yield ids_of_list(index, number), codes.view(np.float32).reshape(size, index.d).copy()


def ids_of(index: Any, kind: Kind) -> FaceIds:
    """The ids of every face of a flat or IVF index, ascending."""
    if kind == "flat":
        return np.sort(faiss.vector_to_array(index.id_map))
    lists = [ids_of_list(index, number) for number in range(index.nlist)]
    return np.sort(np.concatenate([*lists, np.empty(0, np.int64)]))


def ids_of_list(index: Any, number: int) -> FaceIds:
    """A copy of the ids in one inverted list; empty lists have no memory to look at."""
    size = index.invlists.list_size(number)
    if size == 0:
        return np.empty(0, np.int64)
    ids: FaceIds = faiss.rev_swig_ptr(index.invlists.get_ids(number), size).copy()
    return ids


def _sample(batches: deque[Batch], size: int, rng: np.random.Generator) -> Embeddings:
    """`size` distinct rows drawn from all batches."""
    ends = np.cumsum([len(ids) for ids, _ in batches])
    chosen = np.sort(rng.choice(int(ends[-1]), size=size, replace=False))
    parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    rows = [
        embeddings[part - (end - len(embeddings))]
        for part, end, (_, embeddings) in zip(parts, ends, batches, strict=True)
    ]
    return np.concatenate(rows)


def _tuned(index: Any, probes: Embeddings, exact: Embeddings) -> Recall:
    """Set nprobe to about the smallest that reaches RECALL_AT_1; the recall it reaches.

    Doubled until it does, then halved in between to within an eighth.
    """

    def reached(nprobe: int) -> Recall:
        index.nprobe = nprobe
        found, _ = index.search(probes, exact.shape[1])
        return _recall(found, exact)

    too_few, enough = 0, 1
    recall = reached(enough)
    while recall.at_1 < RECALL_AT_1 and enough < index.nlist:
        too_few, enough = enough, min(index.nlist, 2 * enough)
        recall = reached(enough)
    while enough - too_few > max(1, enough // 8):
        middle = (too_few + enough) // 2
        if (found := reached(middle)).at_1 >= RECALL_AT_1:
            enough, recall = middle, found
        else:
            too_few = middle
    index.nprobe = enough
    return recall


def _recall(found: Embeddings, exact: Embeddings) -> Recall:
    """Compares distances, not ids: of faces equally near, either is right. Column 0 is the face itself."""
    if exact.shape[1] < 2:
        return EXACT
    hits = found[:, 1:] <= exact[:, 1:] + 1e-5
    return Recall(at_1=float(hits[:, 0].mean()), at_10=float(hits.mean()))
