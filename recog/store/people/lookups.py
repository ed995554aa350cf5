"""Questions whose cost does not grow with the catalog: has it changed, whose are these faces, who are these people."""

from collections.abc import Hashable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy import func, select

from recog.store.part import CatalogPart
from recog.store.people.matchings import all_matched
from recog.store.people.snapshot import Moment, moment_of
from recog.store.schema.digests import network_row
from recog.store.schema.tables import assignments, people
from recog.types import Origin, Person


class Lookups(CatalogPart):
    """What a search asks of the catalog."""

    def moment(self) -> AbstractContextManager[Moment]:
        """The catalog as it is now, for several of these questions in one transaction."""
        return moment_of(self._database)

    def version(self) -> Hashable:
        """A value that is another one after anything was written, by whomever; it may change without that."""
        with self.moment() as now:
            return now.version()

    def confirmed_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Whose these faces are by a human's word: person by face; nobody's, and unknown ones, are left out."""
        with self.moment() as now:
            return now.confirmed_people(face_ids)

    def people_by_id(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """People by number, hidden ones too; unknown numbers are left out."""
        with self.moment() as now:
            return now.people_by_id(person_ids)

    def people_count(self) -> int:
        """Everybody who has a name, hidden ones too."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(people)).scalar_one()

    def confirmed_count(self) -> int:
        """Faces that a human named; the one question here that grows with them."""
        confirmed = assignments.c.origin == Origin.CONFIRMED.value
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(assignments).where(confirmed)).scalar_one()

    def matches_due(self, network_sha256: str, *, rule: str = "") -> bool:
        """Whether embeddings of this network came or went since `set_matches` named faces by it and by this rule."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            return network_id is not None and not all_matched(connection, network_id, rule)
