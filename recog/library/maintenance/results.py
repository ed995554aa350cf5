"""Results of status, checks, backups, index tuning and weights.

What a user can do about a finding is a Remedy; `recog.render` writes the command or the sentence.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.errors import RecogError
from recog.library.recognition.results import IndexStatus
from recog.store.records import ErasedBy, PendingErasure
from recog.types import Calibration, NetworkInfo


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


class RemedyKind(StrEnum):
    """What a user can do about a finding."""

    ADVICE = "advice"
    """Follow the remedy's text, which is a sentence's end, no command."""
    THEN_FIX = "then fix"
    """Do what the text says, then check with `fix`."""
    THEN_STATUS = "then status"
    """Do what the text says, then ask for the status."""
    FIX = "fix"
    """Check with `fix`."""
    FIX_THEN_INDEX = "fix then index"
    """Check with `fix`, then index, which processes the photos concerned again."""
    RESTORE = "restore"
    """Restore a backup, or move the database away and index again."""
    INDEX = "index"
    """Index a folder."""
    REBUILD_INDEX = "rebuild index"
    """Rebuild the vector index."""
    PULL_WEIGHTS = "pull weights"
    """Download the weights that the text names."""
    CALIBRATE = "calibrate"
    """Calibrate on labelled photos."""
    MAKE_PRIVATE = "make private"
    """Take the rights of others away from the folder that the text names."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, and the name, path or advice that it needs."""

    kind: RemedyKind
    text: str = ""


def remedy_of(pending: PendingErasure) -> Remedy:
    """Return what erases what is left of forgotten people."""
    kind = RemedyKind.THEN_FIX if pending.erased_by is ErasedBy.FIX else RemedyKind.THEN_STATUS
    return Remedy(kind, pending.first)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem that `check` found. fixed: it was mended; remedy: what to do if it was not."""

    kind: str
    count: int
    sentence: str
    fixed: bool
    remedy: Remedy


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
    """One thing that `doctor` looked at. ok: nothing needs a hand; a remedy may still say what would be better.

    error: what cut the look short, of which the sentence is the message.
    """

    subject: str
    ok: bool
    sentence: str
    remedy: Remedy | None = None
    error: RecogError | None = None


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


@dataclass(frozen=True, slots=True)
class Backup:
    """`backup`: the file that holds the whole catalog as it was at one moment; size in bytes."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`restore`: what the catalog holds now. kept is the copy of the one before; None where there was none."""

    backup: Path
    kept: Path | None
    photos: int
    faces: int
    people: int
