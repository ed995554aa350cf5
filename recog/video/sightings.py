"""A face in one frame, and how much it says of whose it is."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from recog.quality import FOUND, frontality
from recog.types import Crops, Embeddings, FaceBox


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A face in one frame: seconds from the beginning of the video, and its box in pixels of the frame.

    crop (1, size, size, 3 * views) uint8; sharpness of the crop (see recog.quality); thumbnail the bytes of a JPEG.
    """

    at: float
    box: FaceBox
    crop: Crops
    sharpness: float
    thumbnail: bytes

    @property
    def weight(self) -> float:
        """How much the face counts in the mean of its track, above 0 up to 1."""
        return shape_weight(self.box) * min(1.0, max(self.sharpness, 0.01) / FOUND.sharpness)


def shape_weight(box: FaceBox) -> float:
    """Return the weight of a face by its box alone, above 0 up to 1: large, sure and frontal faces count most."""
    front = frontality(box) if len(box.landmarks) == 5 else 0.0
    size = min(1.0, max(min(box.width, box.height), 1.0) / (2 * FOUND.size))
    return max(box.score, 0.01) ** 2 * (0.2 + 0.8 * sqrt(front)) * size


def mean_embedding(embeddings: Embeddings, weights: list[float]) -> Embeddings:
    """Return the weighted mean of embeddings (n, dim), n at least 1, as one of unit length: (dim,) float32."""
    mean = np.asarray(weights, np.float64) @ embeddings.astype(np.float64)
    length = float(np.linalg.norm(mean))
    if length == 0.0:  # opposite embeddings of equal weight
        return np.asarray(embeddings[int(np.argmax(weights))], np.float32)
    return np.asarray(mean / length, np.float32)
