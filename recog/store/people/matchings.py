"""Up to which embeddings faces were named by distance, and by what rule, so that a run knows whether it has to."""

from sqlalchemy import Connection, delete, func, insert, select

from recog.store.schema.tables import embeddings, matchings, removals


def note_matched(connection: Connection, network_id: int | None, rule: str) -> None:
    """All embeddings of the network are matched by the rule now, and by no other network; None has stored nothing."""
    connection.execute(delete(matchings))
    if network_id is not None:
        last_embedding_id, last_removal_id = _last_ids(connection, network_id)
        row = {
            "network_id": network_id,
            "last_embedding_id": last_embedding_id,
            "last_removal_id": last_removal_id,
            "rule": rule,
        }
        connection.execute(insert(matchings), [row])


def all_matched(connection: Connection, network_id: int, rule: str) -> bool:
    """Whether faces were last named by this network and rule, and no embedding of the network came or went since."""
    noted = select(matchings.c.last_embedding_id, matchings.c.last_removal_id, matchings.c.rule)
    row = connection.execute(noted.where(matchings.c.network_id == network_id)).first()
    return row is not None and tuple(row) == (*_last_ids(connection, network_id), rule)


def _last_ids(connection: Connection, network_id: int) -> tuple[int, int]:
    """The last embedding, and the last removal of one; 0 where there is none. No id is given twice."""
    last, gone = (
        connection.scalar(select(func.max(table.c.id)).where(table.c.network_id == network_id))
        for table in (embeddings, removals)
    )
    return last or 0, gone or 0
