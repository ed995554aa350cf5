"""Reliability of the probabilities for pairs of clusters and people, on labelled faces.

Libraries are drawn from the labelled faces: 70 % of the faces; 40 of the people with six or more faces are named by
some of their faces, every third of these under two names; all other faces are clustered as in a library. For all pairs
of sides within twice the threshold for a pair, two probabilities are compared with the truth: that of
`cluster.likelihood`, and, as a baseline, that of two single faces at the same mean distance.
"""

import numpy as np
from numpy.typing import NDArray

from recog import identify as decide
from recog.cluster.likelihood import linkage_of, probability_of_one
from recog.cluster.linkage import identity_clusters
from recog.types import Calibration, Embeddings

BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 1.0)
NAMED = 40
LEAST = 6
NEAR = 2.0
"""Sides are compared within this many times the threshold for a pair."""

Labels = NDArray[np.int64]
Reals = NDArray[np.float64]


def said_and_right(embeddings: Embeddings, owners: Labels, calibration: Calibration, *, libraries: int) -> list[Reals]:
    """Return for each of the two ways (p, 2): the predicted probability of each pair, and 1 if it is one person."""
    parts = [_library(embeddings, owners, calibration, seed) for seed in range(libraries)]
    return [np.concatenate([part[way] for part in parts]) for way in range(2)]


def bins(rows: Reals) -> list[tuple[str, int, float, float]]:
    """Return range, pairs, mean predicted probability and observed share; empty ranges are left out."""
    found = []
    for place, least in enumerate(BINS[:-1]):
        most = BINS[place + 1]
        inside = rows[(rows[:, 0] >= least) & ((rows[:, 0] < most) | (most == 1.0))]
        if len(inside):
            found.append(
                (f"{least:g} to {most:g}", len(inside), float(inside[:, 0].mean()), float(inside[:, 1].mean()))
            )
    return found


def _library(embeddings: Embeddings, owners: Labels, calibration: Calibration, seed: int) -> tuple[Reals, Reals]:
    random = np.random.default_rng(seed)
    kept = random.random(len(embeddings)) < 0.7
    faces, people = embeddings[kept], owners[kept]
    rule = linkage_of(calibration, len(faces))
    labels = identity_clusters(faces, rule)
    names, counts = np.unique(people, return_counts=True)
    many = names[counts >= LEAST]
    sides: list[Labels] = []
    truth: list[int] = []
    for place, person in enumerate(random.permutation(many)[:NAMED].tolist()):
        rows = random.permutation(np.flatnonzero(people == person))
        labels[rows] = -1
        for name in np.array_split(rows, 2 if place % 3 == 0 else 1):
            sides.append(name[: random.integers(1, len(name) + 1)])
            truth.append(person)
    for label in np.unique(labels[labels >= 0]).tolist():
        rows = np.flatnonzero(labels == label)
        sides.append(rows)
        truth.append(int(np.bincount(people[rows]).argmax()))
    means = np.stack([faces[rows].mean(axis=0) for rows in sides])
    sizes, norms = np.array([float(len(rows)) for rows in sides]), np.einsum("sd,sd->s", means, means, dtype=float)
    products = (means @ means.T).astype(np.float64)
    one, other = np.nonzero(np.triu(2.0 - 2.0 * products <= NEAR * calibration.threshold, k=1))
    found = np.minimum(products[one, other], 1.0)
    linkages = rule(sizes[one], sizes[other], norms[one], norms[other], found)
    right = (np.array(truth)[one] == np.array(truth)[other]).astype(float)
    said = [probability_of_one(float(linkage), rule, calibration) for linkage in linkages]
    lone = [decide.probability(float(2.0 - 2.0 * product), calibration) for product in found]
    return np.stack([np.array(said), right], axis=1), np.stack([np.array(lone), right], axis=1)
