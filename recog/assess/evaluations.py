"""Evaluations of identification, clustering and detection on folders, done as the product does them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recog.cluster.likelihood import Linkage, linkage_of
from recog.cluster.linkage import identity_clusters
from recog.datasets.embedded import EmbeddedFaces, Pipeline
from recog.datasets.people import LabelledPhotos
from recog.datasets.people_folder import PeopleFolder, embedded_people
from recog.errors import EvaluationError, PhotoError
from recog.evaluate.clusters import ClusterScores, cluster_scores
from recog.evaluate.detection import DrawnFaces, SizeScores, detection_scores, read_wider
from recog.evaluate.identification import IdentificationScores, identification, sizes_by_photos
from recog.identify import identification_threshold
from recog.photos import read_photo
from recog.types import Calibration, Detector, NetworkInfo


@dataclass(frozen=True, slots=True)
class FolderFaces:
    """The content of a folder: people, people with one face, photos by how their face was found, photos without."""

    people: int
    single: int
    found: Mapping[str, int]
    lost: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class IdentificationRun:
    """Scores for every gallery size and number of photos per person."""

    network: NetworkInfo
    folder: FolderFaces
    scores: tuple[IdentificationScores, ...]


@dataclass(frozen=True, slots=True)
class ClustersRun:
    """Scores of the product's clustering at its threshold; sweep has the scores at other thresholds, if asked for."""

    network: NetworkInfo
    folder: FolderFaces
    threshold: float
    scores: ClusterScores
    sweep: tuple[tuple[float, ClusterScores], ...]


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """Scores of all sizes together, then by size; unread maps listed photos that cannot be read to the reason."""

    photos: int
    least: float
    scores: tuple[SizeScores, ...]
    unread: Mapping[Path, str]


def run_identification(
    folder: PeopleFolder,
    pipeline: Pipeline,
    calibration: Calibration | None = None,
    *,
    photos: Sequence[int] = (1, 2, 5),
) -> IdentificationRun:
    """Score open-set identification by gallery size and by enrolled photos per person.

    With a calibration, the threshold that the product uses for each gallery is scored too. Numbers of photos that too
    few people have are left out.

    Raises:
        EvaluationError: too few people have even the first number of photos.
        TrainingError: fewer than two people have photos.
    """
    named = folder.photos()
    faces = embedded_people(named, pipeline, tight=folder.tight)
    scores: list[IdentificationScores] = []
    for number, sizes in sizes_by_photos(faces.labels, photos=photos).items():
        for size in sizes:
            limits = (
                ()
                if calibration is None
                else (identification_threshold(calibration, people=size, faces=size * number),)
            )
            scores.append(
                identification(faces.embeddings, faces.labels, gallery=size, photos=number, thresholds=limits)
            )
    return IdentificationRun(pipeline.embedder.info, folder_faces(named, faces), tuple(scores))


def run_clusters(
    folder: PeopleFolder, pipeline: Pipeline, calibration: Calibration, *, shares: Sequence[float] = ()
) -> ClustersRun:
    """Cluster the faces of a folder as a library does, and compare the clusters with the people.

    shares asks for scores at further thresholds, as shares of the product's.

    Raises:
        EvaluationError: no photo has a face.
        TrainingError: fewer than two people have photos.
    """
    named = folder.photos()
    faces = embedded_people(named, pipeline, tight=folder.tight)

    def scored(linkage: Linkage) -> ClusterScores:
        return cluster_scores(faces.labels, identity_clusters(faces.embeddings, linkage))

    linkage = linkage_of(calibration, len(faces.labels))
    others = [replace(linkage, threshold=share * linkage.threshold) for share in shares]
    sweep = tuple((other.threshold, scored(other)) for other in others)
    return ClustersRun(pipeline.embedder.info, folder_faces(named, faces), linkage.threshold, scored(linkage), sweep)


def run_detection(
    folder: Path,
    faces: Path,
    detector: Detector,
    *,
    least: float = 0.0,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
) -> DetectionRun:
    """Compare the detector's boxes with the drawn faces of the list `faces`, in WIDER FACE's format.

    The names in the list are relative to `folder`, or to its folder images. Faces whose shorter side is below `least`
    pixels do not count. Photos that are absent or unreadable are listed but not scored.

    Raises:
        EvaluationError: the list is malformed, or none of its photos can be read.
    """
    root = folder / "images" if (folder / "images").is_dir() else folder
    drawn = read_wider(faces)
    scored: list[DrawnFaces] = []
    found = []
    unread: dict[Path, str] = {}
    for done, photo in enumerate(drawn, start=1):
        path = root / photo.name
        try:
            pixels = read_photo(path).pixels
        except PhotoError as error:
            unread[path] = error.reason
        else:
            boxes = [[box.left, box.top, box.right, box.bottom] for box in detector.detect(pixels)]
            scored.append(photo)
            found.append(np.array(boxes, dtype=np.float64).reshape(-1, 4))
        on_photo(done, len(drawn))
    if not scored:
        raise EvaluationError(f"none of the {len(drawn)} photos that {faces} names can be read in {root}")
    return DetectionRun(len(scored), least, detection_scores(scored, found, least=least), unread)


def folder_faces(photos: LabelledPhotos, faces: EmbeddedFaces) -> FolderFaces:
    """Return what a folder held, from its photos and the faces found in them."""
    counts = np.bincount(faces.labels, minlength=len(photos.people))
    return FolderFaces(len(photos.people), int(np.count_nonzero(counts == 1)), faces.counts(), faces.lost)
