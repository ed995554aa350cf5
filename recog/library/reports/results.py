"""Results of the reports: duplicates, people, and the map of faces.

They carry names, the numbers of faces and clusters, and the kind of a finding; `recog.render` turns these into
commands.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.library.grouping.results import ClusterSummary, Suggestion
from recog.lookalikes import Likeness
from recog.quality import Shortfall
from recog.types import Calibration, NetworkInfo, Person


@dataclass(frozen=True, slots=True)
class FaceSample:
    """A face shown as evidence. thumbnail: a small JPEG, empty if none is stored."""

    face_id: int
    thumbnail: bytes
    path: Path | None


@dataclass(frozen=True, slots=True)
class DuplicateSide:
    """One side of a duplicate pair: a named person (person set) or an unnamed cluster (cluster number set).

    face_ids, typical: of an unnamed cluster, all faces without a person, and at most 100 of them, the most typical
    first; both are empty for a person. remembered: the cluster's number is the catalog's, not this report's.
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
        """The name of this side: the person's, or the cluster's number."""
        return self.person if self.person is not None else f"cluster {self.cluster}"


class PairKind(StrEnum):
    """The kinds of pairs, which differ in what a user can do about them."""

    PEOPLE = "people"
    """Two people: merge the right person into the left one, or say that they are distinct."""
    PERSON_AND_CLUSTER = "person and cluster"
    """Confirm the right side's faces as the left person, or reject them."""
    CLUSTERS = "clusters"
    """Give both sides one name."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two sides that may be one person; people come before clusters.

    squared_distance: mean over all pairs of faces across the sides (average linkage). nearest: the smallest of them.
    """

    kind: PairKind
    left: DuplicateSide
    right: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float


@dataclass(frozen=True, slots=True)
class MixedPerson:
    """A name whose faces look like two people: the largest part against the part farthest from it.

    Both sides have the name. further: number of other parts. probability: that both parts are one person after all.
    Splitting the name leaves it to the largest part.
    """

    main: DuplicateSide
    part: DuplicateSide
    squared_distance: float
    nearest: float
    probability: float
    further: int


@dataclass(frozen=True, slots=True)
class PhotoCopy:
    """A photo of a group of near copies. path: None if no file is left. width, height: pixels, upright."""

    path: Path | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of a group of copies. width, height: pixels, upright. bytes: the file's size.

    sharpness: mean of the photo's faces (see recog.quality), None if it was not needed.
    """

    photo_id: int
    path: Path
    width: int
    height: int
    bytes: int
    sharpness: float | None


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Files that show one picture, the best one first. exact: all have the same bytes."""

    exact: bool
    files: tuple[CopiedFile, ...]


@dataclass(frozen=True, slots=True)
class CopiedPhotos:
    """`report copies`: pictures that are there in two files or more."""

    groups: tuple[CopyGroup, ...]


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """`report duplicates`: pairs ranked by probability, and groups of sides that belong together.

    pairs_left_out: number of less probable pairs that are not listed. cluster_samples: faces of the largest clusters,
    in the order of clusters. duplicate_photos: files with the same content. near_copies: photos that look saved twice.
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
    """Faces without a name that are probably one person.

    number: of the remembered cluster, None if the group exists only in this report. faces: number of faces. samples:
    the most typical faces. face_ids: all faces, ascending. typical: at most 100 faces, the most typical first. whole:
    these are all faces of the remembered cluster, so its number may stand for them. likely: the person of the cluster's
    other faces. suggestion: may name a person if the cluster has none. twins: the twins of that person.
    """

    number: int | None
    faces: int
    samples: tuple[FaceSample, ...]
    suggestion: Suggestion | None
    face_ids: tuple[int, ...] = ()
    likely: str | None = None
    typical: tuple[int, ...] = ()
    whole: bool = False
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person with some of their confirmed faces and some of their matched faces, the farthest first.

    distances: squared distances of the matched faces shown. nearest: at most 100 matched faces, the nearest first.
    """

    person: Person
    confirmed: tuple[FaceSample, ...]
    matched: tuple[FaceSample, ...]
    distances: tuple[float, ...]
    nearest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """`report people`: groups by falling size, people by name, and single faces, the largest in pixels first.

    all_groups, all_lone: numbers of all groups and single faces; a large library has more than are shown.
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


class ContextReason(StrEnum):
    """Why a group without a name may be a person, beside the look of the faces."""

    TOGETHER = "together"
    """Somebody on the group's photos is often together with the person."""
    SAME_DAY = "same day"
    """The person is on other photos of the same days."""


@dataclass(frozen=True, slots=True)
class ContextSuggestion:
    """A person who may be a group, by its photos. of: the group's photos; photos: those for which the reason holds.

    companion: with TOGETHER, the person on the group's photos.
    """

    person: str
    reason: ContextReason
    photos: int
    of: int
    companion: str | None = None


@dataclass(frozen=True, slots=True)
class PoorFaces:
    """Single faces of one shortfall, the largest first; samples are the first of them."""

    shortfall: Shortfall
    face_ids: tuple[int, ...]
    samples: tuple[FaceSample, ...]


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group without a name. perhaps: whom its photos suggest, the likeliest first.

    others: number of other faces without a name on its photos.
    """

    group: UnnamedGroup
    perhaps: tuple[ContextSuggestion, ...]
    others: int

    @property
    def who(self) -> str | None:
        """The person who the group is probably, by the look of its faces."""
        return self.group.suggestion.person if self.group.suggestion is not None else self.group.likely


@dataclass(frozen=True, slots=True)
class PossibleName:
    """A person who faces may be, with the faces of theirs that are most like these."""

    person: str
    samples: tuple[FaceSample, ...]


@dataclass(frozen=True, slots=True)
class WhichPerson:
    """A group of faces, or a single one (alone), that only a human can name, and the people whom they may be."""

    likeness: Likeness
    candidates: tuple[PossibleName, ...]
    group: UnnamedGroup
    alone: bool


@dataclass(frozen=True, slots=True)
class NamingReport:
    """What a person who names faces looks at: the largest groups that are probably somebody known, and the others.

    all_groups: number of all groups without a name; named: number of groups whose faces all have one. lone: the largest
    single faces, of all_lone. poor: single faces that are too poor to found a group, each under its first shortfall.
    people: number of people who are not hidden. which: groups and single faces between people who look alike; likely,
    unknown and lone leave them out.
    """

    photos: int
    faces: int
    people: int
    ignored: int
    likely: tuple[OpenGroup, ...]
    unknown: tuple[OpenGroup, ...]
    all_groups: int
    named: int
    lone: tuple[FaceSample, ...]
    all_lone: int
    poor: tuple[PoorFaces, ...]
    which: tuple[WhichPerson, ...] = ()
