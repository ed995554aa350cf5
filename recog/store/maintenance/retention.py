"""How long faces are kept that nobody named: when they were first seen, and the end of their embeddings.

The face's box and thumbnail stay, so that its photo is not searched anew, and somebody may still name it.
"""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from recog.store.clusters import take_out_of_clusters
from recog.store.connection.database import Database
from recog.store.maintenance.old_pages import OldPages
from recog.store.people.facts import Facts
from recog.store.people.history import record_event
from recog.store.photos.removal import delete_embeddings, log_erasure
from recog.store.schema.encoding import chunks, now
from recog.store.schema.tables import assignments, embeddings, faces, pending_erasures, sightings


class Retention:
    """The age of faces."""

    def __init__(self, database: Database, old_pages: OldPages) -> None:
        self._database = database
        self._old_pages = old_pages

    def note(self) -> None:
        """Note that all faces of today were known by now, unless no face is new since the last note."""
        newest = select(func.max(faces.c.id)).scalar_subquery()
        noted = select(func.max(sightings.c.last_face_id)).scalar_subquery()
        with self._database.reading() as connection:
            last, known = connection.execute(select(newest, noted)).one()
        if last is not None and last > (known or 0):
            with self._database.writing() as connection:
                connection.execute(insert(sightings), [{"last_face_id": last, "at": now()}])

    def unknown_since(self, moment: datetime) -> list[int]:
        """Return the faces with an embedding and without a name that were known at this time (aware)."""
        at = moment.astimezone(UTC).isoformat(timespec="seconds")  # as the notes are written
        old = select(func.max(sightings.c.last_face_id)).where(sightings.c.at <= at).scalar_subquery()
        with self._database.reading() as connection:
            wanted = select(faces.c.id).where(faces.c.id <= old, _nameless(), _embedded()).order_by(faces.c.id)
            return list(connection.scalars(wanted))

    def expire(self, face_ids: list[int]) -> int:
        """Delete the embeddings of those of these faces that still have no name; return the number of faces.

        No byte of them is left in the database's files, as after forgetting somebody.
        """
        gone: list[int] = []
        with self._database.writing() as connection:
            for ids in chunks(face_ids):
                gone += connection.scalars(select(faces.c.id).where(faces.c.id.in_(ids), _nameless(), _embedded()))
            if not gone:
                return 0
            take_out_of_clusters(connection, gone)
            delete_embeddings(connection, gone)
            for ids in chunks(gone):
                connection.execute(update(faces).where(faces.c.id.in_(ids)).values(expired=True))
            log_erasure(connection)
            record_event(connection, "expire", {}, Facts(), Facts())
            connection.execute(insert(pending_erasures), [{"at": now()}])
        self._old_pages.overwrite()
        return len(gone)


def _nameless() -> ColumnElement[bool]:
    return ~select(assignments.c.face_id).where(assignments.c.face_id == faces.c.id).exists()


def _embedded() -> ColumnElement[bool]:
    return select(embeddings.c.id).where(embeddings.c.face_id == faces.c.id).exists()
