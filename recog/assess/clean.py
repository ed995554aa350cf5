"""Which photos of a labelled folder are probably filed under the wrong person, and why."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.datasets.embedded import embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos
from recog.durable import put
from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.types import Detector, Embedder, Embeddings

COLUMNS = ("file", "person", "why", "distance", "nearest", "nearest_distance")
SHARE_OF_STRANGERS = 1e-3


class Why(StrEnum):
    """Why a face is left out."""

    NEARER_ANOTHER = "nearer another person"
    FAR = "far from the person's other faces"
    NO_FACE = "no face found"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One photo. distance is that to the person's own centre, nearest the person whose centre is nearest, by folder.

    Distances are squared, None where there was no face to measure.
    """

    file: Path
    person: str
    why: Why
    distance: float | None
    nearest: str
    nearest_distance: float | None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What was looked at and what should go; limit is the squared distance beyond which a face is far."""

    photos: int
    people: int
    limit: float
    left_out: tuple[LeftOut, ...]

    def counts(self) -> Mapping[str, int]:
        """Photos left out, by why."""
        return {str(why): sum(each.why is why for each in self.left_out) for why in Why}


@dataclass(frozen=True, slots=True)
class CentreDistances:
    """Of every face: to the centre of its own person, own (n,); to the nearest other centre, other (n,), of nearest.

    own is NaN for a person's only face. nearest (n,) are labels.
    """

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    nearest: Labels


def robust_centre(embeddings: Embeddings) -> NDArray[np.float64]:
    """The direction of the mean of the half that lies nearest the medoid, (n, dim) -> (dim,) of unit length.

    The medoid is the face with the least median distance to the others (ties: the first); the half is rounded up and
    has at least two faces where there are two. One wrong face in three moves it little, more than half of them are it.
    """
    rows = embeddings.astype(np.float64)
    distances = 2.0 - 2.0 * rows @ rows.T
    medoid = int(np.median(distances, axis=1).argmin())
    kept = np.argsort(distances[medoid], kind="stable")[: max(min(2, len(rows)), (len(rows) + 1) // 2)]
    mean = rows[kept].mean(axis=0)
    centre: NDArray[np.float64] = mean / max(float(np.linalg.norm(mean)), np.finfo(np.float64).tiny)
    return centre


def centre_distances(embeddings: Embeddings, labels: Labels) -> CentreDistances:
    """Squared distances of (n, dim) unit rows with (n,) labels, of at least two people, to the robust centres.

    A face's own centre is that of the person's other faces: it does not vouch for itself.
    """
    people = np.unique(labels)
    if len(people) < 2:
        raise ValueError("distances to other people need two people")
    centres = np.stack([robust_centre(embeddings[labels == person]) for person in people])
    to_people = 2.0 - 2.0 * embeddings.astype(np.float64) @ centres.T
    place = np.searchsorted(people, labels)
    to_people[np.arange(len(labels)), place] = np.inf
    nearest = to_people.argmin(axis=1)
    own = np.full(len(labels), np.nan)
    for person in people:
        rows = np.flatnonzero(labels == person)
        for row in rows if len(rows) > 1 else ():
            others = robust_centre(embeddings[rows[rows != row]])
            own[row] = 2.0 - 2.0 * float(embeddings[row].astype(np.float64) @ others)
    return CentreDistances(own, to_people[np.arange(len(labels)), nearest], people[nearest])


def far_limit(embeddings: Embeddings, labels: Labels, *, share: float = SHARE_OF_STRANGERS) -> float:
    """The squared distance to a centre within which `share` of all strangers lie."""
    people = np.unique(labels)
    centres = np.stack([robust_centre(embeddings[labels == person]) for person in people])
    to_people = 2.0 - 2.0 * embeddings.astype(np.float64) @ centres.T
    return float(np.quantile(to_people[labels[:, None] != people[None, :]], share))


def clean(
    photos: LabelledPhotos,
    detector: Detector,
    embedder: Embedder,
    *,
    tight: bool = False,
    share: float = SHARE_OF_STRANGERS,
    cache: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Cleaning:
    """Judge every photo by the product's own embeddings.

    A face goes that is nearer another person's centre than its own, or farther from its own than the nearest `share` of
    strangers are from theirs; so does a photo without a face. Of two faces of one person that differ, both go: nobody
    knows which is wrong. What goes also holds the hardest true faces: read the report before you trust it.
    """
    faces = embedded_faces(
        photos, detector, embedder, undetected=Undetected.PAD if tight else Undetected.LEAVE_OUT, cache=cache,
        progress=progress,
    )  # fmt: skip
    if len(np.unique(faces.labels)) < 2:
        raise TrainingError("cleaning compares people: at least two with a face are needed")
    limit = far_limit(faces.embeddings, faces.labels, share=share)
    measured = centre_distances(faces.embeddings, faces.labels)
    left_out = [
        LeftOut(path, photos.people[label], Why.NO_FACE, None, "", None)
        for path, label in zip(photos.paths, photos.labels, strict=True)
        if path in faces.lost
    ]
    for face, row in enumerate(faces.photos):
        own, other = float(measured.own[face]), float(measured.other[face])
        why = Why.NEARER_ANOTHER if other < own else Why.FAR if own > limit else None
        if why is not None:
            nearest = photos.people[measured.nearest[face]]
            person = photos.people[photos.labels[row]]
            left_out.append(LeftOut(photos.paths[row], person, why, own, nearest, other))
    return Cleaning(
        len(photos.paths), len(np.unique(photos.labels)), limit, tuple(sorted(left_out, key=lambda each: each.file))
    )


def write_report(cleaning: Cleaning, path: Path, *, folder: Path) -> None:
    """A CSV with COLUMNS, files relative to `folder`; read_report takes it back, edited or not.

    Paths keep the file system's own bytes. TrainingError where it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in cleaning.left_out:
        distances = ("" if value is None else f"{value:.4f}" for value in (each.distance, each.nearest_distance))
        own, other = distances
        writer.writerow([each.file.relative_to(folder), each.person, each.why, own, each.nearest, other])
    try:
        put(path, text.getvalue().encode(errors="surrogateescape"))
    except OSError as error:
        raise TrainingError(f"the report {path} cannot be written ({error.strerror}): name another file") from error


def read_report(path: Path, *, folder: Path) -> frozenset[Path]:
    """The photos that a report lists; TrainingError where it is none, or lists what is not in `folder`."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            rows = list(csv.DictReader(file))
        listed = frozenset(folder / row["file"] for row in rows)
    except (OSError, csv.Error, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is no report of 'recog train clean' ({type(error).__name__}: {error})") from error
    absent = sorted(each for each in listed if not each.is_file())
    if absent:
        raise TrainingError(
            f"{len(absent)} photos of the report {path} are not in {folder}, the first is {absent[0]}: it is of "
            "another folder"
        )
    return listed
