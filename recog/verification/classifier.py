"""A linear classifier of pairs of faces for one network, with its threshold of probability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.types import Embeddings
from recog.verification.features import Method, pair_features


@dataclass(frozen=True, slots=True)
class PairClassifier:
    """P(one person) = 1 / (1 + exp(-(weights . features + intercept))), if both answers are equally likely a priori.

    weights is (dim,) float64, for the features of `method`. A pair is one person if the probability is at least
    least_probability, at the false accept rate `far`, measured on people of `data` that were not in training. The
    classifier means nothing for embeddings of another network.
    """

    method: Method
    weights: NDArray[np.float64]
    intercept: float
    least_probability: float
    far: float
    network_sha256: str
    data: str

    def log_odds(self, left: Embeddings, right: Embeddings) -> NDArray[np.float64]:
        """Return the log odds of each pair: (n, dim) twice, or one row against a gallery (n, dim), -> (n,)."""
        scores: NDArray[np.float64] = pair_features(self.method, left, right) @ self.weights + self.intercept
        return scores

    def probabilities(self, left: Embeddings, right: Embeddings) -> NDArray[np.float64]:
        """Return the same as probabilities, 0 to 1."""
        odds = np.clip(self.log_odds(left, right), -500, 500)
        probabilities: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
        return probabilities
