"""P x K batches: which rows of the training set meet in one step."""

import numpy as np
from numpy.typing import NDArray

from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.train.settings import BatchShape

Rows = NDArray[np.int64]


class PersonSampler:
    """Draws batches of rows by label. A step and a seed determine the batch, so a resumed run draws the same ones.

    Raises:
        TrainingError: fewer than two people have enough photos.
    """

    def __init__(self, labels: Labels, shape: BatchShape, *, seed: int) -> None:
        people, counts = np.unique(labels, return_counts=True)
        self._people = people[counts >= shape.minimum]
        if len(self._people) < 2:
            raise TrainingError(
                f"{len(self._people)} of {len(people)} people have at least {shape.minimum} usable photos: "
                "training with triplets needs two such people, so add photos or people"
            )
        order = np.argsort(labels, kind="stable")
        starts = np.searchsorted(labels[order], people)
        self._rows_of = {
            int(person): order[start : start + count]
            for person, start, count in zip(people, starts, counts, strict=True)
        }
        self._shape = shape
        self._seed = seed

    @property
    def people(self) -> int:
        """Number of people with enough photos to be in a batch."""
        return len(self._people)

    def batch(self, step: int) -> Rows:
        """Return the distinct rows of step `step`, (b,) int64; b is at most P * K."""
        random = np.random.default_rng((self._seed, step))
        chosen = random.choice(self._people, size=min(self._shape.people, len(self._people)), replace=False)
        parts = [
            random.choice(rows, size=min(self._shape.photos, len(rows)), replace=False)
            for rows in (self._rows_of[int(person)] for person in chosen)
        ]
        return np.concatenate(parts).astype(np.int64)
