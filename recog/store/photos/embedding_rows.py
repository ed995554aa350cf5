"""Check and insert embeddings: the exact bytes, and on a server the half-precision copy that it searches."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, insert

from recog.store.schema.halfvec import halfvec_texts, server_embeddings
from recog.store.schema.tables import embeddings
from recog.store.schema.vectors import vector_bytes
from recog.types import Embeddings, NetworkInfo


def check_embeddings(vectors: Sequence[Embeddings], network: NetworkInfo) -> None:
    """Raise ValueError unless each is (dim,) as this network makes them, and of unit length."""
    for vector in vectors:
        if vector.shape != (network.dim,):
            raise ValueError(f"{network.name} makes embeddings of shape ({network.dim},), not {vector.shape}")
    if vectors and not np.allclose(np.linalg.norm(np.stack(vectors), axis=1), 1.0, atol=1e-3):
        raise ValueError("an embedding is not of unit length")


def insert_embeddings(connection: Connection, vectors: Mapping[int, Embeddings], network_id: int) -> None:
    """Insert a network's embeddings, (dim,) each, by face."""
    if not vectors:
        return
    rows = [
        {"face_id": face_id, "network_id": network_id, "vector": vector_bytes(vector)}
        for face_id, vector in vectors.items()
    ]
    if connection.dialect.name != "postgresql":
        connection.execute(insert(embeddings), rows)
        return
    copies = halfvec_texts(np.stack(list(vectors.values())))
    connection.execute(
        insert(server_embeddings), [row | {"near": near} for row, near in zip(rows, copies, strict=True)]
    )
