"""Questions whose cost does not grow with the catalog: has it changed, whose are these faces, who are these people."""

from collections.abc import Hashable, Iterable
from itertools import count

from sqlalchemy import bindparam, func, select

from recog.store.encoding import chunks
from recog.store.part import CatalogPart
from recog.store.people import person_of, select_people
from recog.store.tables import assignments, people
from recog.types import Origin, Person

_CONNECTIONS = count()
_NAMED = select(assignments.c.face_id, assignments.c.person_id).where(
    assignments.c.face_id.in_(bindparam("face_ids", expanding=True)), assignments.c.origin == Origin.CONFIRMED.value
)
_PEOPLE = select_people().where(people.c.id.in_(bindparam("person_ids", expanding=True)))


class Lookups(CatalogPart):
    """What a search asks of the catalog."""

    def version(self) -> Hashable:
        """A value that is another one after anything was written, by whomever; it may change without that."""
        with self._database.reading() as connection:
            if not self._database.is_sqlite:
                return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())
            # SQLite counts other connections' commits and this one's changes, each connection for itself.
            number = connection.info.setdefault("recog_connection", next(_CONNECTIONS))
            others = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
            return number, others, connection.connection.driver_connection.total_changes  # type: ignore[union-attr]

    def confirmed_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Whose these faces are by a human's word: person by face; nobody's, and unknown ones, are left out."""
        found: dict[int, int] = {}
        with self._database.reading() as connection:
            for ids in chunks(face_ids):
                found |= {row[0]: row[1] for row in connection.execute(_NAMED, {"face_ids": ids})}
        return found

    def confirmed_count(self) -> int:
        """Faces that a human named; the one question here that grows with them."""
        confirmed = assignments.c.origin == Origin.CONFIRMED.value
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(assignments).where(confirmed)).scalar_one()

    def people_by_id(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """People by number, hidden ones too; unknown numbers are left out."""
        found: dict[int, Person] = {}
        with self._database.reading() as connection:
            for ids in chunks(dict.fromkeys(person_ids)):
                found |= {row.id: person_of(row) for row in connection.execute(_PEOPLE, {"person_ids": ids})}
        return found
