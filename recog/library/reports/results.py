"""Results of the reports: who is in the library twice, everybody, and the map of faces.

They carry the numbers of faces and clusters, names, and what kind a finding is; `recog.render` writes commands from
them.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.library.grouping.results import ClusterSummary, Suggestion
from recog.types import Calibration, NetworkInfo, Person


@dataclass(frozen=True, slots=True)
class FaceSample:
    """A face shown as evidence: its thumbnail is a small JPEG (empty bytes where none is stored)."""

    face_id: int
    thumbnail: bytes
    path: Path | None


@dataclass(frozen=True, slots=True)
class DuplicateSide:
    """One side of a duplicate pair: a named person (person set) or an unnamed cluster (cluster number set).

    Of an unnamed cluster, face_ids are all faces that belong to nobody, and typical at most 100 of them, the most
    typical first; a person has none of either. remembered: the cluster's number is the catalog's, not this report's.
    """

    person: str | None
    cluster: int | None
    faces: int
    samples: tuple[FaceSample, ...]
    face_ids: tuple[int, ...] = ()
    typical: tuple[int, ...] = ()
    remembered: bool = False

    @property
    def label(self) -> str:
        """What to call this side."""
        return self.person if self.person is not None else f"cluster {self.cluster}"


class PairKind(StrEnum):
    """What a user can do about a pair of sides."""

    PEOPLE = "people"
    """Two people: merge the right one into the left one, or say that they are two."""
    PERSON_AND_CLUSTER = "person and cluster"
    """Confirm the right side's faces as the left person, or reject them."""
    CLUSTERS = "clusters"
    """Give both sides one name."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two sides that may be one person; people come before clusters.

    squared_distance is the mean over pairs of faces across the sides (average linkage), nearest the smallest one.
    """

    kind: PairKind
    left: DuplicateSide
    right: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float


@dataclass(frozen=True, slots=True)
class MixedPerson:
    """One name whose faces look like two people: the largest part against the one farthest from it.

    Both sides bear the name; further counts parts beside these two. probability is the one that the parts are one
    person after all. To split the name leaves it to the largest part.
    """

    main: DuplicateSide
    part: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float
    further: int


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


@dataclass(frozen=True, slots=True)
class UnnamedGroup:
    """Faces without a name that are probably one person: faces counts them, samples are the most typical ones.

    number is the remembered cluster's, None if it is of this report alone; whole: these are all faces of that cluster,
    so its number may stand for them. face_ids are all of the group, rising; typical at most 100, the most typical
    first. likely is the person of the cluster's other faces; if they are nobody's either, suggestion may name one.
    """

    number: int | None
    faces: int
    samples: tuple[FaceSample, ...]
    suggestion: Suggestion | None
    face_ids: tuple[int, ...] = ()
    likely: str | None = None
    typical: tuple[int, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person's faces, some of the confirmed and some of the matched ones, of these the farthest first.

    distances: squared ones of the matched faces shown. nearest: at most 100 matched faces, the nearest first.
    """

    person: Person
    confirmed: tuple[FaceSample, ...]
    matched: tuple[FaceSample, ...]
    distances: tuple[float, ...]
    nearest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """`report people`: groups by falling size, people by name, and faces that are alone, the largest in pixels first.

    all_groups and all_lone count more than those shown in a large library.
    """

    library: str
    photos: int
    faces: int
    groups: tuple[UnnamedGroup, ...]
    all_groups: int
    people: tuple[NamedPerson, ...]
    lone: tuple[FaceSample, ...]
    all_lone: int
    ignored: int
    created: str


@dataclass(frozen=True, slots=True)
class MappedFace:
    """A face on the map: x, y from 0 to 1, y upwards; person is None where nobody is named."""

    face_id: int
    x: float
    y: float
    person: str | None
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class FaceMap:
    """`report map`: person is None for the whole library; all_faces counts more than those shown where sampled."""

    person: str | None
    network: NetworkInfo
    faces: tuple[MappedFace, ...]
    all_faces: int
    seed: int
