"""Names that faces got by distance, and whether new embeddings or another rule call for new ones."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection, delete, func, insert, select, update

from recog.store.connection.database import Database
from recog.store.people.facts import ignored_among, rejected_among
from recog.store.people.people import existing_faces
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import assignments, embeddings, matchings, people, removals, twins
from recog.types import Origin

Seen: TypeAlias = tuple[int, int]
"""The ids of the last embedding and of the last removal."""


class Matches:
    """The names that faces got by distance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, network_sha256: str) -> Seen:
        """Return the last embedding and the last removal of a network; nobody is just storing one with a smaller id."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            return (0, 0) if network_id is None else _last_ids(connection, network_id)

    def replace(
        self,
        network_sha256: str,
        matches: Sequence[tuple[int, int, float]],
        *,
        rule: str = "",
        seen: Seen | None = None,
    ) -> int:
        """Replace all matches by (face, person, squared distance); return how many were written.

        Confirmed and ignored faces are left out, and so are pairs that a user rejected, people who have a twin, and
        faces and people that are gone. A face given twice is a ValueError. rule identifies how it was decided: any text
        that changes when the decisions may change (see `due`). seen: what the decisions are made of, by default all
        embeddings there are.
        """
        if len({face_id for face_id, _, _ in matches}) != len(matches):
            raise ValueError("a face is matched twice")
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            connection.execute(delete(assignments).where(assignments.c.origin == Origin.MATCHED.value))
            written = _put(connection, network_id, matches)
            _note_matched(connection, network_id, rule, seen)
        return written

    def last(self, network_sha256: str) -> Seen | None:
        """Return the last embedding and removal that `replace` or `extend` saw of a network; None if it named none."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            noted = select(matchings.c.last_embedding_id, matchings.c.last_removal_id)
            row = connection.execute(noted.where(matchings.c.network_id == network_id)).first()
            return None if row is None else (row.last_embedding_id, row.last_removal_id)

    def extend(
        self,
        network_sha256: str,
        face_ids: Sequence[int],
        matches: Sequence[tuple[int, int, float]],
        *,
        seen: Seen,
    ) -> int:
        """Replace the matches of these faces alone; return how many were written. See `replace`.

        The rule that is noted stays: if it was another one, the names of the other faces are still due.
        """
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            for ids in chunks(face_ids):
                theirs = assignments.c.face_id.in_(ids) & (assignments.c.origin == Origin.MATCHED.value)
                connection.execute(delete(assignments).where(theirs))
            written = _put(connection, network_id, matches)
            last_embedding_id, last_removal_id = seen
            noted = update(matchings).where(matchings.c.network_id == network_id)
            connection.execute(noted.values(last_embedding_id=last_embedding_id, last_removal_id=last_removal_id))
        return written

    def due(self, network_sha256: str, *, rule: str = "") -> bool:
        """Return whether embeddings of this network came or went since `replace` named faces by it and this rule."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            return network_id is not None and not _all_matched(connection, network_id, rule)


def _put(connection: Connection, network_id: int | None, matches: Sequence[tuple[int, int, float]]) -> int:
    """Write matches of faces that nobody has, ignored or rejected, with people who have no twin; return how many."""
    asked = {one for pair in connection.execute(select(twins.c.person_id, twins.c.other_id)) for one in pair}
    known = set(connection.scalars(select(people.c.id))) - asked
    wanted = [int(face_id) for face_id, _, _ in matches]
    taken: set[int] = set()
    for ids in chunks(wanted):
        taken |= set(connection.scalars(select(assignments.c.face_id).where(assignments.c.face_id.in_(ids))))
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
    return len(rows)


def _note_matched(connection: Connection, network_id: int | None, rule: str, seen: Seen | None) -> None:
    """Record that the embeddings of the network that were seen are matched by the rule, and none of any other network.

    network_id is None if the network has stored nothing.
    """
    connection.execute(delete(matchings))
    if network_id is not None:
        last_embedding_id, last_removal_id = seen or _last_ids(connection, network_id)
        row = {
            "network_id": network_id,
            "last_embedding_id": last_embedding_id,
            "last_removal_id": last_removal_id,
            "rule": rule,
        }
        connection.execute(insert(matchings), [row])


def _all_matched(connection: Connection, network_id: int, rule: str) -> bool:
    """Return whether faces were last matched by this network and rule, and no embedding came or went since."""
    noted = select(matchings.c.last_embedding_id, matchings.c.last_removal_id, matchings.c.rule)
    row = connection.execute(noted.where(matchings.c.network_id == network_id)).first()
    return row is not None and tuple(row) == (*_last_ids(connection, network_id), rule)


def _last_ids(connection: Connection, network_id: int) -> tuple[int, int]:
    """Return the last embedding and the last removal of the network, 0 if there is none. Ids are never reused."""
    last, gone = (
        connection.scalar(select(func.max(table.c.id)).where(table.c.network_id == network_id))
        for table in (embeddings, removals)
    )
    return last or 0, gone or 0
