"""Which faces of a labelled set are probably filed under the wrong person, by the embeddings themselves."""

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.roc import Bools
from recog.types import Embeddings

SHARE_OF_STRANGERS = 1e-3


def misplaced_faces(embeddings: Embeddings, labels: NDArray[np.int64], *, share: float = SHARE_OF_STRANGERS) -> Bools:
    """Faces farther from their own person than the nearest `share` of strangers are, (n, dim), (n,) -> (n,) bool.

    The distance is that to the direction of the mean of the person's other faces, for a stranger to that of all the
    person's faces. A person's only face has nothing to be measured by and is never misplaced, nor is anybody where only
    one person is. What this finds also holds the hardest true faces: leave them out where wrong labels would do harm,
    as in the map to a probability, and keep them where the error rate itself is measured.
    """
    people, person = np.unique(labels, return_inverse=True)
    if len(people) < 2:
        return np.zeros(len(labels), dtype=np.bool_)
    sums = np.zeros((len(people), embeddings.shape[1]))
    np.add.at(sums, person, embeddings)
    others = sums[person] - embeddings
    lengths = np.linalg.norm(others, axis=1)
    measured = (np.bincount(person)[person] > 1) & (lengths > 0)
    own = 2.0 - 2.0 * np.einsum("nd,nd->n", others, embeddings) / np.where(measured, lengths, 1.0)
    to_people = 2.0 - 2.0 * embeddings @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T  # (n, people)
    strangers = np.ones(to_people.shape, dtype=np.bool_)
    strangers[np.arange(len(labels)), person] = False
    misplaced: Bools = measured & (own > np.quantile(to_people[strangers], share))
    return misplaced
