"""Forget a person: no byte of a face, a vector or the name is left in the database's files.

The rows go in one transaction that also leaves a note (`pending_erasures`). Then the old pages are overwritten: on
SQLite by VACUUM (secure_delete alone leaves copies where pages were split) and by truncating the write-ahead log, on
PostgreSQL by VACUUM FULL. Only then does the note go: a kill half-way is finished at the next open. A disk without
room to write the database anew holds that up, as another program's lock does: the catalog opens all the same, says
so, and tries again at each open.

Out of reach: backups that people made, PostgreSQL's own log and archives, blocks that a disk has remapped.
"""

import shutil
from collections.abc import Sequence
from threading import Lock

from sqlalchemy import Connection, delete, func, insert, select

from recog.durable import sync_directory
from recog.errors import CatalogError, LibraryBusyError, LibraryDiskError
from recog.store.clusters import drop_empty_clusters
from recog.store.connection.backup import automatic_backups
from recog.store.connection.database import Database
from recog.store.part import CatalogPart
from recog.store.people.history import scrub_events
from recog.store.people.people import person_in
from recog.store.photos.removal import ERASURE, delete_faces, log_erasure
from recog.store.records import ForgottenPerson, PendingErasure
from recog.store.schema.encoding import chunks, now
from recog.store.schema.tables import (
    assignments,
    faces,
    forgotten_boxes,
    networks,
    pending_erasures,
    people,
    photos,
    processings,
    removals,
)
from recog.store.styling import drop_style_jobs_of

_LEFT = "bytes of a forgotten person may be left in old pages of the database"
_AGAIN = "then run 'recog check --fix'"
_OPEN_ELSEWHERE = PendingErasure(f"{_LEFT}, for another program has it open", f"close that program, {_AGAIN}")
_READ_ONLY = PendingErasure(f"{_LEFT}, which may only be read here", f"open it where it may be written, {_AGAIN}")
_NO_ROOM = PendingErasure(
    f"{_LEFT}, for its disk has no room to write it anew, or fails", f"make room or check the disk, {_AGAIN}"
)

_PERSONAL_TABLES = (
    "people", "assignments", "rejections", "ignored_faces", "distinct_people", "events", "faces", "thumbnails",
    "embeddings", "clusters", "cluster_faces", "style_jobs",
    "style_shares"
)  # fmt: skip


class Erasure(CatalogPart):
    """Erasing people."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._pending: PendingErasure | None = None
        self._finishing = Lock()

    @property
    def pending_erasure(self) -> PendingErasure | None:
        """What held up overwriting old pages when it was last tried; None where nothing is left to overwrite."""
        return self._pending

    def forget(self, person_id: int) -> ForgottenPerson:
        """Erase a person: name, history, and every face, confirmed or matched, with its vector and thumbnail.

        Matched faces go too: most likely they are the person, and a vector that was left would bring the person back.
        Photos stay; where the faces were is kept (relative to the photo, by its digest), so that a re-scan does not
        bring them back. Copies that migrations made of the database go as well. complete is False while another
        program holds the database open or its disk is full: the next open of the catalog finishes.

        Jobs of styled pictures whose photo, or one of whose styles, shows the person go too. The pictures themselves
        stay, as the photos do: they are the user's files, and the answer names them.
        """
        with self._database.writing() as connection:
            name = person_in(connection, person_id).name
            theirs = select(assignments.c.face_id).where(assignments.c.person_id == person_id)
            face_ids = list(connection.scalars(theirs.order_by(assignments.c.face_id)))
            _exclude(connection, face_ids)
            styled = drop_style_jobs_of(connection, face_ids)
            delete_faces(connection, face_ids)
            log_erasure(connection)
            drop_empty_clusters(connection)  # earlier versions left the centroids of faces that went with their photos
            scrub_events(connection, person_id, name, face_ids)
            connection.execute(delete(people).where(people.c.id == person_id))
            connection.execute(insert(pending_erasures), [{"at": now()}])
        return ForgottenPerson(name, tuple(face_ids), self.finish_erasures(), tuple(styled))

    def finish_erasures(self) -> bool:
        """Overwrite what forgotten people left in old pages; return False while something is in the way.

        One thread does so at a time.
        """
        with self._finishing:
            self._pending = self._hindrance()
            return self._pending is None

    def _hindrance(self) -> PendingErasure | None:
        """Overwrite what forgotten people left in old pages, or return what is in the way."""
        with self._database.reading() as connection:
            last = connection.scalar(select(func.max(pending_erasures.c.id)))
        if last is None or self._database.read_only is not None:
            return None if last is None else _READ_ONLY
        self._delete_automatic_backups()
        try:
            if not self._has_room():
                return _NO_ROOM
            if not self._overwrite_old_pages():
                return _OPEN_ELSEWHERE
            with self._database.writing() as connection:
                connection.execute(delete(pending_erasures).where(pending_erasures.c.id <= last))
        except LibraryBusyError:
            return _OPEN_ELSEWHERE
        except LibraryDiskError:
            return _NO_ROOM
        return None

    def erased_since(self, removal_id: int, network_sha256: str | None = None) -> bool:
        """Whether somebody was forgotten since this removal of a network's embeddings, or of any network's.

        True as well for a removal that the catalog does not have: it was restored from a backup since, and numbers
        of removals are given again.
        """
        erased = select(removals.c.id).where(removals.c.id > removal_id, removals.c.face_id == ERASURE)
        if network_sha256 is not None:
            erased = erased.join(networks, networks.c.id == removals.c.network_id).where(
                networks.c.sha256 == network_sha256
            )
        with self._database.reading() as connection:
            latest = connection.scalar(select(func.max(removals.c.id))) or 0
            return removal_id > latest or connection.scalar(erased.limit(1)) is not None

    def readmit(self, photo_sha256s: Sequence[str]) -> int:
        """Let forgotten faces of these photos be found again, by the next scan; how many places were given free.

        Photos with such a place are looked at again though they did not change.
        """
        freed = 0
        with self._database.writing() as connection:
            for digests in chunks(bytes.fromhex(sha256) for sha256 in photo_sha256s):
                excluded = forgotten_boxes.c.photo_sha256.in_(digests)
                again = select(photos.c.id).join(forgotten_boxes, forgotten_boxes.c.photo_sha256 == photos.c.sha256)
                seen = processings.c.photo_id.in_(again.where(excluded))
                connection.execute(delete(processings).where(seen))
                freed += connection.execute(delete(forgotten_boxes).where(excluded)).rowcount
        return freed

    def _has_room(self) -> bool:
        """May SQLite write the database anew into its write-ahead log? Trying would fill the disk for all others."""
        if self._database.path is None:
            return True
        with self._database.reading() as connection:
            pages, unused, size = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
                for name in ("page_count", "freelist_count", "page_size")
            )
        return shutil.disk_usage(self._database.path.parent).free >= (pages - unused) * size

    def _overwrite_old_pages(self) -> bool:
        with self._database.alone() as connection:
            if not self._database.is_sqlite:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(_PERSONAL_TABLES)}")
                return True
            connection.exec_driver_sql("VACUUM")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return not busy

    def _delete_automatic_backups(self) -> None:
        for backup in automatic_backups(self._database):
            try:
                backup.unlink(missing_ok=True)
                sync_directory(backup.parent)  # else a power cut brings it back
            except OSError as error:
                raise CatalogError(
                    f"the copy {backup} still holds a forgotten person and cannot be deleted ({error.strerror}): "
                    "delete it yourself"
                ) from error


def _exclude(connection: Connection, face_ids: Sequence[int]) -> None:
    """Keep where the faces were: no vector, only geometry."""
    for ids in chunks(face_ids):
        places = (
            select(
                photos.c.sha256,
                faces.c.left / photos.c.width,
                faces.c.top / photos.c.height,
                faces.c.right / photos.c.width,
                faces.c.bottom / photos.c.height,
            )
            .join(photos, photos.c.id == faces.c.photo_id)
            .where(faces.c.id.in_(ids))
        )
        columns = ["photo_sha256", "left", "top", "right", "bottom"]
        connection.execute(insert(forgotten_boxes).from_select(columns, places))
