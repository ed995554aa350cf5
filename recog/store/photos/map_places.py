"""Where faces lie on the map of the library: one map for each network, kept so that a new face only joins it."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select

from recog.store.connection.database import Database
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import embeddings, map_places
from recog.store.schema.vectors import face_ids_of
from recog.types import FaceIds


class MapPlaces:
    """The catalog's map. A face that is deleted takes its place with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, network_sha256: str) -> tuple[FaceIds, NDArray[np.float64]]:
        """Return faces (n,) by number and their places (n, 2) on the map of a network, in t-SNE's own units."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            statement = select(map_places.c.face_id, map_places.c.x, map_places.c.y)
            rows = connection.execute(
                statement.where(map_places.c.network_id == network_id).order_by(map_places.c.face_id)
            ).all()
        places = np.array([(x, y) for _, x, y in rows], np.float64).reshape(-1, 2)
        return face_ids_of([row[0] for row in rows]), places

    def keep(self, face_ids: FaceIds, places: NDArray[np.float64], network_sha256: str, *, anew: bool) -> None:
        """Keep the places (n, 2) of faces; with anew, those of all other faces go. Faces that are gone are left out."""
        place_of = dict(zip(face_ids.tolist(), places.tolist(), strict=True))
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            if anew:
                connection.execute(delete(map_places).where(map_places.c.network_id == network_id))
            for ids in chunks(place_of):
                of_faces = map_places.c.face_id.in_(ids) & (map_places.c.network_id == network_id)
                connection.execute(delete(map_places).where(of_faces))
                embedded = embeddings.c.face_id.in_(ids) & (embeddings.c.network_id == network_id)
                there = connection.scalars(select(embeddings.c.face_id).where(embedded)).all()
                rows = [
                    {"face_id": one, "network_id": network_id, "x": place_of[one][0], "y": place_of[one][1]}
                    for one in there
                ]
                if rows:
                    connection.execute(insert(map_places), rows)
