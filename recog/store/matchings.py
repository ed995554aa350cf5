"""Up to which embeddings faces were named by distance, so that a run knows whether it has to."""

from sqlalchemy import Connection, delete, func, insert, select

from recog.store.tables import embeddings, matchings, removals


def note_matched(connection: Connection, network_id: int | None) -> None:
    """All embeddings of the network are matched now, and by no other network; None is one that has stored nothing."""
    connection.execute(delete(matchings))
    if network_id is not None:
        last_embedding_id, last_removal_id = _last_ids(connection, network_id)
        row = {
            "network_id": network_id,
            "last_embedding_id": last_embedding_id,
            "last_removal_id": last_removal_id,
        }
        connection.execute(insert(matchings), [row])


def all_matched(connection: Connection, network_id: int) -> bool:
    """Whether no embedding of the network came or went since faces were last named by distance, and by this network."""
    noted = select(matchings.c.last_embedding_id, matchings.c.last_removal_id)
    row = connection.execute(noted.where(matchings.c.network_id == network_id)).first()
    return row is not None and tuple(row) == _last_ids(connection, network_id)


def _last_ids(connection: Connection, network_id: int) -> tuple[int, int]:
    """The last embedding, and the last removal of one; 0 where there is none. No id is given twice."""
    last, gone = (
        connection.scalar(select(func.max(table.c.id)).where(table.c.network_id == network_id))
        for table in (embeddings, removals)
    )
    return last or 0, gone or 0
