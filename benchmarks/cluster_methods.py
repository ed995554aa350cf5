"""Clustering by recog and by others, each measured in a separate process."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from benchmarks.made_up_people import SEED
from benchmarks.measured import forget_largest_size, largest_size
from recog.cluster.extend import extended_clusters
from recog.cluster.kmeans import k_means
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.types import Embeddings

Labels = NDArray[np.int64]
Method = Callable[[Embeddings], Labels]


def recog(rows: Embeddings, linkage: Linkage) -> Labels:
    return identity_clusters(rows, linkage)


def joined(rows: Embeddings, labels: Labels, linkage: Linkage) -> Labels:
    known = len(labels) if len(labels) < len(rows) else len(rows) // 2
    return extended_clusters(rows[:known], labels[:known], rows[known:], linkage)


def dbscan(rows: Embeddings, threshold: float) -> Labels:
    from sklearn.cluster import DBSCAN

    return np.asarray(DBSCAN(eps=threshold**0.5, min_samples=2).fit_predict(rows), np.int64)


def hdbscan(rows: Embeddings, least: int) -> Labels:
    from sklearn.cluster import HDBSCAN

    return np.asarray(HDBSCAN(min_cluster_size=least, copy=True).fit_predict(rows), np.int64)


def average(rows: Embeddings, threshold: float) -> Labels:
    """Cluster by average linkage on squared distances, with all pairs in memory."""
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=threshold
    )
    return np.asarray(model.fit_predict(np.clip(2 - 2 * rows @ rows.T, 0, 4)), np.int64)


def cells(rows: Embeddings, count: int) -> Labels:
    return k_means(rows, count, seed=SEED).labels


def run(method: Method, rows: Embeddings, answers: Connection) -> None:
    """Run a method in the process that `measured` starts; send back labels, seconds and megabytes."""
    method(rows[:64])  # so that loading at first use is not timed
    forget_largest_size()
    before = largest_size()
    start = time.perf_counter()
    labels = method(rows)
    seconds = time.perf_counter() - start
    answers.send((labels, seconds, (largest_size() - before) // 1024))


def measured(method: Method, embeddings: Embeddings) -> tuple[Labels, float, int]:
    """Return labels, seconds, and megabytes beyond embeddings and libraries, measured in a separate process."""
    fresh = multiprocessing.get_context("spawn")
    here, there = fresh.Pipe()
    child = fresh.Process(target=run, args=(method, embeddings, there))
    child.start()
    there.close()
    labels, seconds, megabytes = here.recv()
    child.join()
    return labels, seconds, megabytes
