"""Embeddings of faces whose people are known, and the pairs that they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.errors import EvaluationError
from recog.evaluate.roc import Bools
from recog.types import Embeddings

Labels = NDArray[np.int64]
"""(n,): equal numbers mean the same person."""

MOST_FACES = 15_000
"""Per set: their 112 million pairs take 4 GB of memory."""


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """A set of faces whose people are known.

    embeddings is (n, dim) and labels (n,). data describes the set and names nobody.
    """

    embeddings: Embeddings
    labels: Labels
    data: str


def pooled(sets: Sequence[LabelledFaces]) -> LabelledFaces:
    """Join sets that share no person; labels are shifted so that people of different sets stay apart."""
    starts = np.cumsum([0, *(int(each.labels.max(initial=-1)) + 1 for each in sets[:-1])])
    return LabelledFaces(
        np.concatenate([each.embeddings for each in sets]),
        np.concatenate([each.labels + start for each, start in zip(sets, starts, strict=True)]),
        " and ".join(each.data for each in sets),
    )


def all_pairs(embeddings: Embeddings, labels: Labels) -> tuple[NDArray[np.float32], Bools]:
    """Return the squared distance of each pair of rows, and whether their labels agree; (n (n - 1) / 2,) each.

    Raises:
        EvaluationError: there are more than MOST_FACES rows.
    """
    if len(embeddings) > MOST_FACES:
        raise EvaluationError(
            f"{len(embeddings):,} faces make more pairs than fit into memory: take a part of the people, at most "
            f"{MOST_FACES:,} faces"
        )
    first, second = np.triu_indices(len(embeddings), k=1)
    distances = np.clip(2.0 - 2.0 * (embeddings @ embeddings.T), 0.0, 4.0)[first, second]
    return distances.astype(np.float32), labels[first] == labels[second]


def false_accepts(person: Labels, wrong: Bools) -> NDArray[np.int64]:
    """Count the wrongly accepted pairs of faces between every two people, (people, people).

    person (n,) numbers each face's person from 0. wrong (n (n - 1) / 2,) marks pairs in the order of all_pairs.
    """
    first, second = np.triu_indices(len(person), k=1)
    count = int(person.max()) + 1
    cells = np.bincount(person[first[wrong]] * count + person[second[wrong]], minlength=count * count)
    return cells.reshape(count, count)
