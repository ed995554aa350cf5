"""SQL conditions for the faces that a search is limited to."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, select

from recog.quality import SURE_SCORE
from recog.store.photos.volumes import volumes_of
from recog.store.records import Among
from recog.store.schema.tables import assignments, embeddings, faces, files, photos
from recog.types import DateSource, Origin


def those_among(connection: Connection, host: str, among: Among | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on rows of `embeddings`, as a machine sees the folders; None is every face."""
    if among is None:
        return
    if among.person_id is not None:
        theirs = select(assignments.c.face_id).where(assignments.c.person_id == among.person_id)
        yield embeddings.c.face_id.in_(theirs)
    if among.lending:
        lent = select(assignments.c.face_id).join(faces, faces.c.id == assignments.c.face_id)
        lent = lent.where(assignments.c.origin == Origin.CONFIRMED.value, faces.c.score >= SURE_SCORE)
        yield embeddings.c.face_id.in_(lent)
    if among.folder is not None:
        shown = select(faces.c.id).join(files, files.c.photo_id == faces.c.photo_id)
        yield embeddings.c.face_id.in_(shown.where(volumes_of(connection, host).shown_below(files, among.folder)))
    if among.since is not None or among.until is not None:
        taken = select(faces.c.id).join(photos, photos.c.id == faces.c.photo_id)
        taken = taken.where(photos.c.taken_from.is_distinct_from(DateSource.FILE_TIME.value))
        # ISO 8601 text: its first ten characters are the local day.
        if among.since is not None:
            taken = taken.where(photos.c.taken_at >= among.since.isoformat())
        if among.until is not None:
            taken = taken.where(photos.c.taken_at < (among.until + timedelta(days=1)).isoformat())
        yield embeddings.c.face_id.in_(taken)
