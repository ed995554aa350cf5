"""What a classifier sees of two faces: a number a dimension, the same whichever face comes first."""

from enum import StrEnum

import numpy as np

from recog.types import Embeddings


class Method(StrEnum):
    """How a pair is decided."""

    DISTANCE = "distance"
    """By the squared distance alone."""
    LOGISTIC = "logistic"
    """Logistic regression on |f(a) - f(b)| of each dimension."""
    CHI_SQUARE = "chi-square"
    """Logistic regression on (f(a) - f(b))^2 / (f(a) + f(b)) of each dimension."""


CLASSIFIERS = (Method.LOGISTIC, Method.CHI_SQUARE)


def pair_features(method: Method, left: Embeddings, right: Embeddings) -> Embeddings:
    """(n, dim) twice, or one row against many, -> (n, dim) float32, at least 0; ValueError for Method.DISTANCE.

    Both as in Taigman et al. 2014 (DeepFace, section 4.1). The chi-square similarity is made for features that are
    never negative, and embeddings are signed: the denominator here is |f(a)| + |f(b)|, which is the same where both are
    positive and makes the difference itself where the signs differ. Where both are 0 they do not differ: 0.
    """
    if method is Method.DISTANCE:
        raise ValueError("the distance is no classifier: it needs no features")
    apart: Embeddings = np.abs(left - right)
    if method is Method.LOGISTIC:
        return apart
    total = np.abs(left) + np.abs(right)
    similarity: Embeddings = np.divide(apart * apart, total, out=np.zeros_like(apart), where=total > 0)
    return similarity
