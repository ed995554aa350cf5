"""Identification, clustering and detection measured on folders, as the product does them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recog.cluster.likelihood import Linkage, linkage_of
from recog.cluster.linkage import identity_clusters
from recog.datasets.embedded import EmbeddedFaces
from recog.datasets.mixed_sets import embedded_sets
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.errors import EvaluationError, PhotoError
from recog.evaluate.clusters import ClusterScores, cluster_scores
from recog.evaluate.detection import DrawnFaces, SizeScores, detection_scores, read_wider
from recog.evaluate.identification import IdentificationScores, gallery_sizes, identification
from recog.identify import identification_threshold
from recog.photos import read_photo
from recog.types import Calibration, Detector, Embedder, NetworkInfo

Count = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FolderFaces:
    """What a folder of people gave: people, those with one photo, photos by how their face was found, those without."""

    people: int
    single: int
    found: Mapping[str, int]
    lost: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class IdentificationRun:
    """Scores for every gallery size and number of photos a person."""

    network: NetworkInfo
    folder: FolderFaces
    scores: tuple[IdentificationScores, ...]


@dataclass(frozen=True, slots=True)
class ClustersRun:
    """Scores of the product's clustering at a threshold; sweep has those at others, where they were asked for."""

    network: NetworkInfo
    folder: FolderFaces
    threshold: float
    scores: ClusterScores
    sweep: tuple[tuple[float, ClusterScores], ...]


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """Scores by size, of all sizes first; unread are listed photos that could not be read, with the reason."""

    photos: int
    least: float
    scores: tuple[SizeScores, ...]
    unread: Mapping[Path, str]


def run_identification(
    folder: Path,
    detector: Detector,
    embedder: Embedder,
    calibration: Calibration | None = None,
    *,
    pattern: str = "*",
    tight: Sequence[str] = (),
    photos: Sequence[int] = (1, 2, 5),
    cache: Path | None = None,
    on_photo: Count = lambda _done, _all: None,
) -> IdentificationRun:
    """Open-set scores on `folder`, which has a folder per person, as a function of gallery size and photos a person.

    tight are patterns of people whose photos are crops with faces that meet the border. With a calibration the
    threshold that the product has for each gallery is scored too. Numbers of photos that too few people have are left
    out, except the first: that is an EvaluationError. TrainingError where there are not two people with photos.
    """
    named, faces = _faces(folder, pattern, detector, embedder, tight=tight, cache=cache, on_photo=on_photo)
    scores: list[IdentificationScores] = []
    for number in photos:
        try:
            sizes = gallery_sizes(faces.labels, photos=number)
        except EvaluationError:
            if not scores:
                raise
            break
        for size in sizes:
            limits = () if calibration is None else (_limit(calibration, size, number),)
            scores.append(
                identification(faces.embeddings, faces.labels, gallery=size, photos=number, thresholds=limits)
            )
    return IdentificationRun(embedder.info, _summary(named, faces), tuple(scores))


def _limit(calibration: Calibration, people: int, photos: int) -> float:
    return identification_threshold(calibration, people=people, faces=people * photos)


def run_clusters(
    folder: Path,
    detector: Detector,
    embedder: Embedder,
    calibration: Calibration,
    *,
    pattern: str = "*",
    tight: Sequence[str] = (),
    shares: Sequence[float] = (),
    cache: Path | None = None,
    on_photo: Count = lambda _done, _all: None,
) -> ClustersRun:
    """Cluster the faces of `folder`, which has a folder per person, as a library does, and compare with the folders.

    shares asks for the scores at these shares of the threshold too.
    """
    named, faces = _faces(folder, pattern, detector, embedder, tight=tight, cache=cache, on_photo=on_photo)

    def scored(linkage: Linkage) -> ClusterScores:
        return cluster_scores(faces.labels, identity_clusters(faces.embeddings, linkage))

    linkage = linkage_of(calibration, len(faces.labels))
    others = [replace(linkage, threshold=share * linkage.threshold) for share in shares]
    sweep = tuple((other.threshold, scored(other)) for other in others)
    return ClustersRun(embedder.info, _summary(named, faces), linkage.threshold, scored(linkage), sweep)


def run_detection(
    folder: Path, faces: Path, detector: Detector, *, least: float = 0.0, on_photo: Count = lambda _done, _all: None
) -> DetectionRun:
    """Detect in the photos of `folder` that the list `faces` names, in WIDER FACE's format, and compare.

    Names are relative to the folder, or to its folder images. Photos that are absent or unreadable are listed and
    not scored; EvaluationError where that is all of them.
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


def _faces(
    folder: Path,
    pattern: str,
    detector: Detector,
    embedder: Embedder,
    *,
    tight: Sequence[str],
    cache: Path | None,
    on_photo: Count,
) -> tuple[LabelledPhotos, EmbeddedFaces]:
    photos = labelled_photos(folder, pattern=pattern)
    return photos, embedded_sets(photos, detector, embedder, tight=tight, cache=cache, progress=on_photo)


def _summary(photos: LabelledPhotos, faces: EmbeddedFaces) -> FolderFaces:
    counts = np.bincount(faces.labels, minlength=len(photos.people))
    return FolderFaces(len(photos.people), int(np.count_nonzero(counts == 1)), faces.counts(), faces.lost)
