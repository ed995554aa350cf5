"""Values that go into the catalog and come out of it, beside the types that all of recog shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from recog.query.conditions import Query
from recog.types import Cluster, DateSource, FileStat, NewFace, Photo

PhotoShape: TypeAlias = tuple[int, int, int, str | None]
"""Number, width and height of a photo, and the day on which it was taken: 'YYYY-MM-DD', or None."""


@dataclass(frozen=True, slots=True)
class Among:
    """The faces that a search is limited to; all conditions hold.

    person_id: confirmed or matched faces of this person. folder: faces in photos that this folder shows, or that are
    this file. since and until: faces in photos that were taken on these days or between them, by the local time of the
    photo; a photo whose only date is that of its file's last change is left out. lending: confirmed faces of which the
    detector is sure, which lend their names to others.
    """

    person_id: int | None = None
    folder: Path | None = None
    since: date | None = None
    until: date | None = None
    lending: bool = False


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A known file.

    stat is the file as last examined; photo_id is None if it never held a photo. current says that the networks in
    question processed the photo. failure is the reason why the file, as of stat, cannot be used, or None: a file with
    an equal stat that is current or has a failure need not be opened.
    """

    stat: FileStat
    photo_id: int | None
    missing: bool
    current: bool
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class MountPoint:
    """Where a machine has a root; host is the machine's name, empty if it has none (see the setting `host`)."""

    host: str
    path: Path


@dataclass(frozen=True, slots=True)
class KnownRoot:
    """A folder that was indexed, by number. path is where this machine has it, None if it has not.

    mounts are all machines that have it; files counts the files that are known in it, missing ones too.
    """

    id: int
    path: Path | None
    mounts: tuple[MountPoint, ...]
    files: int


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo of the catalog; current says that the networks in question processed it."""

    photo: Photo
    current: bool


@dataclass(frozen=True, slots=True)
class FiledPhoto:
    """A photo and the paths of its present files, in order."""

    photo: Photo
    paths: tuple[Path, ...]


class WithFaces(StrEnum):
    """Which photos are wanted, by whether faces were found on them."""

    ALL = "all"
    WITH = "with"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Photos that are wanted: with a present file in `folder` or below it, by faces, by a query, and of a person."""

    folder: Path | None = None
    faces: WithFaces = WithFaces.ALL
    query: Query | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Files in the queue: those for the networks in use, waiting and claimed ones that this machine has, and elsewhere.

    others counts files that were queued for another detector or network, or with other settings of these.
    """

    waiting: int
    claimed: int
    elsewhere: int
    others: int


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """The queue of all machines and networks: its files, those at work, and the workers and machines that hold these.

    A file that a dead worker held is not at work once its lease has ended.
    """

    files: int
    at_work: int
    workers: int
    machines: int


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be used as a photo, as of stat; reason is one word, detail one sentence."""

    stat: FileStat
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ScannedPhoto:
    """A photo file and what the steps found in it. width and height are those of the upright pixels.

    duration: the seconds of a video or an animated picture; None for a photo.
    """

    stat: FileStat
    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    faces: Sequence[NewFace]
    incomplete: bool = False
    taken_from: DateSource | None = None
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """A face that a user drew on a photo of the catalog."""

    photo_id: int
    face: NewFace


class FactKind(StrEnum):
    """What a user said about a face."""

    NAME = "confirmed name"
    REJECTION = "rejection"
    IGNORED = "ignored face"
    COVER = "cover"
    """The face represents the person in lists."""


@dataclass(frozen=True, slots=True)
class LostFact:
    """A fact about a face that is gone from an edited photo. person is None if the face was ignored."""

    face_id: int
    kind: FactKind
    person: str | None


@dataclass(frozen=True, slots=True)
class SavedPhoto:
    """The result of saving a ScannedPhoto.

    face_ids: the scanned faces in the given order, without those of a forgotten person. new_faces counts those that
    were unknown. lost holds the facts about faces of the photo that the file showed before and that have no partner
    here; replaced_photo_id is that earlier photo, or None: if `Files.paths` finds it elsewhere at the end of a run (a
    chain of renames), nothing was lost. carried: faces of earlier photos whose facts were transferred to this one.
    """

    photo_id: int
    face_ids: tuple[int, ...]
    new_faces: int
    lost: list[LostFact] = field(default_factory=list)
    replaced_photo_id: int | None = None
    carried: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ForgottenPerson:
    """The erased person and faces. complete is False while old pages may still hold bytes of them.

    styled: output paths of pictures made of photos of the person.
    """

    name: str
    face_ids: tuple[int, ...]
    complete: bool
    styled: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """The latest clustering of one network's embeddings, and how it was made (made_at: ISO 8601)."""

    method: str
    parameters: dict[str, Any]
    clusters: tuple[Cluster, ...]
    made_at: str


@dataclass(frozen=True, slots=True)
class CatalogCounts:
    """How much the catalog holds. files counts present ones; faces_named is confirmed plus matched; drawn counts faces.

    incomplete_photos counts photos that end early and of which a file is present.
    """

    photos: int
    incomplete_photos: int
    files: int
    missing_files: int
    failed_files: int
    faces: int
    faces_named: int
    confirmed: int
    matched: int
    people: int
    hidden_people: int
    clusters: int
    pending_erasures: int
    drawn: int


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act of a user on people or faces, from the history (at, undone_at: ISO 8601, UTC).

    people maps roles (see recog.store.people.history) to names, None for a name that was erased. face_ids are those
    whose facts the act changed. undone_at is None while the act stands. born is the day that an act said, YYYY-MM-DD.
    account and undone_by are names of accounts, None for whoever has the library's files.
    """

    id: int
    at: str
    kind: str
    people: dict[str, str | None]
    face_ids: tuple[int, ...]
    undone_at: str | None
    born: str | None
    account: str | None = None
    undone_by: str | None = None
