"""Style jobs: which picture is made of which photo in which style, and its state.

planned -> running -> done or failed. Before a finished picture appears under its name, its digest is written to the
running job: after a kill, a file with that digest is the job's own, and any other file is not.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, insert, select, update

from recog.errors import CatalogError, WayOut
from recog.store.connection.database import Database
from recog.store.schema.encoding import chunks, now, path_bytes, path_from_bytes, storable
from recog.store.schema.tables import faces, photos, style_jobs, style_shares


class JobState(StrEnum):
    """The state of a picture."""

    PLANNED = "planned"
    RUNNING = "running"
    """Begun, by a process that is still working or was killed."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StyleShare:
    """A style of a picture: the digest of its bytes, where it was found, and its share of the blend."""

    sha256: str
    path: Path
    share: float


@dataclass(frozen=True, slots=True)
class NewStyleJob:
    """A picture to make, in one style or several.

    styles: the largest share first; the shares sum to one. digest identifies everything that it is made of,
    output_path is where it goes. Digests are SHA-256 in hexadecimal: of the photo's and the styles' bytes, of the
    settings, of the network's weights. settings are plain JSON values.
    """

    digest: str
    photo_sha256: str
    photo_path: Path
    styles: tuple[StyleShare, ...]
    settings_digest: str
    settings: dict[str, Any]
    network: str
    network_sha256: str
    output_path: Path


@dataclass(frozen=True, slots=True)
class CostPoint:
    """The costs after an optimiser step at scale number `scale`."""

    step: int
    scale: int
    total: float
    content: float
    style: float
    variation: float


@dataclass(frozen=True, slots=True)
class StyleJob:
    """A picture's job as the catalog knows it.

    costs is the curve of the loss, the last point is that of the picture; empty before there is one. output_sha256 is
    that of the picture's file. message: why it failed, or what the user should know. made_at: ISO 8601, UTC.
    """

    id: int
    what: NewStyleJob
    state: JobState
    output_sha256: str | None
    costs: tuple[CostPoint, ...]
    seconds: float | None
    message: str
    made_at: str | None


class Styles:
    """The catalog's style jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, planned: Sequence[NewStyleJob]) -> list[StyleJob]:
        """Return the jobs of these pictures, in order; a path that has a job keeps it, other ones get a new job."""
        new = {path_bytes(one.output_path): one for one in planned}
        with self._database.writing() as connection:
            known: set[bytes] = set()
            for paths in chunks(new):
                known |= set(
                    connection.scalars(select(style_jobs.c.output_path).where(style_jobs.c.output_path.in_(paths)))
                )
            for path, one in new.items():
                if path not in known:
                    number = connection.execute(insert(style_jobs).returning(style_jobs.c.id), [_row(one)]).scalar_one()
                    connection.execute(insert(style_shares), _share_rows(number, one))
            found: dict[bytes, StyleJob] = {}
            for paths in chunks(new):
                stored = _jobs(connection, style_jobs.c.output_path.in_(paths))
                found |= {path_bytes(job.what.output_path): job for job in stored}
        return [found[path] for path in new]

    def jobs(self, states: Collection[JobState] = tuple(JobState)) -> list[StyleJob]:
        """Return all jobs in one of these states, the oldest first."""
        wanted = style_jobs.c.state.in_([state.value for state in states])
        with self._database.reading() as connection:
            return _jobs(connection, wanted)

    def job(self, number: int) -> StyleJob:
        """Return a job by number; an unknown number is a CatalogError."""
        with self._database.reading() as connection:
            found = _jobs(connection, style_jobs.c.id == number)
        if not found:
            raise CatalogError(f"there is no style job {number}", way_out=WayOut.LIST_STYLE_JOBS)
        return found[0]

    def begin(self, number: int) -> bool:
        """Mark a job as running, from the start; return False if the job is gone."""
        fresh = {"output_sha256": None, "costs": "[]", "seconds": None, "message": "", "made_at": None}
        return self._set(number, state=JobState.RUNNING.value, **fresh)

    def note(
        self, number: int, *, output_sha256: str, costs: Sequence[CostPoint], seconds: float, message: str
    ) -> bool:
        """Record the picture just before it appears under its name; return False if the job is gone."""
        return self._set(
            number,
            output_sha256=bytes.fromhex(output_sha256),
            costs=json.dumps([[p.step, p.scale, p.total, p.content, p.style, p.variation] for p in costs]),
            seconds=seconds,
            message=storable(message),
        )

    def finish(self, number: int) -> bool:
        """Mark a job as done and drop the reason of an earlier failure; return False if the job is gone."""
        message = case((style_jobs.c.state == JobState.FAILED.value, ""), else_=style_jobs.c.message)
        return self._set(number, state=JobState.DONE.value, message=message, made_at=now())

    def replan(self, number: int) -> bool:
        """Mark a job as planned again; return False if the job is gone."""
        return self._set(number, state=JobState.PLANNED.value)

    def fail(self, number: int, message: str) -> bool:
        """Mark a job as failed and record why; return False if the job is gone."""
        return self._set(number, state=JobState.FAILED.value, message=storable(message), made_at=now())

    def clear(self, states: Collection[JobState]) -> int:
        """Delete the jobs in these states and return how many; the pictures stay."""
        wanted = style_jobs.c.state.in_([state.value for state in states])
        with self._database.writing() as connection:
            return connection.execute(delete(style_jobs).where(wanted)).rowcount

    def _set(self, number: int, **values: object) -> bool:
        with self._database.writing() as connection:
            changed = update(style_jobs).where(style_jobs.c.id == number).values(**values)
            return connection.execute(changed).rowcount == 1


def drop_style_jobs_of(connection: Connection, face_ids: Iterable[int]) -> list[Path]:
    """Delete the jobs whose photo, or one of whose styles, shows one of these faces; return their output paths."""
    outputs: list[Path] = []
    for ids in chunks(face_ids):
        shown = select(photos.c.sha256).join(faces, faces.c.photo_id == photos.c.id).where(faces.c.id.in_(ids))
        after = select(style_shares.c.job_id).where(style_shares.c.sha256.in_(shown))
        theirs = style_jobs.c.photo_sha256.in_(shown) | style_jobs.c.id.in_(after)
        found = select(style_jobs.c.output_path).where(theirs).order_by(style_jobs.c.id)
        outputs += map(path_from_bytes, connection.scalars(found))
        connection.execute(delete(style_jobs).where(theirs))
    return outputs


def _row(job: NewStyleJob) -> dict[str, object]:
    return {
        "digest": job.digest,
        "photo_sha256": bytes.fromhex(job.photo_sha256),
        "photo_path": path_bytes(job.photo_path),
        "settings_digest": job.settings_digest,
        "settings": json.dumps(job.settings),
        "network": job.network,
        "network_sha256": job.network_sha256,
        "output_path": path_bytes(job.output_path),
        "state": JobState.PLANNED.value,
        "costs": "[]",
        "message": "",
    }


def _share_rows(number: int, job: NewStyleJob) -> list[dict[str, object]]:
    return [
        {
            "job_id": number,
            "place": place,
            "sha256": bytes.fromhex(style.sha256),
            "path": path_bytes(style.path),
            "share": style.share,
        }
        for place, style in enumerate(job.styles)
    ]


def _jobs(connection: Connection, wanted: ColumnElement[bool]) -> list[StyleJob]:
    """Return the jobs that match, the oldest first, with their styles."""
    styles: dict[int, list[StyleShare]] = {}
    shares = select(style_shares).join(style_jobs).where(wanted).order_by(style_shares.c.job_id, style_shares.c.place)
    for row in connection.execute(shares):
        styles.setdefault(row.job_id, []).append(StyleShare(row.sha256.hex(), path_from_bytes(row.path), row.share))
    rows = connection.execute(select(style_jobs).where(wanted).order_by(style_jobs.c.id))
    return [_job_of(row, tuple(styles.get(row.id, ()))) for row in rows]


def _job_of(row: Row[Any], styles: tuple[StyleShare, ...]) -> StyleJob:
    what = NewStyleJob(
        digest=row.digest,
        photo_sha256=row.photo_sha256.hex(),
        photo_path=path_from_bytes(row.photo_path),
        styles=styles,
        settings_digest=row.settings_digest,
        settings=json.loads(row.settings),
        network=row.network,
        network_sha256=row.network_sha256,
        output_path=path_from_bytes(row.output_path),
    )
    return StyleJob(
        id=row.id,
        what=what,
        state=JobState(row.state),
        output_sha256=None if row.output_sha256 is None else row.output_sha256.hex(),
        costs=tuple(CostPoint(*point) for point in json.loads(row.costs)),
        seconds=row.seconds,
        message=row.message,
        made_at=row.made_at,
    )
