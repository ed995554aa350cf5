"""Results of filling the queue and of working on it."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.indexing.results import FailedPhoto, LostWord, PassedOver
from recog.store.records import QueueCounts
from recog.types import Person


@dataclass(frozen=True, slots=True)
class QueueReport:
    """The summary of `index --queue`. queued counts files that were put into the queue; queue is all that is in it.

    The other counts are those of IngestReport.
    """

    queued: int
    unchanged: int
    missing: int
    unreadable: int
    again: int
    failed: tuple[FailedPhoto, ...]
    suspended: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]
    queue: QueueCounts
    seconds: float


@dataclass(frozen=True, slots=True)
class QueueProgress:
    """How far all machines are. done: files that left the queue since it was first looked at, of total.

    at_work: files that `workers` on `machines` hold right now.
    """

    done: int = 0
    total: int = 0
    at_work: int = 0
    workers: int = 0
    machines: int = 0


@dataclass(frozen=True, slots=True)
class WorkReport:
    """The summary of `work`. Counts are photo files that this worker took from the queue; faces counts new faces.

    added: new content. known: content that the library had, at a new or changed path. failed: files that cannot be
    used. matched: people, and how many faces each got by distance, if this worker was the last. lost: what was said of
    faces that are gone from edited photos. queue: what is left. interrupted: by Ctrl-C or SIGTERM.
    """

    added: int
    known: int
    faces: int
    failed: int
    matched: tuple[tuple[Person, int], ...]
    lost: tuple[LostWord, ...]
    queue: QueueCounts
    seconds: float
    interrupted: bool
