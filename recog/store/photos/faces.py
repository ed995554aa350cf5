"""Faces, their owners and their thumbnails."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, case, func, select

from recog.quality import SURE_SCORE
from recog.store.connection.database import Database
from recog.store.embedding_records import Owners
from recog.store.photos.among import those_among
from recog.store.photos.face_rows import box_of, face_of, faces_by_id, faces_of_photos, select_faces
from recog.store.records import Among
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks
from recog.store.schema.photo_dates import day_of, has_own_date
from recog.store.schema.plain_rows import plain_numbers, plain_rows
from recog.store.schema.tables import assignments, embeddings, faces, ignored_faces, photos, thumbnails
from recog.store.schema.vectors import face_ids_of
from recog.types import Face, FaceBox, FaceIds, Origin


class Faces:
    """The catalog's faces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_ids(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """Return faces by number; unknown numbers are left out."""
        with self._database.reading() as connection:
            return faces_by_id(connection, [int(face_id) for face_id in face_ids])

    def nameless_beside(self, face_ids: Iterable[int]) -> list[int]:
        """Return the faces without a name that are on photos of these faces beside them, ascending; no ignored ones."""
        given = dict.fromkeys(int(face_id) for face_id in face_ids)
        found: set[int] = set()
        with self._database.reading() as connection:
            for ids in chunks(given):
                shown = select(faces.c.photo_id).where(faces.c.id.in_(ids))
                named, ignored = select(assignments.c.face_id), select(ignored_faces.c.face_id)
                beside = select(faces.c.id).where(faces.c.photo_id.in_(shown))
                beside = beside.where(~named.where(assignments.c.face_id == faces.c.id).exists())
                beside = beside.where(~ignored.where(ignored_faces.c.face_id == faces.c.id).exists())
                found.update(connection.scalars(beside))
        return sorted(found - given.keys())

    def owners(self) -> Owners:
        """Return photo and person of every face; in large libraries much faster than `by_ids`."""
        with self._database.reading() as connection:
            return _owners_of(plain_numbers(connection, _select_owners().order_by(faces.c.id)))

    def owners_beside(self, face_ids: Iterable[int]) -> Owners:
        """Return photo and person of every face on the photos of these faces."""
        with self._database.reading() as connection:
            found = [np.empty((5, 0), np.int64)]
            for ids in chunks(int(face_id) for face_id in face_ids):
                shown = select(faces.c.photo_id).where(faces.c.id.in_(ids))
                found.append(plain_numbers(connection, _select_owners().where(faces.c.photo_id.in_(shown))))
        columns = np.concatenate(found, axis=1)
        return _owners_of(columns[:, np.unique(columns[0], return_index=True)[1]])

    def days(self, face_ids: Iterable[int] | None = None) -> dict[int, int]:
        """Return the days on which faces, by default all, were photographed; those without a date are left out.

        A day is a proleptic ordinal, by the local time of the camera.
        """
        dated = select(faces.c.id, photos.c.taken_at).join(photos, photos.c.id == faces.c.photo_id)
        dated = dated.where(has_own_date())
        with self._database.reading() as connection:
            if face_ids is None:
                return {face_id: day_of(taken_at) for face_id, taken_at in plain_rows(connection, dated)}
            given = chunks(int(face_id) for face_id in face_ids)
            rows = (row for ids in given for row in connection.execute(dated.where(faces.c.id.in_(ids))))
            return {row.id: day_of(row.taken_at) for row in rows}

    def any_dated(self) -> bool:
        """Return whether any photo has a date of its own."""
        with self._database.reading() as connection:
            return connection.scalar(select(photos.c.id).where(has_own_date()).limit(1)) is not None

    def ids_among(self, among: Among, network_sha256: str) -> FaceIds:
        """Return the faces that a search of a network's embeddings is limited to, (n,) ascending."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            limited = those_among(connection, self._database.host, among)
            statement = select(embeddings.c.face_id).where(embeddings.c.network_id == network_id, *limited)
            return face_ids_of(connection.scalars(statement.order_by(embeddings.c.face_id)).all())

    def doubted(self) -> set[int]:
        """Return the faces that the detector was unsure of: they get no name by distance (recog.quality.doubt_of)."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(faces.c.id).where(faces.c.score < SURE_SCORE)))

    def tracks(self) -> set[int]:
        """Return the faces that are tracks of videos."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(faces.c.id).where(faces.c.first_seen.is_not(None))))

    def drawn(self) -> dict[str, list[FaceBox]]:
        """Return the faces that users drew on photos, by the digest of the photo's bytes."""
        statement = select(faces, photos.c.sha256).join(photos, photos.c.id == faces.c.photo_id).where(faces.c.drawn)
        found: dict[str, list[FaceBox]] = {}
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        for row in sorted(rows, key=lambda row: row.id):  # an order asked of SQLite would cost it the small index
            found.setdefault(row.sha256.hex(), []).append(box_of(row))
        return found

    def of_photo(self, photo_id: int) -> list[Face]:
        """Return the faces of a photo, oldest first."""
        with self._database.reading() as connection:
            return faces_of_photos(connection, [photo_id])[photo_id]

    def of_photos(self, photo_ids: Iterable[int]) -> dict[int, list[Face]]:
        """Return the faces of photos, oldest first; a photo without faces, or unknown, has an empty list."""
        with self._database.reading() as connection:
            return faces_of_photos(connection, photo_ids)

    def of_person(self, person_id: int) -> list[Face]:
        """Return the confirmed and matched faces of a person, confirmed first, oldest first."""
        statement = (
            select_faces().where(assignments.c.person_id == person_id).order_by(assignments.c.origin, faces.c.id)
        )
        with self._database.reading() as connection:
            return [face_of(row) for row in connection.execute(statement)]

    def thumbnails(self, face_ids: Iterable[int]) -> dict[int, bytes]:
        """Return small JPEGs by face; unknown faces are left out."""
        found: dict[int, bytes] = {}
        with self._database.reading() as connection:
            for ids in chunks(int(face_id) for face_id in face_ids):
                rows = connection.execute(select(thumbnails).where(thumbnails.c.face_id.in_(ids)))
                found |= {row.face_id: row.jpeg for row in rows}
        return found


def _select_owners() -> Select[tuple[int, int, int, int, int]]:
    """Select face, photo, person (-1 for nobody), whether a user confirmed it, and its scene (see Owners)."""
    return select(
        faces.c.id,
        faces.c.photo_id,
        func.coalesce(assignments.c.person_id, -1),
        case((assignments.c.origin == Origin.CONFIRMED.value, 1), else_=0),
        case((faces.c.first_seen.is_(None), faces.c.photo_id), else_=-faces.c.id),
    ).select_from(faces.outerjoin(assignments, assignments.c.face_id == faces.c.id))


def _owners_of(columns: NDArray[np.int64]) -> Owners:
    face_ids, photo_ids, person_ids, confirmed, scenes = columns
    return Owners(face_ids, photo_ids, person_ids, confirmed.astype(np.bool_), scenes)
