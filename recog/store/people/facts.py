"""Facts: what users said about faces and people. A change is a set of facts to remove and a set to add."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from recog.store.people.covers import give_cover
from recog.store.people.names import name_key
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import (
    assignments,
    births,
    chosen_covers,
    distinct_people,
    ignored_faces,
    never_shared,
    people,
    rejections,
    twins,
)
from recog.types import Origin

Pairs = frozenset[tuple[int, int]]
_NONE: Pairs = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """A set of facts. confirmed, matched and rejected are (face, person); distinct is (smaller, larger) person.

    people is (id, name, hidden). ignored and drawn are (face,). covers is (person, face), births (person, YYYY-MM-DD).
    unshared is (person,): whom no shared picture may show. twins is (smaller, larger) person, never named by a job.
    matched is no fact but a job's result: only a merge moves it. recog.store.people.acts adds and removes drawn faces.
    """

    people: frozenset[tuple[int, str, bool]] = frozenset()
    confirmed: Pairs = _NONE
    matched: Pairs = _NONE
    rejected: Pairs = _NONE
    ignored: frozenset[tuple[int]] = frozenset()
    distinct: Pairs = _NONE
    covers: Pairs = _NONE
    births: frozenset[tuple[int, str]] = frozenset()
    drawn: frozenset[tuple[int]] = frozenset()
    unshared: frozenset[tuple[int]] = frozenset()
    twins: Pairs = _NONE

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def without(self, other: Self) -> Self:
        """Return the facts that the other set does not hold."""
        return type(self)(**{one.name: getattr(self, one.name) - getattr(other, one.name) for one in fields(self)})

    def without_traces_of(self, person_ids: Collection[int], face_ids: Collection[int]) -> Self:
        """Return the facts that mention none of these people and faces."""
        return type(self)(
            people=frozenset(row for row in self.people if row[0] not in person_ids),
            ignored=frozenset(row for row in self.ignored if row[0] not in face_ids),
            covers=frozenset(row for row in self.covers if row[0] not in person_ids and row[1] not in face_ids),
            births=frozenset(row for row in self.births if row[0] not in person_ids),
            drawn=frozenset(row for row in self.drawn if row[0] not in face_ids),
            unshared=frozenset(row for row in self.unshared if row[0] not in person_ids),
            **{
                name: frozenset(
                    (face, person)
                    for face, person in getattr(self, name)
                    if face not in face_ids and person not in person_ids
                )
                for name in ("confirmed", "matched", "rejected")
            },
            **{
                name: frozenset(row for row in getattr(self, name) if not set(row) & set(person_ids))
                for name in ("distinct", "twins")
            },
        )

    def face_ids(self) -> set[int]:
        """Return every face that is mentioned."""
        return {row[0] for rows in (self.confirmed, self.rejected, self.ignored, self.drawn) for row in rows}

    def plain(self) -> dict[str, list[list[Any]]]:
        """Return plain JSON values, without the kinds that have no row."""
        return {kind: sorted(map(list, rows)) for kind, rows in asdict(self).items() if rows}

    @classmethod
    def of_plain(cls, plain: dict[str, list[list[Any]]]) -> Self:
        """Read what `plain` made."""
        return cls(**{kind: frozenset(tuple(row) for row in rows) for kind, rows in plain.items()})


def confirmed_among(connection: Connection, face_ids: Iterable[int]) -> Pairs:
    """Return the (face, person) pairs of these faces that a user confirmed."""
    return _among(connection, assignments, face_ids, assignments.c.origin == Origin.CONFIRMED.value)


def rejected_among(connection: Connection, face_ids: Iterable[int]) -> Pairs:
    """Return the (face, person) pairs of these faces that a user rejected."""
    return _among(connection, rejections, face_ids)


def ignored_among(connection: Connection, face_ids: Iterable[int]) -> frozenset[tuple[int]]:
    """Return the ignored ones of these faces."""
    found: set[int] = set()
    for ids in chunks(face_ids):
        found |= set(connection.scalars(select(ignored_faces).where(ignored_faces.c.face_id.in_(ids))))
    return frozenset((face_id,) for face_id in found)


def faces_of(connection: Connection, person_id: int) -> set[int]:
    """Return the faces of a person, confirmed or matched."""
    return set(connection.scalars(select(assignments.c.face_id).where(assignments.c.person_id == person_id)))


def covers_of(connection: Connection, person_ids: Iterable[int]) -> Pairs:
    """Return the (person, face) pairs of the covers that a user chose for these people."""
    found: set[tuple[int, int]] = set()
    for ids in chunks(person_ids):
        rows = connection.execute(select(chosen_covers).where(chosen_covers.c.person_id.in_(ids)))
        found |= {(row.person_id, row.face_id) for row in rows}
    return frozenset(found)


def births_of(connection: Connection, person_ids: Iterable[int]) -> frozenset[tuple[int, str]]:
    """Return the (person, 'YYYY-MM-DD') pairs of these people whose day of birth is known."""
    found: set[tuple[int, str]] = set()
    for ids in chunks(person_ids):
        rows = connection.execute(select(births).where(births.c.person_id.in_(ids)))
        found |= {(row.person_id, row.born) for row in rows}
    return frozenset(found)


def unshared_among(connection: Connection, person_ids: Iterable[int]) -> frozenset[tuple[int]]:
    """Return those of these people whom no shared picture may show."""
    found: set[int] = set()
    for ids in chunks(person_ids):
        found |= set(connection.scalars(select(never_shared).where(never_shared.c.person_id.in_(ids))))
    return frozenset((person_id,) for person_id in found)


def pairs_of(connection: Connection, table: Table, person_ids: Iterable[int]) -> Pairs:
    """Return the (smaller, larger) pairs of a table of pairs of people in which one of these people is."""
    found: set[tuple[int, int]] = set()
    for ids in chunks(person_ids):
        either = table.c.person_id.in_(ids) | table.c.other_id.in_(ids)
        found |= {(row.person_id, row.other_id) for row in connection.execute(select(table).where(either))}
    return frozenset(found)


def spoken_of(connection: Connection, face_ids: Collection[int]) -> set[int]:
    """Return those of these faces that have a rejection or are ignored."""
    rejected = {face_id for face_id, _ in rejected_among(connection, face_ids)}
    return rejected | {face_id for (face_id,) in ignored_among(connection, face_ids)}


def facts_of_person(connection: Connection, person_id: int) -> Facts:
    """Return all facts about a person but the name, and the faces that jobs matched with the person."""
    said: dict[str, set[tuple[int, int]]] = {origin.value: set() for origin in Origin}
    theirs = select(assignments.c.face_id, assignments.c.origin).where(assignments.c.person_id == person_id)
    for face_id, origin in connection.execute(theirs):
        said[origin].add((face_id, person_id))
    refused = select(rejections.c.face_id).where(rejections.c.person_id == person_id)
    return Facts(
        confirmed=frozenset(said[Origin.CONFIRMED]),
        matched=frozenset(said[Origin.MATCHED]),
        rejected=frozenset((face_id, person_id) for face_id in connection.scalars(refused)),
        distinct=pairs_of(connection, distinct_people, [person_id]),
        covers=covers_of(connection, [person_id]),
        births=births_of(connection, [person_id]),
        unshared=unshared_among(connection, [person_id]),
        twins=pairs_of(connection, twins, [person_id]),
    )


def change(connection: Connection, removed: Facts, added: Facts) -> None:
    """Remove facts and add others. Matches that contradict the added ones go.

    People are added before the facts about them, and removed after; a person in both sets gets the added name.
    """
    _unassign(connection, [face_id for face_id, _ in removed.confirmed], Origin.CONFIRMED)
    gone: tuple[tuple[Collection[tuple[int | str, ...]], Table], ...] = (
        (removed.rejected, rejections),
        (removed.ignored, ignored_faces),
        (removed.distinct, distinct_people),
        (removed.covers, chosen_covers),
        (removed.births, births),
        (removed.unshared, never_shared),
        (removed.twins, twins),
    )
    for rows, table in gone:
        _delete(connection, table, rows)
    before, after = {row[0] for row in removed.people}, {row[0] for row in added.people}
    for person_id, name, hidden in sorted(added.people):
        _put_person(connection, person_id, name, hidden=hidden, known=person_id in before)
    _move_matched(connection, removed.matched, added.matched)
    for person_id in before - after:
        connection.execute(delete(assignments).where(assignments.c.person_id == person_id))
        connection.execute(delete(people).where(people.c.id == person_id))
    _unassign(connection, [row[0] for row in (*added.confirmed, *added.ignored)], Origin.MATCHED)
    _unmatch(connection, added.rejected)
    _unmatch_people(connection, {person_id for pair in added.twins for person_id in pair})
    _insert(connection, assignments, added.confirmed, origin=Origin.CONFIRMED.value)
    _insert(connection, rejections, added.rejected)
    _insert(connection, ignored_faces, added.ignored)
    _insert(connection, distinct_people, added.distinct)
    _insert(connection, chosen_covers, added.covers)
    _insert(connection, births, added.births)
    _insert(connection, never_shared, added.unshared)
    _insert(connection, twins, added.twins)
    for person_id in {person_id for _, person_id in removed.confirmed | added.confirmed}:
        give_cover(connection, person_id)


def _among(connection: Connection, table: Table, face_ids: Iterable[int], *where: ColumnElement[bool]) -> Pairs:
    found: set[tuple[int, int]] = set()
    for ids in chunks(face_ids):
        statement = select(table.c.face_id, table.c.person_id).where(table.c.face_id.in_(ids), *where)
        found |= {(row[0], row[1]) for row in connection.execute(statement)}
    return frozenset(found)


def _unassign(connection: Connection, face_ids: Iterable[int], origin: Origin) -> None:
    """Remove the assignments of faces of one origin; the faces are no longer anybody's cover."""
    for ids in chunks(face_ids):
        connection.execute(update(people).where(people.c.cover_face_id.in_(ids)).values(cover_face_id=None))
        theirs = assignments.c.face_id.in_(ids) & (assignments.c.origin == origin.value)
        connection.execute(delete(assignments).where(theirs))


def _unmatch(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    for person_id, face_ids in _by_person(pairs).items():
        for ids in chunks(face_ids):
            theirs = assignments.c.face_id.in_(ids) & (assignments.c.person_id == person_id)
            matched = assignments.c.origin == Origin.MATCHED.value
            connection.execute(delete(assignments).where(theirs, matched))


def _unmatch_people(connection: Connection, person_ids: Iterable[int]) -> None:
    for ids in chunks(person_ids):
        theirs = assignments.c.person_id.in_(ids) & (assignments.c.origin == Origin.MATCHED.value)
        connection.execute(delete(assignments).where(theirs))


def _move_matched(connection: Connection, before: Pairs, after: Pairs) -> None:
    """Assign faces that are still matched with one person to another, with the same distances."""
    target_of = dict(after)
    for person_id, face_ids in _by_person(before).items():
        for target_id, moved in _by_person((face_id, target_of[face_id]) for face_id in face_ids).items():
            for ids in chunks(moved):
                theirs = assignments.c.face_id.in_(ids) & (assignments.c.person_id == person_id)
                matched = assignments.c.origin == Origin.MATCHED.value
                connection.execute(update(assignments).where(theirs, matched).values(person_id=target_id))


def _by_person(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for face_id, person_id in sorted(pairs):
        found.setdefault(person_id, []).append(face_id)
    return found


def _delete(connection: Connection, table: Table, rows: Collection[tuple[int | str, ...]]) -> None:
    if not rows:
        return
    key = and_(*(column == bindparam(f"key_{column.name}") for column in table.c))
    named = [{f"key_{column.name}": value for column, value in zip(table.c, row, strict=True)} for row in rows]
    connection.execute(delete(table).where(key), named)


def _insert(connection: Connection, table: Table, rows: Collection[tuple[int | str, ...]], **same: str) -> None:
    if rows:
        names = [column.name for column in table.c]
        connection.execute(insert(table), [{**dict(zip(names, row, strict=False)), **same} for row in sorted(rows)])


def _put_person(connection: Connection, person_id: int, name: str, *, hidden: bool, known: bool) -> None:
    named = {"name": name, "name_key": name_key(name), "hidden": hidden}
    if known:
        mine = people.c.id == person_id
        same = connection.execute(update(people).where(mine, people.c.name == name).values(hidden=hidden)).rowcount
        if not same:  # a key made by an older rule is kept as long as its name is
            connection.execute(update(people).where(mine).values(named))
        return
    # Only undoing a merge inserts a given number: that of the person who was merged.
    over = "" if connection.dialect.name == "sqlite" else "OVERRIDING SYSTEM VALUE "
    statement = f"INSERT INTO people (id, name, name_key, hidden) {over}VALUES (:id, :name, :name_key, :hidden)"
    connection.execute(text(statement), {"id": person_id, **named})
