"""Photos in the order in which they were taken, the newest first, by folder, faces, person, and by a query.

Only photos of which a file is present are listed. Photos without a date come last. The clock is that of the camera: the
order ignores time zones, as albums do.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from recog.store.connection.database import Database
from recog.store.photos.fitting import fits as fits_query
from recog.store.photos.photos import photo_of
from recog.store.photos.volumes import volumes_of
from recog.store.records import PhotoFilter, PhotoShape, WithFaces
from recog.store.schema.encoding import path_from_bytes
from recog.store.schema.photo_dates import has_own_date
from recog.store.schema.plain_rows import plain_rows
from recog.store.schema.tables import assignments, faces, files, photos
from recog.types import Photo


class Timeline:
    """The catalog's photos by date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def months(self, wanted: PhotoFilter) -> list[tuple[str | None, int]]:
        """Return (month, number of photos) in the order of the timeline; a month is 'YYYY-MM', None without a date."""
        month = func.substr(photos.c.taken_at, 1, 7)
        with self._database.reading() as connection:
            statement = select(month, func.count()).where(self._fits(connection, wanted)).group_by(month)
            found = {row[0]: int(row[1]) for row in connection.execute(statement)}
        dated = sorted((month for month in found if month is not None), reverse=True)
        return [(month, found[month]) for month in (*dated, None) if month in found]

    def page(self, wanted: PhotoFilter, *, start: int, limit: int) -> list[tuple[Photo, int]]:
        """Return photos from place `start` of the timeline on, at most `limit`, each with its number of faces."""
        shown = select(func.count()).where(faces.c.photo_id == photos.c.id).scalar_subquery().label("shown")
        with self._database.reading() as connection:
            fitting = select(photos.c.id).where(self._fits(connection, wanted))
            ids = _in_order(fitting).offset(start).limit(limit).subquery()
            statement = _in_order(select(photos, shown).join(ids, ids.c.id == photos.c.id))
            return [(photo_of(row), int(row.shown)) for row in connection.execute(statement)]

    def shapes(self, wanted: PhotoFilter) -> list[PhotoShape]:
        """Return (number, width, height, date or None) of every photo, in the order of the timeline."""
        columns = select(photos.c.id, photos.c.width, photos.c.height, func.substr(photos.c.taken_at, 1, 10))
        with self._database.reading() as connection:
            return plain_rows(connection, _in_order(columns.where(self._fits(connection, wanted))))

    def own_days(self) -> dict[int, str]:
        """Return the day, 'YYYY-MM-DD', of every photo that has a date of its own: not that of its file's change."""
        day = func.substr(photos.c.taken_at, 1, 10)
        statement = select(photos.c.id, day).where(has_own_date())
        with self._database.reading() as connection:
            return dict(plain_rows(connection, statement))

    def around(self, photo: Photo, wanted: PhotoFilter, *, each: int) -> tuple[list[int], list[int]]:
        """Return the numbers of at most `each` photos before a photo in the timeline, and of those after it.

        The nearest come first. The photo itself need not fit the filter.
        """
        place = select(photos.c.taken_at).where(photos.c.id == photo.id)
        with self._database.reading() as connection:
            date = connection.scalar(place)
            fits = self._fits(connection, wanted)
            before = connection.scalars(_nearest(fits, _is_before(date, photo.id), newest=False).limit(each))
            after = connection.scalars(_nearest(fits, _is_after(date, photo.id), newest=True).limit(each))
            return list(before), list(after)

    def folders(self) -> dict[Path, int]:
        """Return every folder that directly holds a present file, by path, with the number of these files."""
        statement = select(files.c.volume_id, files.c.path).where(~files.c.missing)
        with self._database.reading() as connection:
            volumes = volumes_of(connection, self._database.host)
            rows = plain_rows(connection, statement)
        found = Counter((volume_id, path.rpartition(b"/")[0]) for volume_id, path in rows)
        shown: Counter[bytes] = Counter()
        for (volume_id, folder), number in found.items():
            shown[volumes.local(volume_id, folder)] += number
        return {path_from_bytes(folder or b"/"): number for folder, number in sorted(shown.items())}

    def _fits(self, connection: Connection, wanted: PhotoFilter) -> ColumnElement[bool]:
        shown = select(files.c.photo_id).where(~files.c.missing)
        volumes = volumes_of(connection, self._database.host)
        if wanted.folder is not None:
            shown = shown.where(volumes.shown_below(files, wanted.folder))
        fits: ColumnElement[bool] = photos.c.id.in_(shown)
        match wanted.faces:
            case WithFaces.WITH:
                fits &= photos.c.id.in_(select(faces.c.photo_id))
            case WithFaces.WITHOUT:
                fits &= photos.c.id.not_in(select(faces.c.photo_id))
        if wanted.person_id is not None:
            theirs = select(faces.c.photo_id).join(assignments, assignments.c.face_id == faces.c.id)
            fits &= photos.c.id.in_(theirs.where(assignments.c.person_id == wanted.person_id))
        if wanted.query is not None:
            fits &= fits_query(wanted.query.condition, volumes)
        return fits


def _in_order(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(photos.c.taken_at.desc().nulls_last(), photos.c.id.desc())


def _nearest(fits: ColumnElement[bool], where: ColumnElement[bool], *, newest: bool) -> Select[Any]:
    found = select(photos.c.id).where(where, fits)
    if newest:
        return _in_order(found)
    return found.order_by(photos.c.taken_at.asc().nulls_first(), photos.c.id.asc())


def _is_before(date: str | None, photo_id: int) -> ColumnElement[bool]:
    taken = photos.c.taken_at
    if date is None:
        return or_(taken.is_not(None), photos.c.id > photo_id)
    return or_(taken > date, and_(taken == date, photos.c.id > photo_id))


def _is_after(date: str | None, photo_id: int) -> ColumnElement[bool]:
    taken = photos.c.taken_at
    if date is None:
        return and_(taken.is_(None), photos.c.id < photo_id)
    return or_(taken < date, and_(taken == date, photos.c.id < photo_id), taken.is_(None))
