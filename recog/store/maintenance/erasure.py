"""Forget a person: no byte of a face, a vector or the name is left in the database's files.

The rows go in one transaction that also leaves a note (`pending_erasures`). Then the old pages are overwritten: on
SQLite by VACUUM (secure_delete alone leaves copies where pages were split) and by truncating the write-ahead log, on
PostgreSQL by VACUUM FULL. Only then does the note go: a kill half-way is finished at the next open. A disk without
room to write the database anew holds that up, as another program's lock does: the catalog opens all the same, says
so, and tries again at each open.

Out of reach: backups that people made, PostgreSQL's own log and archives, blocks that a disk has remapped.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from recog.store.clusters import drop_empty_clusters
from recog.store.connection.database import Database
from recog.store.maintenance.old_pages import OldPages
from recog.store.people.history import scrub_events
from recog.store.people.people import person_in
from recog.store.photos.removal import ERASURE, delete_faces, log_erasure
from recog.store.records import ForgottenPerson
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


class Erasure:
    """Erasing people."""

    def __init__(self, database: Database, old_pages: OldPages) -> None:
        self._database = database
        self._old_pages = old_pages

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
        return ForgottenPerson(name, tuple(face_ids), self._old_pages.overwrite(), tuple(styled))

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
