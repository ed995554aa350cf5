"""The queue: files to be looked at, which the workers of several processes and machines share among themselves.

A worker claims files with a lease, and renews it while it works. What it has stored leaves the queue. A lease that runs
out, because the worker died or lost the server, is anybody's. Files that a worker held when it died may be to blame:
they are claimed one at a time from then on, and a file on which MOST_TRIES workers died by itself becomes a failure.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from recog.printable import printable
from recog.store.connection.database import Database
from recog.store.photos.files import failure_row
from recog.store.photos.volumes import Volumes, volumes_of, volumes_to_write
from recog.store.records import FailedFile, QueueCounts, QueueOverview
from recog.store.schema.digests import intern_detector, intern_network
from recog.store.schema.encoding import chunks, storable
from recog.store.schema.tables import detectors, failures, jobs, networks
from recog.types import FileStat, NetworkInfo

MOST_TRIES = 3
"""Workers that may die on a file that they hold alone."""
WAITING, CLAIMED = "waiting", "claimed"
DIED = "crashed"
"""The reason of such a failure: that of recog.photos for a file whose decoding process dies."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Files that a worker holds; alone: one file, on which a worker died, so that it must be worked on by itself."""

    files: tuple[FileStat, ...]
    alone: bool


class Jobs:
    """The catalog's queue, as the networks of one client see it: jobs for other networks are not theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, files: Sequence[FileStat], *, detector: str, network: NetworkInfo) -> None:
        """Put files into the queue; one that is there already is looked at as it is now, by these networks."""
        with self._database.writing() as connection:
            volumes = volumes_to_write(connection, self._database.host)
            common = {
                "detector_id": intern_detector(connection, detector),
                "network_id": intern_network(connection, network),
                "state": WAITING,
                "attempts": 0,
                "reason": "",
            }
            of_path = {stat.path: stat for stat in files}
            for volume_id, raws in volumes.grouped(of_path):
                connection.execute(delete(jobs).where(jobs.c.volume_id == volume_id, jobs.c.path.in_(raws)))
            rows = []
            for stat in of_path.values():
                volume_id, raw = volumes.spot(stat.path)
                place = {"volume_id": volume_id, "path": raw, "size": stat.size, "mtime_ns": stat.mtime_ns}
                rows.append(common | place)
            for some in chunks(rows):
                connection.execute(insert(jobs), some)

    def claim(
        self, owner: str, *, most: int, seconds: float, done: Iterable[Path], detector: str, network: str
    ) -> Claimed:
        """Take what is `done` out of the queue, and lease up to `most` other files to a worker for so many seconds.

        Only files that this machine can open are claimed. No two workers get the same file; they do not wait for each
        other (FOR UPDATE SKIP LOCKED).
        """
        with self._database.writing(beside_others=True) as connection:
            volumes = volumes_of(connection, self._database.host)
            _complete(connection, volumes, owner, done)
            now = _clock(connection)
            mine = and_(_of(detector, network), volumes.are_here(jobs))
            free = and_(mine, or_(jobs.c.state == WAITING, jobs.c.lease_until < now))
            _give_up(connection, volumes, and_(free, jobs.c.attempts > MOST_TRIES))
            rows = _locked(connection, and_(free, jobs.c.state == WAITING, jobs.c.attempts == 0), most)
            alone = not rows
            if alone:
                rows = _locked(connection, free, 1)
            ids = [row.id for row in rows]
            lease: dict[str, Any] = {"state": CLAIMED, "owner": owner, "lease_until": now + seconds}
            lease["attempts"] = jobs.c.attempts + 1
            connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(lease))
            files = [FileStat(volumes.path(row.volume_id, row.path), row.size, row.mtime_ns) for row in rows]
        return Claimed(tuple(files), alone)

    def renew(self, owner: str, *, seconds: float) -> None:
        """Lease to a worker for so many more seconds what it still holds."""
        with self._database.writing(beside_others=True) as connection:
            held = and_(jobs.c.owner == owner, jobs.c.state == CLAIMED)
            connection.execute(update(jobs).where(held).values(lease_until=_clock(connection) + seconds))

    def release(self, owner: str, *, done: Iterable[Path] = (), blame: str | None = None) -> None:
        """Take what is `done` out of the queue, and give back what a worker still holds, for anybody to claim.

        blame: why the worker failed, if what it held may be the cause; else its claim does not count as a try.
        """
        with self._database.writing(beside_others=True) as connection:
            _complete(connection, volumes_of(connection, self._database.host), owner, done)
            given: dict[str, Any] = {"state": WAITING, "owner": None, "lease_until": None}
            given |= {"attempts": jobs.c.attempts - 1} if blame is None else {"reason": storable(blame)}
            connection.execute(update(jobs).where(jobs.c.owner == owner, jobs.c.state == CLAIMED).values(**given))

    def counts(self, *, detector: str, network: str) -> QueueCounts:
        """Return how many files these networks have to look at, by state, and those that are not on this machine."""
        with self._database.reading() as connection:
            here = volumes_of(connection, self._database.host).here
            counted = select(jobs.c.state, jobs.c.volume_id, func.count()).where(_of(detector, network))
            rows = connection.execute(counted.group_by(jobs.c.state, jobs.c.volume_id)).all()
            total = connection.scalar(select(func.count()).select_from(jobs)) or 0
        found = {WAITING: 0, CLAIMED: 0, "elsewhere": 0, "others": total - sum(number for *_, number in rows)}
        for state, volume_id, number in rows:
            found[state if volume_id in here else "elsewhere"] += number
        return QueueCounts(**found)

    def overview(self) -> QueueOverview:
        """Return what all machines have to do and are doing, for whichever networks."""
        with self._database.reading() as connection:
            held = jobs.c.state == CLAIMED, jobs.c.lease_until >= _clock(connection)
            rows = connection.execute(select(jobs.c.owner, func.count()).where(*held).group_by(jobs.c.owner)).all()
            files = connection.scalar(select(func.count()).select_from(jobs)) or 0
        machines = {owner.partition("/")[0] for owner, _ in rows}
        return QueueOverview(files, sum(number for _, number in rows), len(rows), len(machines))

    def are_done(self) -> bool:
        """Return whether the queue is empty, for all networks and machines."""
        with self._database.reading() as connection:
            return connection.scalar(select(jobs.c.id).limit(1)) is None


def _of(detector: str, network: str) -> ColumnElement[bool]:
    """Match jobs for a detector and a network."""
    detector_id = select(detectors.c.id).where(detectors.c.sha256 == detector).scalar_subquery()
    network_id = select(networks.c.id).where(networks.c.sha256 == network).scalar_subquery()
    return and_(jobs.c.detector_id == detector_id, jobs.c.network_id == network_id)


def _clock(connection: Connection) -> float:
    """Return seconds by the server's clock, which all workers share; by this machine's for SQLite."""
    if connection.dialect.name != "postgresql":
        return time.time()
    return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())::float8").scalar_one())


def _locked(connection: Connection, which: ColumnElement[bool], most: int) -> Sequence[Any]:
    """Return jobs that nobody else is just claiming; on SQLite one transaction writes at a time.

    Those on which fewest workers died come first, and of these the oldest. So workers that die for another reason than
    a photo's do not die on the same photo each time, which would make it a failure.
    """
    columns = jobs.c.id, jobs.c.volume_id, jobs.c.path, jobs.c.size, jobs.c.mtime_ns
    wanted = select(*columns).where(which).order_by(jobs.c.attempts, jobs.c.id)
    return connection.execute(wanted.limit(most).with_for_update(skip_locked=True)).all()


def _complete(connection: Connection, volumes: Volumes, owner: str, done: Iterable[Path]) -> None:
    for volume_id, raws in volumes.grouped(done):
        theirs = and_(jobs.c.owner == owner, jobs.c.volume_id == volume_id, jobs.c.path.in_(raws))
        connection.execute(delete(jobs).where(theirs))


def _give_up(connection: Connection, volumes: Volumes, which: ColumnElement[bool]) -> None:
    """Turn jobs on which too many workers died into failures."""
    columns = jobs.c.id, jobs.c.volume_id, jobs.c.path, jobs.c.size, jobs.c.mtime_ns, jobs.c.reason
    rows = connection.execute(select(*columns).where(which).with_for_update(skip_locked=True)).all()
    for row in rows:
        path = volumes.path(row.volume_id, row.path)
        why = f" ({row.reason})" if row.reason else ""
        told = f"{printable(path)} ended {MOST_TRIES} workers that looked at nothing else{why}: leave it out"
        failed = FailedFile(FileStat(path, row.size, row.mtime_ns), DIED, told)
        spot = (row.volume_id, row.path)
        connection.execute(delete(failures).where(failures.c.volume_id == row.volume_id, failures.c.path == row.path))
        connection.execute(insert(failures), [failure_row(spot, failed)])
        connection.execute(delete(jobs).where(jobs.c.id == row.id))
