"""Faces that users drew on photos: added with their name, and removed again if that is undone."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert

from recog.store.photos.embedding_rows import check_embeddings, insert_embeddings
from recog.store.photos.face_rows import box_row
from recog.store.photos.removal import delete_faces
from recog.store.records import DrawnFace
from recog.store.schema.digests import intern_network
from recog.store.schema.tables import faces, processings, thumbnails
from recog.types import NetworkInfo


class DrawnFaces:
    """Implements recog.store.people.acts.Drawing."""

    def add(self, connection: Connection, drawn: Sequence[DrawnFace], network: NetworkInfo) -> list[int]:
        """Add drawn faces with this network's embeddings, and return their numbers in the same order.

        Other networks that processed the photos have not seen these faces: they process the photos again. Embeddings
        that are not (dim,) or not of unit length are a ValueError.
        """
        if not drawn:
            return []
        check_embeddings([one.face.embedding for one in drawn], network)
        network_id = intern_network(connection, network)
        rows = [box_row(one.face) | {"photo_id": one.photo_id, "drawn": True} for one in drawn]
        added = list(connection.scalars(insert(faces).returning(faces.c.id, sort_by_parameter_order=True), rows))
        jpegs = [{"face_id": face_id, "jpeg": one.face.thumbnail} for face_id, one in zip(added, drawn, strict=True)]
        connection.execute(insert(thumbnails), jpegs)
        vectors = {face_id: one.face.embedding for face_id, one in zip(added, drawn, strict=True)}
        insert_embeddings(connection, vectors, network_id)
        theirs = processings.c.photo_id.in_([one.photo_id for one in drawn])
        connection.execute(delete(processings).where(theirs, processings.c.network_id != network_id))
        return added

    def remove(self, connection: Connection, face_ids: Iterable[int]) -> None:
        """Delete drawn faces with all that is known of them."""
        delete_faces(connection, face_ids)
