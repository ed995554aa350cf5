"""A folder with one folder per person, of which some people's photos are tight crops and the others whole photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from recog.datasets.embedded import EmbeddedFaces, Pipeline, embedded_faces
from recog.datasets.faces import Found, Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos


@dataclass(frozen=True, slots=True)
class PeopleFolder:
    """A folder with one folder per person.

    pattern chooses people by the name of their folder. tight are patterns of the people whose photos are crops with
    faces that meet the border.
    """

    path: Path
    pattern: str = "*"
    tight: tuple[str, ...] = ()

    def photos(self) -> LabelledPhotos:
        """List the photos; TrainingError if fewer than two people have some."""
        return labelled_photos(self.path, pattern=self.pattern)


def embedded_people(photos: LabelledPhotos, pipeline: Pipeline, *, tight: Sequence[str] = ()) -> EmbeddedFaces:
    """Embed everybody's faces, in the order of photos; people whose name matches a `tight` pattern have crops.

    The people of each pattern have a cached file of their own (see embedded_faces), the others another.

    Raises:
        EvaluationError: no photo of one of these parts has a face.
    """
    claimed = np.array([_first_match(name, tight) for name in photos.people])
    of_photo = claimed[photos.labels]
    found = np.empty(len(photos.paths), dtype=object)
    embeddings, labels, rows = [], [], []
    lost: dict[Path, str] = {}
    done = 0
    for which in np.unique(of_photo):
        chosen = np.flatnonzero(of_photo == which)
        start = done

        def count(photo: int, _all: int, start: int = start) -> None:
            pipeline.on_photo(start + photo, len(photos.paths))

        part = embedded_faces(
            photos.of_people(np.flatnonzero(claimed == which).tolist()),
            replace(pipeline, on_photo=count),
            undetected=Undetected.LEAVE_OUT if which == len(tight) else Undetected.PAD,
        )
        embeddings.append(part.embeddings)
        labels.append(part.labels)
        rows.append(chosen[part.photos])
        found[chosen] = list(part.found)
        lost |= part.lost
        done += len(chosen)
    order = np.argsort(np.concatenate(rows), kind="stable")
    return EmbeddedFaces(
        np.concatenate(embeddings)[order],
        np.concatenate(labels)[order],
        np.concatenate(rows)[order],
        tuple(Found(one) for one in found),
        lost,
    )


def _first_match(name: str, patterns: Sequence[str]) -> int:
    """Return the number of the first pattern that matches a name, or len(patterns)."""
    return next((number for number, pattern in enumerate(patterns) if fnmatchcase(name, pattern)), len(patterns))
