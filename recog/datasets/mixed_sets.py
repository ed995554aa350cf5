"""Faces of a folder of which some people's photos are tight crops and others' whole photos."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from recog.datasets.embedded import EmbeddedFaces, embedded_faces
from recog.datasets.faces import Found, Undetected
from recog.datasets.people import LabelledPhotos
from recog.types import Detector, Embedder


def embedded_sets(
    photos: LabelledPhotos,
    detector: Detector,
    embedder: Embedder,
    *,
    tight: Sequence[str] = (),
    cache: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> EmbeddedFaces:
    """The faces of everybody in the order of photos; photos of people whose name matches a `tight` pattern are crops.

    Each pattern's people are a set of their own to the cache (see embedded_faces), and the others are another.
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

        def tell(count: int, _all: int, start: int = start) -> None:
            progress(start + count, len(photos.paths))

        part = embedded_faces(
            photos.of_people(np.flatnonzero(claimed == which).tolist()),
            detector,
            embedder,
            undetected=Undetected.LEAVE_OUT if which == len(tight) else Undetected.PAD,
            cache=cache,
            progress=tell,
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
    """Number of the first pattern that a name matches, len(patterns) where none does."""
    return next((number for number, pattern in enumerate(patterns) if fnmatchcase(name, pattern)), len(patterns))
