"""Results of indexing and of removing photos that are gone."""

from dataclasses import dataclass
from pathlib import Path

from recog.store.records import FactKind
from recog.types import Person


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """One step of a running `index`. photo counts are files looked at so far, of `total` files found."""

    done: int
    total: int
    faces: int
    failed: int
    path: Path


class RunStopped(Exception):  # noqa: N818 - a wish, not a failure
    """Raised by whoever is told the progress of a run: the run ends, and keeps every photo that it told of."""


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
    """Something that a human said of a face that is gone from an edited photo; person is None of an ignored face."""

    path: Path
    kind: FactKind
    person: str | None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The summary of an `index` run. Counts are photo files; faces counts faces newly found; seconds is wall time.

    added: new content. changed: known path, new content. moved: known content at a new path (its old one is gone);
    duplicates: known content at one more path. unchanged: not even opened. missing: known files that are gone.
    suspended: empty or absent roots with known files, none marked missing. interrupted: by Ctrl-C or RunStopped; run it
    again to go on.
    unreadable: not opened, because they could not be used before. matched: people, and how many faces each got by
    distance that were not theirs before. incomplete: new content that ends early, used as far as it is there.
    passed_over: files that bear the suffix of a picture that is not read here. again: unchanged files that are opened
    because another detector or network processed them; they count as changed once that is done.
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
    again: int = 0
