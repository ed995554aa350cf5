"""Find the faces of a labelled set that are probably filed under the wrong person, by their embeddings."""

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.roc import Bools
from recog.types import Embeddings

SHARE_OF_STRANGERS = 1e-3


def misplaced_faces(embeddings: Embeddings, labels: NDArray[np.int64], *, share: float = SHARE_OF_STRANGERS) -> Bools:
    """Mark faces farther from their own person than the nearest `share` of strangers, (n, dim), (n,) -> (n,) bool.

    A face is measured to the direction of the mean of its person's other faces, a stranger to that of all the person's
    faces. A person's only face is never misplaced, and no face is if there is only one person. The result includes the
    hardest true faces: leave it out where wrong labels do harm, as in the map to a probability, but keep it where the
    error rate is measured.
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
