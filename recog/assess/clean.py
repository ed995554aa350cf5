"""Find the photos of a labelled folder that are probably filed under the wrong person."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos
from recog.durable import put
from recog.errors import TrainingError, WayOut
from recog.evaluate.labelled_faces import Labels
from recog.types import Embeddings

COLUMNS = ("file", "person", "why", "distance", "nearest", "nearest_distance")
SHARE_OF_STRANGERS = 1e-3


class Why(StrEnum):
    """Why a photo should be left out."""

    NEARER_ANOTHER = "nearer another person"
    FAR = "far from the person's other faces"
    NO_FACE = "no face found"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo that should be left out.

    distance is the squared distance to the centre of the photo's own person. nearest is the folder of the other person
    whose centre is nearest, at nearest_distance. Both distances are None without a face.
    """

    file: Path
    person: str
    why: Why
    distance: float | None
    nearest: str
    nearest_distance: float | None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The photos and people examined, the photos to leave out, and the squared distance beyond which a face is far."""

    photos: int
    people: int
    limit: float
    left_out: tuple[LeftOut, ...]

    def counts(self) -> Mapping[str, int]:
        """Count the photos to leave out by the reason."""
        return {str(why): sum(each.why is why for each in self.left_out) for why in Why}


@dataclass(frozen=True, slots=True)
class CentreDistances:
    """Squared distances of every face: own (n,) to its own person's centre, other (n,) to the nearest other centre.

    own is NaN for a person's only face. nearest (n,) has the label of the nearest other person.
    """

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    nearest: Labels


def robust_centre(embeddings: Embeddings) -> NDArray[np.float64]:
    """Return the direction of the mean of the half nearest to the medoid, (n, dim) -> (dim,) of unit length.

    The medoid is the face with the least median distance to the others; ties go to the first. The half is rounded up
    and has at least two faces if there are two. A third of wrong faces moves the centre little; a majority of them
    becomes the centre.
    """
    rows = embeddings.astype(np.float64)
    distances = 2.0 - 2.0 * rows @ rows.T
    medoid = int(np.median(distances, axis=1).argmin())
    kept = np.argsort(distances[medoid], kind="stable")[: max(min(2, len(rows)), (len(rows) + 1) // 2)]
    mean = rows[kept].mean(axis=0)
    centre: NDArray[np.float64] = mean / max(float(np.linalg.norm(mean)), np.finfo(np.float64).tiny)
    return centre


def centre_distances(embeddings: Embeddings, labels: Labels) -> CentreDistances:
    """Measure the squared distances of (n, dim) unit rows with (n,) labels to the robust centres of all people.

    A face's own centre is computed from the person's other faces, so that no face vouches for itself.

    Raises:
        ValueError: there are fewer than two people.
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
    """Return the squared distance to a centre within which `share` of all strangers lie."""
    people = np.unique(labels)
    centres = np.stack([robust_centre(embeddings[labels == person]) for person in people])
    to_people = 2.0 - 2.0 * embeddings.astype(np.float64) @ centres.T
    return float(np.quantile(to_people[labels[:, None] != people[None, :]], share))


def clean(
    photos: LabelledPhotos, pipeline: Pipeline, *, tight: bool = False, share: float = SHARE_OF_STRANGERS
) -> Cleaning:
    """Judge every photo by the product's own embeddings.

    Left out are faces that are nearer to another person's centre than to their own, faces farther from their own centre
    than the nearest `share` of strangers, and photos without a face. If a person has two faces that differ, both are
    left out, because either may be wrong. The hardest true faces are among them, so read the report before using it.

    Raises:
        TrainingError: fewer than two people have a face.
        EvaluationError: no photo has a face.
    """
    faces = embedded_faces(photos, pipeline, undetected=Undetected.PAD if tight else Undetected.LEAVE_OUT)
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
    """Write a CSV with COLUMNS and with files relative to `folder`, for read_report, edited or not.

    Paths keep the file system's own bytes.

    Raises:
        TrainingError: the file cannot be written.
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
    """Read the photos that a report lists.

    Raises:
        TrainingError: the file is no report, or lists photos that are not in `folder`.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            rows = list(csv.DictReader(file))
        listed = frozenset(folder / row["file"] for row in rows)
    except (OSError, csv.Error, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} is no report of photos to leave out ({type(error).__name__}: {error})",
            way_out=WayOut.WRITE_CLEANING,
        ) from error
    absent = sorted(each for each in listed if not each.is_file())
    if absent:
        raise TrainingError(
            f"{len(absent)} photos of the report {path} are not in {folder}, the first is {absent[0]}: name the folder "
            "that it was made for"
        )
    return listed
