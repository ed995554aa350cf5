"""The options of an embedding at test time, mirror images and several crops, and the time that they take."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from recog.types import Crops, Embedder, Embeddings, NetworkInfo

SECOND_CROP = 1.2
"""Side of the second crop relative to the first."""
METRIC = "squared Euclidean distance of unit embeddings"


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """The options that a score was measured with.

    flip averages in the mirror image. crop_scales are the sides of the crops relative to the detector's box; the
    embedding is the unit sum of the unit embeddings of all crops. encoder names the runtime and its precision.
    """

    flip: bool
    crop_scales: tuple[float, ...]
    encoder: str
    metric: str = METRIC


def embedding_options(info: NetworkInfo, *, flip: bool, crops: int, encoder: str) -> EmbeddingOptions:
    """Return the options of a network with `crops` crops per face; ValueError unless that is 1 or 2."""
    if crops not in {1, 2}:
        raise ValueError(f"a face is embedded from one crop or from two, not from {crops}")
    return EmbeddingOptions(flip, (info.crop_scale, info.crop_scale * SECOND_CROP)[:crops], encoder)


class TimedEmbedder:
    """An embedder that measures the time per crop, without its first batch, which may include a warm-up."""

    def __init__(self, embedder: Embedder, *, clock: Callable[[], float] = time.perf_counter) -> None:
        """clock: seconds since some moment."""
        self._embedder = embedder
        self._clock = clock
        self._batches: list[tuple[int, float]] = []

    @property
    def info(self) -> NetworkInfo:
        """Return the info of the embedder."""
        return self._embedder.info

    def embed(self, crops: Crops) -> Embeddings:
        """Embed like the embedder, and take the time."""
        start = self._clock()
        embeddings = self._embedder.embed(crops)
        self._batches.append((len(crops), self._clock() - start))
        return embeddings

    @property
    def milliseconds(self) -> float:
        """Return the mean time per crop in milliseconds; ValueError before the first crop."""
        timed = self._batches[1:] or self._batches
        if not timed:
            raise ValueError("no crop has been embedded yet")
        return 1000 * sum(seconds for _, seconds in timed) / sum(count for count, _ in timed)
