"""Raw FAISS and usearch, as rows of benchmarks.bench_search."""

import time

import faiss
import numpy as np

from benchmarks.made_up_faces import MadeUpFaces
from benchmarks.search_times import SINGLES, Exact, K, measured
from recog.index.shortlist import RECALL_AT_1, RECALL_AT_10
from recog.types import Embeddings, FaceIds


def raw_flat(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    start = time.perf_counter()
    flat = faiss.IndexFlatL2(faces.embeddings.shape[1])
    flat.add(faces.embeddings)
    build = time.perf_counter() - start
    return measured(
        count, "raw FAISS, flat", lambda p: flat.search(p, K)[1], exact, build=build, detail="float32, exact"
    )


def raw_ivf(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    """Measure float32 inverted lists with the smallest nprobe that reaches the recall that recog promises."""
    nlist = round(2 * count**0.5)
    start = time.perf_counter()
    ivf = faiss.IndexIVFFlat(faiss.IndexFlatL2(faces.embeddings.shape[1]), faces.embeddings.shape[1], nlist)
    ivf.cp.niter, ivf.cp.max_points_per_centroid, ivf.cp.min_points_per_centroid = 8, 32, 1
    ivf.train(faces.embeddings[np.random.default_rng(1).choice(count, min(count, 32 * nlist), replace=False)])
    ivf.add(faces.embeddings)
    build = time.perf_counter() - start
    for share in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0):
        ivf.nprobe = max(1, round(share * nlist))
        found = ivf.search(exact.probes[:SINGLES], K)[1]
        some = Exact(exact.probes[:SINGLES], exact.nearest[:SINGLES])
        if some.recall(found, 1) >= RECALL_AT_1 and some.recall(found, K) >= RECALL_AT_10:
            break
    detail = f"IVFFlat, nlist {nlist}, nprobe {ivf.nprobe}"
    return measured(count, "raw FAISS, IVF", lambda p: ivf.search(p, K)[1], exact, build=build, detail=detail)


def graph(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    """Measure usearch's graph (HNSW) with the smallest expansion that reaches this recall."""
    from usearch.index import Index

    start = time.perf_counter()
    index = Index(ndim=faces.embeddings.shape[1], metric="l2sq", dtype="f32", connectivity=16, expansion_add=100)
    index.add(np.arange(count), faces.embeddings)
    build = time.perf_counter() - start

    def search(probes: Embeddings) -> FaceIds:
        keys = np.asarray(index.search(probes if len(probes) > 1 else probes[0], K).keys).astype(np.int64)
        return keys.reshape(len(probes), -1)

    for expansion in (32, 64, 128, 256, 512, 1024):
        index._compiled.expansion_search = expansion  # noqa: SLF001 - the documented way is read-only
        found = search(exact.probes)
        if exact.recall(found, 1) >= RECALL_AT_1 and exact.recall(found, K) >= RECALL_AT_10:
            break
    detail = f"HNSW, float32, expansion {index.expansion_search}"
    return measured(count, "usearch", search, exact, build=build, detail=detail)
