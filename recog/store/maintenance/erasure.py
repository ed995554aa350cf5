"""Forget a person: no byte of a face, a vector or the name is left in the database's files.

One transaction deletes the rows and leaves a note (`pending_erasures`); then recog.store.maintenance.old_pages
overwrites the old pages of the file and deletes the note.

Out of reach: backups that people made, PostgreSQL's own log and archives, blocks that a disk has remapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select

from recog.store.connection.database import Database
from recog.store.maintenance.old_pages import OldPages
from recog.store.photos.removal import ERASURE, delete_faces, log_erasure
from recog.store.schema.encoding import chunks, now
from recog.store.schema.tables import (
    assignments,
    cluster_faces,
    clusters,
    faces,
    forgotten_boxes,
    networks,
    pending_erasures,
    people,
    photos,
    processings,
    removals,
)

if TYPE_CHECKING:  # every opening asks whether somebody was forgotten, and only `forget` needs the rest
    from recog.store.records import ForgottenPerson


class Erasure:
    """Erasing people."""

    def __init__(self, database: Database, old_pages: OldPages) -> None:
        self._database = database
        self._old_pages = old_pages

    def forget(self, person_id: int) -> ForgottenPerson:
        """Erase a person: name, history, and every face, confirmed or matched, with its vector and thumbnail.

        Matched faces are erased too: most likely they show the person, and a vector that is left would bring the person
        back. Photos stay; the boxes of the faces are kept (relative to the photo, by its digest), so that a new scan
        does not find them again. Copies that migrations made of the database are deleted. complete is False while
        another program holds the database open or its disk is full: the next open of the catalog finishes.

        Style jobs whose photo, or one of whose styles, shows the person are deleted. The pictures stay, as the photos
        do: they are the user's files, and the result names them. Albums that tell of the person are deleted.
        """
        from recog.store.albums import drop_albums_of
        from recog.store.people.history import scrub_events
        from recog.store.people.people import person_in
        from recog.store.people.withholding import drop_withheld
        from recog.store.records import ForgottenPerson
        from recog.store.styling import drop_style_jobs_of

        with self._database.writing() as connection:
            name = person_in(connection, person_id).name
            theirs = select(assignments.c.face_id).where(assignments.c.person_id == person_id)
            face_ids = list(connection.scalars(theirs.order_by(assignments.c.face_id)))
            _exclude(connection, face_ids)
            styled = drop_style_jobs_of(connection, face_ids)
            delete_faces(connection, face_ids)
            log_erasure(connection)
            _drop_empty_clusters(connection)  # earlier versions left the centroids of faces that went with their photos
            drop_albums_of(connection, person_id, name)
            scrub_events(connection, person_id, name, face_ids)
            drop_withheld(connection, person_id)
            connection.execute(delete(people).where(people.c.id == person_id))
            connection.execute(insert(pending_erasures), [{"at": now()}])
        return ForgottenPerson(name, tuple(face_ids), self._old_pages.overwrite(), tuple(styled))

    def erased_since(self, removal_id: int, network_sha256: str | None = None) -> bool:
        """Return whether somebody was forgotten since this removal of a network's embeddings, or of any network's.

        Also True if the catalog has no such removal: it was restored from a backup, and numbers are given again.
        """
        erased = select(removals.c.id).where(removals.c.id > removal_id, removals.c.face_id == ERASURE)
        if network_sha256 is not None:
            erased = erased.join(networks, networks.c.id == removals.c.network_id).where(
                networks.c.sha256 == network_sha256
            )
        with self._database.reading() as connection:
            latest = connection.scalar(select(func.max(removals.c.id))) or 0
            return removal_id > latest or connection.scalar(erased.limit(1)) is not None

    def last_removal(self) -> int:
        """Return the number of the last removal of a face, or of the last erasure; 0 if there was none."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.max(removals.c.id))) or 0

    def reset(self, photo_sha256s: Sequence[str]) -> int:
        """Let the next scan find forgotten faces of these photos again; return how many boxes were dropped.

        Photos with such a box are processed again although they did not change.
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
    """Keep the boxes of faces: geometry only, no vector."""
    for ids in chunks(face_ids):
        places = (
            select(
                photos.c.sha256,
                faces.c.left / photos.c.width,
                faces.c.top / photos.c.height,
                faces.c.right / photos.c.width,
                faces.c.bottom / photos.c.height,
                faces.c.first_seen,
                faces.c.last_seen,
            )
            .join(photos, photos.c.id == faces.c.photo_id)
            .where(faces.c.id.in_(ids))
        )
        columns = ["photo_sha256", "left", "top", "right", "bottom", "first_seen", "last_seen"]
        connection.execute(insert(forgotten_boxes).from_select(columns, places))


def _drop_empty_clusters(connection: Connection) -> None:
    """Delete clusters without faces, with their centroids."""
    held = select(cluster_faces.c.cluster_id).where(cluster_faces.c.cluster_id == clusters.c.id).exists()
    connection.execute(delete(clusters).where(~held))
