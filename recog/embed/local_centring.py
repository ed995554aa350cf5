"""Local centring: subtract from an embedding what it shares with the faces around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.types import Embeddings


@dataclass(frozen=True, slots=True)
class LocalCentring:
    """embedding = unit(x - strength * mean), where mean is the mean of the centres near x.

    centres is (count, dim) float32 of unit length: the places where strangers are. The mean weighs each centre by
    exp(sharpness * its cosine to x). Where strangers are near each other, as small children are, their mean is long, so
    what they share is taken away and what tells them apart counts for more (Hara et al., Localized Centering, AAAI
    2015; docs/decisions/lookalikes.md).
    """

    centres: NDArray[np.float32]
    strength: float
    sharpness: float

    def __call__(self, embeddings: Embeddings) -> Embeddings:
        """Centre (n, dim) float32 rows of unit length; the result has unit length too."""
        cosines = embeddings @ self.centres.T
        weights = np.exp(self.sharpness * (cosines - cosines.max(axis=1, keepdims=True, initial=-1.0)))
        weights /= weights.sum(axis=1, keepdims=True)
        return unit_rows(embeddings - np.float32(self.strength) * (weights @ self.centres))
