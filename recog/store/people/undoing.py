"""Undo an act of the history, the latest or an earlier one, unless a later act depends on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, select, update

from recog.errors import CatalogError, UnknownNumberError
from recog.store.people.author import author
from recog.store.people.facts import (
    Facts,
    births_of,
    change,
    confirmed_among,
    covers_of,
    facts_of_person,
    ignored_among,
    pairs_of,
    rejected_among,
    unshared_among,
)
from recog.store.people.history import act_of_event, facts_of_event, people_of_event
from recog.store.people.people import check_free, existing_faces
from recog.store.records import DrawnFace, PastAct
from recog.store.schema.encoding import now
from recog.store.schema.tables import distinct_people, events, people, twins
from recog.types import NetworkInfo

_ACTS_ON_PEOPLE = frozenset({"rename", "hide", "unhide"})


class Drawing(Protocol):
    """Adds and removes the faces that users draw on photos (recog.store.photos.drawn)."""

    def add(self, connection: Connection, drawn: Sequence[DrawnFace], network: NetworkInfo) -> list[int]:
        """Add drawn faces with this network's embeddings, and return their numbers in the same order."""

    def remove(self, connection: Connection, face_ids: Iterable[int]) -> None:
        """Delete drawn faces with all that is known of them."""


def undo_event(connection: Connection, act_id: int | None, *, drawing: Drawing) -> PastAct:
    """Take back an act, by default the latest one that stands; see `recog.store.people.acts.Acts.undo`."""
    row = _last_standing(connection) if act_id is None else _standing(connection, act_id)
    if row is None:
        raise CatalogError("there is nothing to undo: no face or person was ever changed, or everything is undone")
    act = act_of_event(row)
    if act_id is not None:
        _refuse_dependent(connection, act, row)
    added, removed = facts_of_event(row)  # swapped: this is the inverse
    _check_undoable(connection, act, removed, added)
    removed, added = _still_so(connection, removed, added)
    change(connection, removed, added)
    drawing.remove(connection, [face_id for (face_id,) in removed.drawn])
    connection.execute(update(events).where(events.c.id == row.id).values(undone_at=now(), undone_by=author()))
    return act_of_event(connection.execute(select(events).where(events.c.id == row.id)).one())


def _standing(connection: Connection, act_id: int) -> Row[Any]:
    row = connection.execute(select(events).where(events.c.id == act_id)).first()
    if row is None:
        raise UnknownNumberError(f"no act has the number {act_id}: it was never done, or erased with somebody")
    if row.undone_at is not None:
        raise CatalogError(f"act {act_id} was undone already, at {row.undone_at}: nothing is left to undo")
    return row


def _refuse_dependent(connection: Connection, act: PastAct, row: Row[Any]) -> None:
    """Raise CatalogError if a later act that stands changed what this act did, or speaks of a person whom it made."""
    later = select(events).where(events.c.id > row.id, events.c.undone_at.is_(None)).order_by(events.c.id.desc())
    mine = _touched(row)
    barring = [other for other in connection.execute(later) if mine.is_changed_by(_touched(other))]
    if barring:
        latest, rest = act_of_event(barring[0]), len(barring) - 1
        more = f" and {rest} more" if rest else ""
        raise CatalogError(
            f"act {act.id} ({act.kind}) cannot be undone alone, because act {latest.id} ({latest.kind}){more} changed "
            f"the same faces or people later: undo act {latest.id} first"
        )


@dataclass(frozen=True, slots=True)
class _Touched:
    """What an act changed: facts, faces whose owner they tell, and people; made and gone are people. meant: all people.

    drawn: faces that the act added. faces: all that it mentions, covers too.
    """

    pairs: frozenset[tuple[int, int]]
    owned: frozenset[int]
    distinct: frozenset[tuple[int, int]]
    twins: frozenset[tuple[int, int]]
    people: frozenset[int]
    covers: frozenset[int]
    births: frozenset[int]
    unshared: frozenset[int]
    drawn: frozenset[int]
    faces: frozenset[int]
    made: frozenset[int]
    gone: frozenset[int]
    meant: frozenset[int]

    def is_changed_by(self, later: "_Touched") -> bool:
        """Say whether undoing this act would take from a later one what it stands on."""
        return bool(
            self.owned & later.owned
            or self.pairs & later.pairs
            or self.distinct & later.distinct
            or self.twins & later.twins
            or self.people & later.people
            or self.covers & later.covers
            or self.births & later.births
            or self.unshared & later.unshared
            or self.drawn & later.faces
            or self.made & later.meant
            or later.gone & self.meant
        )


def _touched(row: Row[Any]) -> _Touched:
    removed, added = sides = facts_of_event(row)
    pairs = frozenset(pair for side in sides for pair in side.confirmed | side.rejected)
    distinct, called = removed.distinct | added.distinct, removed.twins | added.twins
    before, after = (frozenset(one[0] for one in side.people) for side in sides)
    covers = frozenset(one[0] for side in sides for one in side.covers)
    births = frozenset(one[0] for side in sides for one in side.births)
    unshared = frozenset(one[0] for side in sides for one in side.unshared)
    portraits = {face_id for side in sides for _, face_id in side.covers}
    told = {person for _, person in pairs} | {one for pair in distinct | called for one in pair}
    return _Touched(
        pairs=pairs,
        owned=frozenset(one[0] for side in sides for one in (*side.confirmed, *side.ignored, *side.drawn)),
        distinct=distinct,
        twins=called,
        people=before | after,
        covers=covers,
        births=births,
        unshared=unshared,
        drawn=frozenset(face_id for (face_id,) in added.drawn),
        faces=frozenset(removed.face_ids() | added.face_ids() | portraits),
        made=after - before,
        gone=before - after,
        meant=before | after | covers | births | unshared | told | people_of_event(row),
    )


def _last_standing(connection: Connection) -> Row[Any] | None:
    """Return the latest act that stands and has not lost all its faces to a forgotten person."""
    standing = select(events).where(events.c.undone_at.is_(None)).order_by(events.c.id.desc()).limit(1)
    row = connection.execute(standing).first()
    while row is not None and row.kind not in _ACTS_ON_PEOPLE and not any(facts_of_event(row)):
        row = connection.execute(standing.where(events.c.id < row.id)).first()
    return row


def _check_undoable(connection: Connection, act: PastAct, removed: Facts, added: Facts) -> None:
    """Raise CatalogError if an act cannot be taken back; removed and added are what undoing it would do."""
    what = f"act {act.id} ({act.kind}, {act.at})"
    if not (removed or added):
        raise CatalogError(f"{what} cannot be undone: the people or faces it was about were erased")
    there = set(connection.scalars(select(people.c.id)))
    taken_away, given = {row[0] for row in removed.people}, {row[0] for row in added.people}
    meant = {row[1] for row in (*added.confirmed, *added.rejected)} | {
        one for pair in added.distinct | added.twins for one in pair
    }
    if (taken_away | meant - (given - taken_away)) - there:
        raise CatalogError(f"{what} cannot be undone: somebody it was about was forgotten since")
    for person_id, name, _ in added.people:
        check_free(connection, name, person_id)
    for person_id, name, _ in removed.people:
        if person_id not in given and facts_of_person(connection, person_id).confirmed - removed.confirmed:
            raise CatalogError(f"{what} cannot be undone: {name} has got other faces since; forget or merge {name}")


def _still_so(connection: Connection, removed: Facts, added: Facts) -> tuple[Facts, Facts]:
    """Return the part of a change that is still possible: facts that stand to remove, faces that exist to add to."""
    face_ids = sorted(removed.face_ids() | added.face_ids())
    there = existing_faces(connection, face_ids)
    confirmed = confirmed_among(connection, face_ids)
    taken = {face_id for face_id, _ in confirmed - removed.confirmed}
    known = {(row[0], row[1]) for row in connection.execute(select(distinct_people))}
    called = pairs_of(connection, twins, {one for pair in removed.twins | added.twins for one in pair})
    covers = covers_of(connection, {one[0] for one in removed.covers | added.covers})
    births = births_of(connection, {one[0] for one in removed.births | added.births})
    unshared = unshared_among(connection, {one[0] for one in removed.unshared | added.unshared})
    covered = {person_id for person_id, _ in covers - removed.covers}
    dated = {person_id for person_id, _ in births - removed.births}
    portrayed = existing_faces(connection, [face_id for _, face_id in added.covers])
    removed = Facts(
        people=removed.people,
        confirmed=removed.confirmed & confirmed,
        matched=removed.matched,
        rejected=removed.rejected & rejected_among(connection, face_ids),
        ignored=removed.ignored & ignored_among(connection, face_ids),
        distinct=removed.distinct & known,
        covers=removed.covers & covers,
        births=removed.births & births,
        unshared=removed.unshared & unshared,
        twins=removed.twins & called,
        drawn=frozenset(row for row in removed.drawn if row[0] in there),
    )
    added = Facts(
        people=added.people,
        confirmed=frozenset(row for row in added.confirmed if row[0] in there - taken),
        matched=added.matched,
        rejected=frozenset(row for row in added.rejected if row[0] in there) - rejected_among(connection, face_ids),
        ignored=frozenset(row for row in added.ignored if row[0] in there) - ignored_among(connection, face_ids),
        distinct=added.distinct - known,
        covers=frozenset(row for row in added.covers if row[0] not in covered and row[1] in portrayed),
        births=frozenset(row for row in added.births if row[0] not in dated),
        unshared=added.unshared - unshared,
        twins=added.twins - called,
    )
    return removed, added
