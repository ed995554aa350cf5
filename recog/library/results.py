"""What the use cases answer: frozen records that render/ turns into text, JSON and HTML."""

from dataclasses import dataclass
from pathlib import Path

from recog.store.records import FactKind
from recog.types import Calibration, Face, FaceBox, NetworkInfo, Person, Verification


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """One step of a running `index`. photo counts are files looked at so far, of `total` files found."""

    done: int
    total: int
    faces: int
    failed: int
    path: Path


@dataclass(frozen=True, slots=True)
class FailedPhoto:
    """A file that could not be indexed: reason is one word of a closed list, detail one sentence."""

    path: Path
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Pictures that are not read: how many of a suffix ('.cr3'); extra is what reads them if installed, or None."""

    suffix: str
    count: int
    extra: str | None


@dataclass(frozen=True, slots=True)
class LostWord:
    """Something that was said of a face that is gone from an edited photo. person is None of an ignored face."""

    path: Path
    kind: FactKind
    person: str | None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The summary of an `index` run. Counts are photo files; faces counts faces newly found; seconds is wall time.

    added: new content. changed: known path, new content. moved: known content at a new path (its old one is gone);
    duplicates: known content at one more path. unchanged: not even opened. missing: known files that are gone.
    suspended: empty or absent roots with known files, none marked missing. interrupted: by Ctrl-C; run it to go on.
    unreadable: not opened, for they could not be used before. matched: people, and how many faces each got by distance
    that were not theirs before. incomplete: new content that ends early, used as far as it is there.
    passed_over: files that bear the suffix of a picture that is not read here.
    """

    added: int
    changed: int
    moved: int
    duplicates: int
    unchanged: int
    missing: int
    faces: int
    failed: tuple[FailedPhoto, ...]
    lost: tuple[LostWord, ...]
    suspended: tuple[Path, ...]
    seconds: float
    dry_run: bool
    interrupted: bool
    matched: tuple[tuple[Person, int], ...] = ()
    unreadable: int = 0
    incomplete: tuple[Path, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchReport:
    """`identify --all`: faces of the library that got a name by distance, per person, and those left unknown."""

    matched: tuple[tuple[Person, int], ...]
    unknown: int
    seconds: float


@dataclass(frozen=True, slots=True)
class VerifiedPair:
    """`verify A B`; right is a path or a person's name."""

    left: Path
    right: Path | str
    left_box: FaceBox
    right_box: FaceBox | None
    verification: Verification


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of the library near a probe, with where it is and who it is.

    probability is the calibrated one that both are one person; None where the detector is unsure of one of the two,
    because the distance then says nothing. doubt: why, if it is unsure of this face.
    """

    face: Face
    squared_distance: float
    probability: float | None
    paths: tuple[Path, ...]
    person: Person | None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class FaceSearch:
    """The nearest faces of one face of the probe photo. number counts faces from the left, from 1.

    doubt: why their distances say nothing, None where they do.
    """

    number: int
    box: FaceBox
    found: tuple[FoundFace, ...]
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`search PHOTO`: every face of the photo with its neighbours."""

    path: Path
    faces: tuple[FaceSearch, ...]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """`people show NAME`: the person's faces with their photos."""

    person: Person
    faces: tuple[tuple[Face, tuple[Path, ...]], ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`people forget NAME`: what was erased; pictures styled of it stay. complete: no open reader holds old pages."""

    name: str
    faces: int
    complete: bool
    styled: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who a whole cluster without a name may be: squared_distance is the mean to the person's confirmed faces."""

    person: str
    probability: float
    squared_distance: float


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """One cluster of the library. person: the name most of its named faces bear, if any; named: how many bear it.

    number is the cluster's for life where it is remembered (identity clusters), else its place by size. suggestion: who
    it probably is, where no face has a name.
    """

    number: int
    size: int
    face_ids: tuple[int, ...]
    person: str | None
    named: int
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """`cluster`: method is 'identity' or 'kmeans'; k_reason says where k came from (k-means alone, else empty).

    joined counts faces that came to earlier clusters, which stayed; None where all faces were grouped anew.
    """

    method: str
    clusters: tuple[ClusterSummary, ...]
    singletons: int
    threshold: float | None
    k_reason: str
    seconds: float
    joined: int | None = None


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


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The vector index: its kind ('flat' or 'ivf'), where it is searched, and how far behind its file is.

    published is the directory of the file, None where there is none yet; behind counts changes of the catalog.
    """

    kind: str
    device: str
    faces: int
    published: Path | None
    behind: int


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """`status`; threshold is the squared distance up to which a name is given."""

    directory: Path
    database: str
    photos: int
    files: int
    missing_files: int
    failed_files: int
    faces: int
    faces_named: int
    people: int
    clusters: int
    network: NetworkInfo
    device: str
    encoder: str
    threshold: float | None
    calibration: Calibration | None
    index: IndexStatus
    roots: tuple[Path, ...]
    incomplete_photos: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `check` found. fixed says whether --fix mended it; way_out what to do where it did not."""

    kind: str
    count: int
    sentence: str
    fixed: bool
    way_out: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`check`: ok when nothing is left to mend."""

    findings: tuple[Finding, ...]
    faces: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Nothing is left to mend."""
        return all(finding.fixed for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that `doctor` looked at. ok: nothing needs a hand; way_out may still say what would be better."""

    subject: str
    ok: bool
    sentence: str
    way_out: str


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """`doctor`: ok when nothing needs a hand."""

    observations: tuple[Observation, ...]

    @property
    def ok(self) -> bool:
        """Nothing needs a hand."""
        return all(seen.ok for seen in self.observations)


@dataclass(frozen=True, slots=True)
class WeightsStatus:
    """`models list | pull | verify`: one network's weights. state: 'present', 'absent' or 'damaged'."""

    name: str
    role: str
    state: str
    path: Path | None
    sha256: str
    trained_on: str
    licence: str
    sources: tuple[str, ...]
    default: bool
