"""Made-up people whose numbers of photos and distances are like those of real ones (see benchmarks.bench_cluster)."""

import numpy as np
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.types import Embeddings

DIM = 128
SEED = 0
ZETA = 2.4
KINDS, KINSHIP = 300, 0.5
SPECTRUM = 50.0
DEVIATION, UNEVENNESS = 0.58, 0.36
SAMPLE = 4_000
SAME_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DIFFERENT_QUANTILES = (1e-4, 1e-3, 0.01, 0.5, 0.99)


def made_up(faces: int, seed: int) -> tuple[Embeddings, NDArray[np.int64]]:
    """Return (faces, 128) embeddings in random order, and the person of each."""
    random = np.random.default_rng(seed)

    def directions(count: int) -> Embeddings:
        rows = random.standard_normal((count, DIM), dtype=np.float32)
        return unit_rows(rows * np.exp(-np.arange(DIM, dtype=np.float32) / np.float32(SPECTRUM)))

    sizes = np.minimum(random.zipf(ZETA, faces), faces // 10)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), faces)) + 1]
    kinds = directions(KINDS)[random.integers(0, KINDS, len(sizes))]
    people = unit_rows(np.float32(KINSHIP**0.5) * kinds + np.float32((1 - KINSHIP) ** 0.5) * directions(len(sizes)))
    owners = random.permutation(np.repeat(np.arange(len(sizes)), sizes)[:faces])
    lengths = (DEVIATION * np.exp(UNEVENNESS * random.standard_normal(faces))).astype(np.float32)
    embeddings = people[owners]
    for start in range(0, faces, 1 << 16):
        part = slice(start, start + (1 << 16))
        embeddings[part] += lengths[part, np.newaxis] * directions(len(owners[part]))
        embeddings[part] = unit_rows(embeddings[part])
    return embeddings, owners


def quantiles(embeddings: Embeddings, owners: NDArray[np.int64]) -> str:
    """Return the quantiles of squared distances within and between people."""
    rows = embeddings[:SAMPLE]
    one, other = np.triu_indices(len(rows), k=1)
    squared = (2 - 2 * rows @ rows.T)[one, other]
    same = owners[:SAMPLE][one] == owners[:SAMPLE][other]
    parts = (("same", squared[same], SAME_QUANTILES), ("different", squared[~same], DIFFERENT_QUANTILES))
    return "; ".join(
        f"{name} {', '.join(f'{at:g}: {value:.2f}' for at, value in zip(q, np.quantile(values, q), strict=True))}"
        for name, values, q in parts
    )
