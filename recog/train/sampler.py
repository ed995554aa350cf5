"""P x K batches: which rows of the training set meet in one step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShape:
    """How a batch is composed.

    people (P) people with up to photos (K) photos each, then one row of each of `strangers` people that are not among
    the P: the randomly sampled negatives of FaceNet 3.2, alone in the batch and so never anchors. Neither are people
    with fewer than `minimum` photos.
    """

    people: int = 48
    photos: int = 4
    minimum: int = 2
    strangers: int = 0

    def __post_init__(self) -> None:
        if self.people < 2 or self.photos < 2 or self.minimum < 2 or self.strangers < 0:
            raise TrainingError(
                f"a batch of {self.people} people x {self.photos} photos (at least {self.minimum} a person, "
                f"{self.strangers} strangers) holds no triplet: it needs two people and two photos of each"
            )


class PersonSampler:
    """Draws batches of rows by label; step n of a seed is always the same batch, so resuming changes nothing."""

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
        self._everybody = people
        self._shape = shape
        self._seed = seed

    @property
    def people(self) -> int:
        """People with photos enough to be anchors."""
        return len(self._people)

    def batch(self, step: int) -> Rows:
        """Rows of step `step`, (b,) int64, distinct; b is P * K + strangers, less where people or photos are fewer."""
        random = np.random.default_rng((self._seed, step))
        chosen = random.choice(self._people, size=min(self._shape.people, len(self._people)), replace=False)
        parts = [
            random.choice(rows, size=min(self._shape.photos, len(rows)), replace=False)
            for rows in (self._rows_of[int(person)] for person in chosen)
        ]
        if self._shape.strangers:
            others = np.setdiff1d(self._everybody, chosen)
            strangers = random.choice(others, size=min(self._shape.strangers, len(others)), replace=False)
            parts.append(np.array([random.choice(self._rows_of[int(person)]) for person in strangers], dtype=np.int64))
        return np.concatenate(parts).astype(np.int64)
