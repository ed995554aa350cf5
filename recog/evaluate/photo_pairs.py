"""The pairs of a protocol as rows of its photos, with the person of each photo."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.lfw import pair_photos, read_pairs
from recog.evaluate.roc import Bools

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PhotoPairs:
    """Pairs of photos: left and right (n,) are rows of photos, same (n,) whether one person is meant, fold (n,) from 0.

    people (photos,) numbers the person of each photo, because pairs that share a person are not independent. Absent
    photos are listed too, at the path where they would be.
    """

    photos: tuple[Path, ...]
    people: Rows
    left: Rows
    right: Rows
    same: Bools
    fold: Rows

    def only(self, chosen: Bools) -> "PhotoPairs":
        """Return the chosen pairs, of the same photos."""
        return PhotoPairs(
            self.photos, self.people, self.left[chosen], self.right[chosen], self.same[chosen], self.fold[chosen]
        )


def listed_pairs(listed: Sequence[tuple[Path, Path, bool, int]]) -> PhotoPairs:
    """Build pairs from (left, right, same, fold); a photo's person is its folder, or the folder above a pose's."""
    photos = sorted({photo for left, right, _, _ in listed for photo in (left, right)})
    row_of = {photo: row for row, photo in enumerate(photos)}
    _, people = np.unique([str(_person(photo)) for photo in photos], return_inverse=True)
    return PhotoPairs(
        photos=tuple(photos),
        people=people.astype(np.int64),
        left=np.array([row_of[left] for left, _, _, _ in listed], dtype=np.int64),
        right=np.array([row_of[right] for _, right, _, _ in listed], dtype=np.int64),
        same=np.array([same for _, _, same, _ in listed], dtype=np.bool_),
        fold=np.array([fold for _, _, _, fold in listed], dtype=np.int64),
    )


def lfw_pairs(folder: Path, pairs: Path) -> PhotoPairs:
    """Read a file of pairs in LFW's format, with photos in LFW's layout; EvaluationError if it is malformed."""
    listed = read_pairs(pairs)
    found, _ = pair_photos(folder, listed)

    def place(stem: str) -> Path:
        return found.get(stem, folder / f"{stem}.jpg")

    return listed_pairs([(place(pair.left), place(pair.right), pair.same, pair.fold) for pair in listed])


def _person(photo: Path) -> Path:
    return photo.parent.parent if photo.parent.name in {"frontal", "profile"} else photo.parent
