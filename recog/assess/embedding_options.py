"""What decides an embedding at test time besides the network: mirror images, several crops, and what they cost."""

import time
from dataclasses import dataclass

from recog.types import Crops, Embedder, Embeddings, NetworkInfo

SECOND_CROP = 1.2
"""Side of the second crop over that of the first."""
METRIC = "squared Euclidean distance of unit embeddings"


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """The options that a score was measured with, to be named beside it.

    flip: whether the mirror image is averaged in. crop_scales: side of each crop over that of the detector's box; the
    unit embeddings of several are summed and made unit again. encoder is what ran the network, in which numbers.
    """

    flip: bool
    crop_scales: tuple[float, ...]
    encoder: str
    metric: str = METRIC


def embedding_options(info: NetworkInfo, *, flip: bool, crops: int, encoder: str) -> EmbeddingOptions:
    """The options of a network at `crops` crops a face, 1 or 2; ValueError at any other number."""
    if crops not in {1, 2}:
        raise ValueError(f"a face is seen in one crop or in two, not in {crops}")
    return EmbeddingOptions(flip, (info.crop_scale, info.crop_scale * SECOND_CROP)[:crops], encoder)


class TimedEmbedder:
    """An embedder that knows how long a crop took, its first batch apart, which may pay for starting up."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._batches: list[tuple[int, float]] = []

    @property
    def info(self) -> NetworkInfo:
        """That of the embedder."""
        return self._embedder.info

    def embed(self, crops: Crops) -> Embeddings:
        """As the embedder does."""
        start = time.perf_counter()
        embeddings = self._embedder.embed(crops)
        self._batches.append((len(crops), time.perf_counter() - start))
        return embeddings

    @property
    def milliseconds(self) -> float:
        """Mean time of a crop; ValueError before any."""
        timed = self._batches[1:] or self._batches
        if not timed:
            raise ValueError("no crop was embedded yet")
        return 1000 * sum(seconds for _, seconds in timed) / sum(count for count, _ in timed)
