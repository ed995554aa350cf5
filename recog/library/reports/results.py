"""Results of the report of duplicates."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.grouping.results import ClusterSummary
from recog.types import Calibration, NetworkInfo


@dataclass(frozen=True, slots=True)
class FaceSample:
    """A face shown as evidence: its thumbnail is a small JPEG (empty bytes where none is stored)."""

    face_id: int
    thumbnail: bytes
    path: Path | None


@dataclass(frozen=True, slots=True)
class DuplicateSide:
    """One side of a duplicate pair: a named person (person set) or an unnamed cluster (cluster number set).

    face_ids are all faces of an unnamed cluster that are nobody's; none of a person.
    """

    person: str | None
    cluster: int | None
    faces: int
    samples: tuple[FaceSample, ...]
    face_ids: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """What to call this side."""
        return self.person if self.person is not None else f"cluster {self.cluster}"


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two sides that may be one person.

    squared_distance is the mean over pairs of faces across the sides (average linkage), nearest the smallest one.
    command is the recog command that merges them, reject_command the one that says they are two; empty where both
    sides are unnamed.
    """

    left: DuplicateSide
    right: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float
    command: str
    reject_command: str


@dataclass(frozen=True, slots=True)
class MixedPerson:
    """One name whose faces look like two people: the largest part against the one farthest from it.

    Both sides bear the name; further counts parts beside these two. probability is the one that the parts are one
    person all the same; command leaves the name to the largest part alone.
    """

    main: DuplicateSide
    part: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float
    further: int
    command: str


@dataclass(frozen=True, slots=True)
class PhotoCopy:
    """A photo of a group that probably shows one picture; path is None where no file is left. In pixels, upright."""

    path: Path | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """`report duplicates`: pairs ranked by evidence, and clusters (groups of sides) that belong together.

    pairs_left_out counts pairs of lesser evidence than those listed. cluster_samples are of the largest clusters, in
    the order of clusters. duplicate_photos are files of the same content, near_copies photos that look saved twice.
    """

    library: str
    network: NetworkInfo
    calibration: Calibration
    photos: int
    faces: int
    people: int
    clusters: tuple[ClusterSummary, ...]
    cluster_samples: tuple[tuple[FaceSample, ...], ...]
    pairs: tuple[DuplicatePair, ...]
    pairs_left_out: int
    mixed: tuple[MixedPerson, ...]
    groups: tuple[tuple[str, ...], ...]
    duplicate_photos: tuple[tuple[Path, ...], ...]
    near_copies: tuple[tuple[PhotoCopy, ...], ...]
    created: str
