"""Delete faces and embeddings: each deletion is logged, so that indexes drop the face. There is no other way."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, literal, select

from recog.store.people.covers import give_cover
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import embeddings, faces, files, networks, people, photos, removals

ERASURE = 0
"""Logged in place of the number of a face (these start at 1): somebody was forgotten."""


def delete_embeddings(connection: Connection, face_ids: Iterable[int], network_id: int | None = None) -> None:
    """Delete the embeddings of faces, of one network or of all, and log the removals."""
    for ids in chunks(face_ids):
        gone: ColumnElement[bool] = embeddings.c.face_id.in_(ids)
        if network_id is not None:
            gone &= embeddings.c.network_id == network_id
        logged = select(embeddings.c.face_id, embeddings.c.network_id).where(gone).order_by(embeddings.c.id)
        connection.execute(insert(removals).from_select(["face_id", "network_id"], logged))
        connection.execute(delete(embeddings).where(gone))


def delete_faces(connection: Connection, face_ids: Iterable[int]) -> None:
    """Delete faces with their embeddings, thumbnails, names and places in clusters; recompute the centroids."""
    from recog.store.clusters import take_out_of_clusters

    gone = list(face_ids)
    take_out_of_clusters(connection, gone)
    for ids in chunks(gone):
        delete_embeddings(connection, ids)
        connection.execute(delete(faces).where(faces.c.id.in_(ids)))


def log_erasure(connection: Connection) -> None:
    """Log for every network that somebody was forgotten: an index that did not see this may hold the vectors."""
    connection.execute(insert(removals).from_select(["face_id", "network_id"], select(literal(ERASURE), networks.c.id)))


def delete_photos(connection: Connection, photo_ids: Iterable[int]) -> None:
    """Delete photos with their faces."""
    gone = list(photo_ids)
    theirs: list[int] = []
    for ids in chunks(gone):
        theirs += connection.scalars(select(faces.c.id).where(faces.c.photo_id.in_(ids)))
    delete_faces(connection, theirs)
    for ids in chunks(gone):
        connection.execute(delete(photos).where(photos.c.id.in_(ids)))


def delete_unshown(connection: Connection) -> int:
    """Delete photos that no file shows, present or missing, with their faces; return how many."""
    gone = connection.scalars(photos_without_file()).all()
    bare: set[int] = set()
    for ids in chunks(gone):
        covers = select(people.c.id).join(faces, faces.c.id == people.c.cover_face_id)
        bare |= set(connection.scalars(covers.where(faces.c.photo_id.in_(ids))))
    delete_photos(connection, gone)
    for person_id in bare:
        give_cover(connection, person_id)
    return len(gone)


def photos_without_file() -> Select[int]:
    """Return the statement that selects the photos that no file shows, present or missing."""
    return select(photos.c.id).outerjoin(files, files.c.photo_id == photos.c.id).where(files.c.id.is_(None))
