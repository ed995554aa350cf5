"""People: who there is, and which faces are theirs."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, func, insert, select, update

from recog.errors import CatalogError, DuplicatePersonError, UnknownPersonError
from recog.store.digests import network_row
from recog.store.encoding import chunks, face_ids_of, vectors_of
from recog.store.history import record_event
from recog.store.names import checked_name, name_key, unknown_person
from recog.store.part import CatalogPart
from recog.store.records import Gallery
from recog.store.tables import assignments, embeddings, faces, people
from recog.types import Origin, Person


class People(CatalogPart):
    """The catalog's people."""

    def people(self, *, hidden: bool = False) -> list[Person]:
        """Everybody by name, ignoring case; with the hidden ones where they are asked for."""
        with self._database.reading() as connection:
            everybody = [_person_of(row) for row in connection.execute(_select_people().order_by(people.c.name_key))]
        return [person for person in everybody if hidden or not person.hidden]

    def person(self, name: str) -> Person:
        """Somebody by name, ignoring case; nobody is an UnknownPersonError that says who is called alike."""
        with self._database.reading() as connection:
            row = connection.execute(_select_people().where(people.c.name_key == name_key(name))).first()
            if row is None:
                raise unknown_person(name, connection.scalars(select(people.c.name)).all())
        return _person_of(row)

    def person_by_id(self, person_id: int) -> Person:
        """Somebody by number."""
        with self._database.reading() as connection:
            return person_in(connection, person_id)

    def add_person(self, name: str) -> Person:
        """A new person; a name that is taken, whatever its case, is a DuplicatePersonError."""
        clean = checked_name(name)
        with self._database.writing() as connection:
            _check_free(connection, clean, None)
            row = {"name": clean, "name_key": name_key(clean), "hidden": False}
            person_id = connection.execute(insert(people).values(row).returning(people.c.id)).scalar_one()
            return person_in(connection, person_id)

    def rename(self, person_id: int, name: str) -> Person:
        """Give a person another name; history keeps the one before."""
        clean = checked_name(name)
        with self._database.writing() as connection:
            before = person_in(connection, person_id)
            _check_free(connection, clean, person_id)
            named = {"name": clean, "name_key": name_key(clean)}
            connection.execute(update(people).where(people.c.id == person_id).values(named))
            record_event(connection, "rename", {"before": (person_id, before.name), "after": (person_id, clean)})
            return person_in(connection, person_id)

    def merge(self, source_id: int, target_id: int) -> Person:
        """Make one person of two: the target gets all faces of the source, whose name lives on in the history."""
        if source_id == target_id:
            raise CatalogError("a person cannot be merged into itself: name two people")
        with self._database.writing() as connection:
            source, target = person_in(connection, source_id), person_in(connection, target_id)
            theirs = select(assignments.c.face_id, assignments.c.origin).where(assignments.c.person_id == source_id)
            moved: dict[str, list[int]] = {origin.value: [] for origin in Origin}
            for face_id, origin in connection.execute(theirs.order_by(assignments.c.face_id)):
                moved[origin].append(face_id)
            connection.execute(
                update(assignments).where(assignments.c.person_id == source_id).values(person_id=target_id)
            )
            connection.execute(delete(people).where(people.c.id == source_id))
            if target.cover_face_id is None and source.cover_face_id is not None:
                cover = {"cover_face_id": source.cover_face_id}
                connection.execute(update(people).where(people.c.id == target_id).values(cover))
            roles = {"source": (source_id, source.name), "target": (target_id, target.name)}
            record_event(connection, "merge", roles, moved)
            return person_in(connection, target_id)

    def set_hidden(self, person_id: int, hidden: bool) -> Person:
        """Leave a person out of lists, or show the person again."""
        with self._database.writing() as connection:
            person_in(connection, person_id)
            connection.execute(update(people).where(people.c.id == person_id).values(hidden=hidden))
            return person_in(connection, person_id)

    def confirm(self, face_ids: Iterable[int], person_id: int) -> None:
        """A human says whose faces these are: no job changes it, only another human's word."""
        wanted = sorted({int(face_id) for face_id in face_ids})
        with self._database.writing() as connection:
            person = person_in(connection, person_id)
            if missing := sorted(set(wanted) - _existing(connection, wanted)):
                raise CatalogError(f"no face has the number {missing[0]}: index its photo again")
            _release(connection, wanted)
            rows = [
                {"face_id": face_id, "person_id": person_id, "origin": Origin.CONFIRMED.value} for face_id in wanted
            ]
            if rows:
                connection.execute(insert(assignments), rows)
            if rows:
                cover = wanted[0] if person.cover_face_id is None else person.cover_face_id
                connection.execute(update(people).where(people.c.id == person_id).values(cover_face_id=cover))

    def set_matches(self, network_sha256: str, matches: Sequence[tuple[int, int, float]]) -> int:
        """Replace all that the machine said by (face, person, squared distance); how many were written.

        Confirmed faces stay as they are, and a face or a person that is gone meanwhile is left out. A face given
        twice is a ValueError.
        """
        if len({face_id for face_id, _, _ in matches}) != len(matches):
            raise ValueError("a face is matched twice")
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            connection.execute(delete(assignments).where(assignments.c.origin == Origin.MATCHED.value))
            known = set(connection.scalars(select(people.c.id)))
            taken = set(connection.scalars(select(assignments.c.face_id)))
            open_faces = _existing(connection, [int(face_id) for face_id, _, _ in matches]) - taken
            rows = [
                {
                    "face_id": int(face_id),
                    "person_id": int(person_id),
                    "origin": Origin.MATCHED.value,
                    "network_id": network_id,
                    "squared_distance": float(squared_distance),
                }
                for face_id, person_id, squared_distance in matches
                if face_id in open_faces and person_id in known
            ]
            if rows:
                connection.execute(insert(assignments), rows)
        return len(rows)

    def gallery(self, network_sha256: str) -> Gallery:
        """The confirmed faces that have an embedding of this network, hidden people's too, by face number."""
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            statement = (
                select(embeddings.c.face_id, assignments.c.person_id, embeddings.c.vector)
                .join(assignments, assignments.c.face_id == embeddings.c.face_id)
                .where(embeddings.c.network_id == network_id, assignments.c.origin == Origin.CONFIRMED.value)
                .order_by(embeddings.c.face_id)
            )
            rows = connection.execute(statement).all()
        return Gallery(
            face_ids_of([row.face_id for row in rows]),
            face_ids_of([row.person_id for row in rows]),
            vectors_of([row.vector for row in rows], dim),
        )


def person_in(connection: Connection, person_id: int) -> Person:
    """Somebody by number, inside a transaction."""
    row = connection.execute(_select_people().where(people.c.id == person_id)).first()
    if row is None:
        raise UnknownPersonError(f"nobody has the number {person_id}: the person was merged or forgotten")
    return _person_of(row)


def _select_people() -> Select[Any]:
    def counted(origin: Origin) -> Any:
        return func.coalesce(func.sum(case((assignments.c.origin == origin.value, 1), else_=0)), 0)

    return (
        select(people, counted(Origin.CONFIRMED).label("confirmed"), counted(Origin.MATCHED).label("matched"))
        .select_from(people.outerjoin(assignments, assignments.c.person_id == people.c.id))
        .group_by(people.c.id)
    )


def _person_of(row: Row[Any]) -> Person:
    return Person(row.id, row.name, bool(row.hidden), row.cover_face_id, int(row.confirmed), int(row.matched))


def _check_free(connection: Connection, name: str, person_id: int | None) -> None:
    taken = connection.execute(select(people.c.id, people.c.name).where(people.c.name_key == name_key(name))).first()
    if taken is not None and taken.id != person_id:
        raise DuplicatePersonError(
            f"somebody is called {taken.name!r} already: choose another name, or merge the two people"
        )


def _existing(connection: Connection, face_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for ids in chunks(face_ids):
        found |= set(connection.scalars(select(faces.c.id).where(faces.c.id.in_(ids))))
    return found


def _release(connection: Connection, face_ids: Sequence[int]) -> None:
    """Take faces from whom they were assigned to; they are nobody's cover any more."""
    for ids in chunks(face_ids):
        connection.execute(update(people).where(people.c.cover_face_id.in_(ids)).values(cover_face_id=None))
        connection.execute(delete(assignments).where(assignments.c.face_id.in_(ids)))
