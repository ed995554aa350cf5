"""The photos of a folder with one folder per person, with labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.photos import photo_digest, photo_suffixes


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """Photos with labels: paths[i] shows the person labels[i], and people[label] is the name of their folder."""

    paths: tuple[Path, ...]
    labels: Labels
    people: tuple[str, ...]

    def of_people(self, labels: Sequence[int]) -> "LabelledPhotos":
        """Return the photos of these people; labels keep their meaning."""
        chosen = np.isin(self.labels, labels)
        paths = tuple(path for path, kept in zip(self.paths, chosen, strict=True) if kept)
        return LabelledPhotos(paths, self.labels[chosen], self.people)

    def first_of_each(self) -> "LabelledPhotos":
        """Return the first photo of each person."""
        _, first = np.unique(self.labels, return_index=True)
        return LabelledPhotos(tuple(self.paths[row] for row in first), self.labels[first], self.people)

    def digest(self) -> str:
        """Return the digest of all labels with the bytes of their photos, hex.

        It does not depend on the names of folders and files, so that a run record names nobody.
        """
        lines = zip(self.labels, self.paths, strict=True)
        return sha256("".join(f"{label} {photo_digest(path)}\n" for label, path in lines).encode()).hexdigest()

    def content_digest(self) -> str:
        """Return the digest of the photos' bytes in their order, without the labels, hex."""
        return sha256("".join(f"{photo_digest(path)}\n" for path in self.paths).encode()).hexdigest()


def unlabelled(paths: tuple[Path, ...]) -> LabelledPhotos:
    """List photos whose people do not matter, because pairs say who is who."""
    return LabelledPhotos(paths, np.zeros(len(paths), dtype=np.int64), ("",))


def labelled_photos(folder: Path, *, pattern: str = "*") -> LabelledPhotos:
    """List the photos of the people whose folder matches `pattern`, in the order of their names.

    Raises:
        TrainingError: fewer than two people have photos, or the pattern is malformed.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder: name a folder with one folder per person")
    try:
        places = list(folder.glob(pattern))
    except (ValueError, NotImplementedError) as error:
        raise TrainingError(
            f"{pattern!r} is no pattern for names of folders ({error}): write it like 'party_*'"
        ) from error
    people = sorted(place for place in places if place.is_dir() and not place.name.startswith("."))
    suffixes = photo_suffixes()
    photos = [
        sorted(path for path in place.iterdir() if path.suffix.lower() in suffixes and path.is_file())
        for place in people
    ]
    people = [place for place, found in zip(people, photos, strict=True) if found]
    photos = [found for found in photos if found]
    if len(people) < 2:
        raise TrainingError(
            f"{folder} holds {len(people)} folders with photos that match {pattern!r}: at least two people are needed"
        )
    labels = np.repeat(np.arange(len(people), dtype=np.int64), [len(found) for found in photos])
    return LabelledPhotos(
        tuple(path for found in photos for path in found), labels, tuple(place.name for place in people)
    )
