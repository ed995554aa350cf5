"""Names that faces got by distance, and whether new embeddings or another rule call for new ones."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from recog.store.connection.database import Database
from recog.store.people.facts import ignored_among, rejected_among
from recog.store.people.people import existing_faces
from recog.store.schema.digests import network_row
from recog.store.schema.tables import assignments, embeddings, matchings, people, removals
from recog.types import Origin


class Matches:
    """The names that faces got by distance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, network_sha256: str, matches: Sequence[tuple[int, int, float]], *, rule: str = "") -> int:
        """Replace all that the machine said by (face, person, squared distance); how many were written.

        What humans said stays: confirmed, rejected and ignored faces are not matched against it. A face or a person
        that is gone meanwhile is left out. A face given twice is a ValueError. rule: by what it was decided, in any
        words that are others where it would be decided otherwise; see `due`.
        """
        if len({face_id for face_id, _, _ in matches}) != len(matches):
            raise ValueError("a face is matched twice")
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            connection.execute(delete(assignments).where(assignments.c.origin == Origin.MATCHED.value))
            known = set(connection.scalars(select(people.c.id)))
            taken = set(connection.scalars(select(assignments.c.face_id)))
            wanted = [int(face_id) for face_id, _, _ in matches]
            ignored = {face_id for (face_id,) in ignored_among(connection, wanted)}
            open_faces = existing_faces(connection, wanted) - taken - ignored
            rejected = rejected_among(connection, wanted)
            rows = [
                {
                    "face_id": int(face_id),
                    "person_id": int(person_id),
                    "origin": Origin.MATCHED.value,
                    "network_id": network_id,
                    "squared_distance": float(squared_distance),
                }
                for face_id, person_id, squared_distance in matches
                if face_id in open_faces and person_id in known and (face_id, person_id) not in rejected
            ]
            if rows:
                connection.execute(insert(assignments), rows)
            _note_matched(connection, network_id, rule)
        return len(rows)

    def due(self, network_sha256: str, *, rule: str = "") -> bool:
        """Return whether embeddings of this network came or went since `replace` named faces by it and this rule."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            return network_id is not None and not _all_matched(connection, network_id, rule)


def _note_matched(connection: Connection, network_id: int | None, rule: str) -> None:
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


def _all_matched(connection: Connection, network_id: int, rule: str) -> bool:
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
