"""Results of status, checks, backups, index tuning and weights.

A Remedy says what a user can do about a finding; `recog.render` writes the command or the sentence.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.errors import RecogError
from recog.library.recognition.results import IndexStatus
from recog.store.maintenance.pending import ErasedBy, PendingErasure
from recog.types import Calibration, NetworkInfo

ANOTHER_NETWORK = "another network embedded all faces of this library, so none of them is found or named now"
"""What is wrong with a library whose first run of indexing after a change of the network is still to come."""


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """`status`. threshold: largest squared distance at which a name is given. of_another_network: ANOTHER_NETWORK."""

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
    of_another_network: bool = False


class RemedyKind(StrEnum):
    """What a user can do about a finding."""

    ADVICE = "advice"
    """Follow the remedy's text, which is the end of a sentence, not a command."""
    THEN_FIX = "then fix"
    """Do what the text says, then check with `fix`."""
    THEN_STATUS = "then status"
    """Do what the text says, then ask for the status."""
    FIX = "fix"
    """Check with `fix`."""
    FIX_THEN_INDEX = "fix then index"
    """Check with `fix`, then index, which processes the affected photos again."""
    RESTORE = "restore"
    """Restore a backup, or move the database away and index again."""
    INDEX = "index"
    """Index a folder."""
    EMBED_ANEW = "embed anew"
    """Index a folder of the library, which embeds the faces of the whole library by the network in use."""
    REBUILD_INDEX = "rebuild index"
    """Rebuild the vector index."""
    PULL_WEIGHTS = "pull weights"
    """Download the weights that the text names."""
    CALIBRATE = "calibrate"
    """Calibrate on labelled photos."""
    MAKE_PRIVATE = "make private"
    """Remove the access of others to the folder that the text names."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, with the name, path or advice that it needs."""

    kind: RemedyKind
    text: str = ""


def remedy_of(pending: PendingErasure) -> Remedy:
    """Return what erases what is left of forgotten people."""
    kind = RemedyKind.THEN_FIX if pending.erased_by is ErasedBy.FIX else RemedyKind.THEN_STATUS
    return Remedy(kind, pending.first)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that `check` found. fixed: it was mended. remedy: what to do if it was not.

    error: what the part that was checked raised; the sentence is its message.
    """

    kind: str
    count: int
    sentence: str
    fixed: bool
    remedy: Remedy
    error: RecogError | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`check`: ok if nothing is left to mend."""

    findings: tuple[Finding, ...]
    faces: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether nothing is left to mend."""
        return all(finding.fixed for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Observation:
    """A part that `doctor` examined. ok: nothing must be mended; a remedy may still suggest an improvement.

    error: what ended the examination; the sentence is its message.
    """

    subject: str
    ok: bool
    sentence: str
    remedy: Remedy | None = None
    error: RecogError | None = None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """`doctor`: ok if nothing must be mended."""

    observations: tuple[Observation, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing must be mended."""
        return all(seen.ok for seen in self.observations)


@dataclass(frozen=True, slots=True)
class WeightsStatus:
    """`models list | pull | verify`: one network's weights.

    state: 'present', 'absent' or 'damaged'. commercial_use: 'forbidden' by the licence of the weights; 'data for
    research' if that licence allows it, but the data that they were trained on is for research; else 'unknown'.
    """

    name: str
    role: str
    state: str
    path: Path | None
    sha256: str
    trained_on: str
    licence: str
    sources: tuple[str, ...]
    default: bool
    commercial_use: str


@dataclass(frozen=True, slots=True)
class OwnNetwork:
    """`models add | set-head`: a network of the user's own.

    description is the path of its description; dim the dimensions of its embeddings; head
    the name of its head, None if it has none. calibrated says whether a calibration of its head came with it. replaced
    says that it took the place of an earlier network of that name. in_use says that the settings name it.
    """

    name: str
    description: Path
    sha256: str
    dim: int
    licence: str
    commercial_use: str
    head: str | None
    calibrated: bool
    replaced: bool
    in_use: bool


@dataclass(frozen=True, slots=True)
class RemovedNetwork:
    """`models remove`: files are those that were deleted, the description first."""

    name: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Grants:
    """`server grants`: statements in SQL, without a semicolon, and whether they were executed."""

    statements: tuple[str, ...]
    applied: bool


@dataclass(frozen=True, slots=True)
class Backup:
    """`backup`: the file with a snapshot of the whole catalog; size in bytes."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`restore`: what the catalog holds now. kept: copy of the previous catalog, None if there was none."""

    backup: Path
    kept: Path | None
    photos: int
    faces: int
    people: int
