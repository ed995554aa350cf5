"""Features of a pair of faces: one number a dimension, independent of the order of the faces."""

from enum import StrEnum

import numpy as np

from recog.types import Embeddings


class Method(StrEnum):
    """The method that decides a pair."""

    DISTANCE = "distance"
    """By the squared distance alone."""
    LOGISTIC = "logistic"
    """Logistic regression on |f(a) - f(b)| of each dimension."""
    CHI_SQUARE = "chi-square"
    """Logistic regression on (f(a) - f(b))^2 / (f(a) + f(b)) of each dimension."""


CLASSIFIERS = (Method.LOGISTIC, Method.CHI_SQUARE)


def pair_features(method: Method, left: Embeddings, right: Embeddings) -> Embeddings:
    """(n, dim) twice, or one row against many, -> (n, dim) float32, at least 0; ValueError for Method.DISTANCE.

    Both are those of Taigman et al. 2014 (DeepFace, section 4.1). The chi-square similarity is defined for features
    that are not negative, but embeddings are signed. So the denominator here is |f(a)| + |f(b)|: the same if both are
    positive, and the result is the difference itself if the signs differ. If both are 0 the result is 0.
    """
    if method is Method.DISTANCE:
        raise ValueError("the distance is no classifier: it needs no features")
    apart: Embeddings = np.abs(left - right)
    if method is Method.LOGISTIC:
        return apart
    total = np.abs(left) + np.abs(right)
    similarity: Embeddings = np.divide(apart * apart, total, out=np.zeros_like(apart), where=total > 0)
    return similarity
