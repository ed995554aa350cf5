"""What users say about faces and people: facts that no job overwrites, recorded in the history, and undoable."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import Connection, Row, select, update

from recog.errors import CatalogError, UnknownNumberError
from recog.store.clusters import take_out_of_clusters
from recog.store.connection.database import Database
from recog.store.people.facts import (
    Facts,
    change,
    confirmed_among,
    facts_of_person,
    ignored_among,
    rejected_among,
)
from recog.store.people.history import act_of_event, facts_of_event, record_event
from recog.store.people.names import checked_name
from recog.store.people.people import add_person, check_free, existing_faces, person_called, person_in
from recog.store.records import DrawnFace, PastAct
from recog.store.schema.encoding import now
from recog.store.schema.tables import distinct_people, events, people
from recog.types import NetworkInfo, Person

_ACTS_ON_PEOPLE = frozenset({"rename", "hide", "unhide"})


class Drawing(Protocol):
    """Adds and removes the faces that users draw on photos (recog.store.photos.drawn)."""

    def add(self, connection: Connection, drawn: Sequence[DrawnFace], network: NetworkInfo) -> list[int]:
        """Add drawn faces with this network's embeddings, and return their numbers in the same order."""

    def remove(self, connection: Connection, face_ids: Iterable[int]) -> None:
        """Delete drawn faces with all that is known of them."""


class Acts:
    """The acts of users on the catalog. An act that changes nothing is not recorded in the history."""

    def __init__(self, database: Database, drawing: Drawing) -> None:
        self._database = database
        self._drawing = drawing

    def enrol(self, name: str, face_ids: Iterable[int]) -> tuple[Person, bool]:
        """Confirm faces as the person of that name, made if unknown; return the person and whether it was made."""
        with self._database.writing() as connection:
            person_id, made = _named(connection, name)
            _confirm(connection, "enrol", face_ids, person_id, made)
            return person_in(connection, person_id), bool(made)

    def mark(
        self, name: str, drawn: Sequence[DrawnFace], network: NetworkInfo, *, face_ids: Iterable[int] = ()
    ) -> tuple[Person, bool, list[int]]:
        """Add faces that a user drew on photos, and confirm them as the person of that name, made if unknown.

        face_ids: faces of the catalog that the same act confirms as that person. Returns the person, whether it was
        made, and the numbers of the drawn faces. Undoing the act removes them.
        """
        with self._database.writing() as connection:
            person_id, made = _named(connection, name)
            added = self._drawing.add(connection, drawn, network)
            made = replace(made, drawn=frozenset((face_id,) for face_id in added))
            _confirm(connection, "mark", [*face_ids, *added], person_id, made)
            return person_in(connection, person_id), bool(made.people), added

    def confirm(self, face_ids: Iterable[int], person_id: int) -> None:
        """Name faces: no job changes it. It overrides an earlier rejection or `ignore` of these faces."""
        with self._database.writing() as connection:
            _confirm(connection, "confirm", face_ids, person_id, Facts())

    def reject(self, face_ids: Iterable[int], person_id: int, *, kind: str = "reject") -> None:
        """Say that these faces are not this person: no job matches them with it again. kind is the name of the act."""
        with self._database.writing() as connection:
            person = person_in(connection, person_id)
            pairs = frozenset((face_id, person_id) for face_id in _checked_faces(connection, face_ids))
            wanted = [face_id for face_id, _ in pairs]
            removed = Facts(confirmed=confirmed_among(connection, wanted) & pairs)
            added = Facts(rejected=pairs - rejected_among(connection, wanted))
            _act(connection, kind, {"person": (person_id, person.name)}, removed, added)

    def ignore(self, face_ids: Iterable[int]) -> None:
        """Ignore faces: no job names or groups them, and they lose the names they had."""
        with self._database.writing() as connection:
            wanted = _checked_faces(connection, face_ids)
            new = frozenset((face_id,) for face_id in wanted) - ignored_among(connection, wanted)
            take_out_of_clusters(connection, [face_id for (face_id,) in new])
            _act(connection, "ignore", {}, Facts(confirmed=confirmed_among(connection, wanted)), Facts(ignored=new))

    def unignore(self, face_ids: Iterable[int]) -> None:
        """Let jobs name and group ignored faces again."""
        with self._database.writing() as connection:
            wanted = _checked_faces(connection, face_ids)
            _act(connection, "unignore", {}, Facts(ignored=ignored_among(connection, wanted)), Facts())

    def set_distinct(self, person_id: int, other_id: int) -> None:
        """Say that two people are not one person."""
        if person_id == other_id:
            raise CatalogError("a person cannot be distinct from itself: name two people")
        with self._database.writing() as connection:
            one, other = person_in(connection, person_id), person_in(connection, other_id)
            pair = frozenset({(min(person_id, other_id), max(person_id, other_id))})
            known = facts_of_person(connection, person_id).distinct
            roles = {"person": (one.id, one.name), "other": (other.id, other.name)}
            _act(connection, "distinct", roles, Facts(), Facts(distinct=pair - known))

    def rename(self, person_id: int, name: str) -> Person:
        """Give a person another name; the history keeps the earlier one."""
        clean = checked_name(name)
        with self._database.writing() as connection:
            before = person_in(connection, person_id)
            check_free(connection, clean, person_id)
            roles = {"before": (person_id, before.name), "after": (person_id, clean)}
            _replace(connection, "rename", roles, before, clean, hidden=before.hidden)
            return person_in(connection, person_id)

    def set_hidden(self, person_id: int, hidden: bool) -> Person:
        """Hide a person from lists, or show the person again."""
        with self._database.writing() as connection:
            before = person_in(connection, person_id)
            kind = "hide" if hidden else "unhide"
            _replace(connection, kind, {"person": (person_id, before.name)}, before, before.name, hidden=hidden)
            return person_in(connection, person_id)

    def merge(self, source_id: int, target_id: int) -> Person:
        """Merge two people: the target gets all faces of the source, whose name stays in the history.

        Rejections and distinctions of the source become the target's; a face confirmed as either is no longer
        rejected. A face that was matched with the source, but that a user rejected for the target, gets no name.
        """
        if source_id == target_id:
            raise CatalogError("a person cannot be merged into itself: name two people")
        with self._database.writing() as connection:
            source, target = person_in(connection, source_id), person_in(connection, target_id)
            theirs, known = facts_of_person(connection, source_id), facts_of_person(connection, target_id)
            confirmed = frozenset((face_id, target_id) for face_id, _ in theirs.confirmed)
            rejected = frozenset((face_id, target_id) for face_id, _ in theirs.rejected)
            refused = {face_id for face_id, _ in known.rejected}  # if matched with the source, they lose the name
            matched = frozenset(row for row in theirs.matched if row[0] not in refused)
            others = {one for pair in theirs.distinct for one in pair} - {source_id, target_id}
            distinct = frozenset((min(one, target_id), max(one, target_id)) for one in others)
            removed = Facts(
                people=frozenset({(source_id, source.name, source.hidden)}),
                confirmed=theirs.confirmed,
                matched=matched,
                rejected=theirs.rejected | (known.rejected & confirmed),
                distinct=theirs.distinct,
            )
            added = Facts(
                confirmed=confirmed,
                matched=frozenset((face_id, target_id) for face_id, _ in matched),
                rejected=rejected - known.rejected - known.confirmed,
                distinct=distinct - known.distinct,
            )
            roles = {"source": (source_id, source.name), "target": (target_id, target.name)}
            _act(connection, "merge", roles, removed, added)
            return person_in(connection, target_id)

    def history(self, *, limit: int | None = None) -> list[PastAct]:
        """Return what users did, the latest act first, undone acts included."""
        with self._database.reading() as connection:
            rows = connection.execute(select(events).order_by(events.c.id.desc()).limit(limit)).all()
        return [act_of_event(row) for row in rows]

    def undo(self) -> PastAct:
        """Take back the latest act that stands; raise CatalogError if there is none, or if it can no longer be undone.

        Of a large act, the part that can still be taken back is: faces that are gone, or that a later edit of their
        photo gave other names, are left as they are. Faces that the act drew are removed. An act whose faces were all
        erased with a person is skipped.
        """
        with self._database.writing() as connection:
            row = _last_standing(connection)
            if row is None:
                raise CatalogError(
                    "there is nothing to undo: no face or person was ever changed, or everything is undone"
                )
            act = act_of_event(row)
            added, removed = facts_of_event(row)  # swapped: this is the inverse
            _check_undoable(connection, act, removed, added)
            removed, added = _still_so(connection, removed, added)
            change(connection, removed, added)
            self._drawing.remove(connection, [face_id for (face_id,) in removed.drawn])
            connection.execute(update(events).where(events.c.id == row.id).values(undone_at=now()))
            return act_of_event(connection.execute(select(events).where(events.c.id == row.id)).one())


def _named(connection: Connection, name: str) -> tuple[int, Facts]:
    """Return the number of the person of that name, and the fact that it was made just now, if it was."""
    person_id = person_called(connection, name)
    if person_id is not None:
        return person_id, Facts()
    clean = checked_name(name)
    person_id = add_person(connection, clean)
    return person_id, Facts(people=frozenset({(person_id, clean, False)}))


def _act(connection: Connection, kind: str, roles: dict[str, tuple[int, str]], removed: Facts, added: Facts) -> None:
    change(connection, removed, added)
    if removed or added:
        record_event(connection, kind, roles, removed, added)


def _confirm(connection: Connection, kind: str, face_ids: Iterable[int], person_id: int, made: Facts) -> None:
    """Confirm faces and record it; made holds the person and the faces that were made just now."""
    person = person_in(connection, person_id)
    wanted = _checked_faces(connection, face_ids)
    pairs = frozenset((face_id, person_id) for face_id in wanted)
    known = confirmed_among(connection, wanted)
    removed = Facts(
        confirmed=known - pairs,
        rejected=rejected_among(connection, wanted) & pairs,
        ignored=ignored_among(connection, wanted),
    )
    added = Facts(confirmed=pairs - known)
    change(connection, removed, added)
    if removed or added or made:
        told = Facts(people=made.people, confirmed=added.confirmed, drawn=made.drawn)
        record_event(connection, kind, {"person": (person_id, person.name)}, removed, told)


def _replace(
    connection: Connection, kind: str, roles: dict[str, tuple[int, str]], before: Person, name: str, *, hidden: bool
) -> None:
    old = frozenset({(before.id, before.name, before.hidden)})
    new = frozenset({(before.id, name, hidden)})
    if old != new:
        _act(connection, kind, roles, Facts(people=old), Facts(people=new))


def _checked_faces(connection: Connection, face_ids: Iterable[int]) -> Sequence[int]:
    wanted = sorted({int(face_id) for face_id in face_ids})
    if missing := sorted(set(wanted) - existing_faces(connection, wanted)):
        raise UnknownNumberError(f"no face has the number {missing[0]}: index its photo again")
    return wanted


def _last_standing(connection: Connection) -> Row[Any] | None:
    """Return the latest act that stands and has not lost all its faces to a forgotten person."""
    standing = select(events).where(events.c.undone_at.is_(None)).order_by(events.c.id.desc()).limit(1)
    row = connection.execute(standing).first()
    while row is not None and row.kind not in _ACTS_ON_PEOPLE and not any(facts_of_event(row)):
        row = connection.execute(standing.where(events.c.id < row.id)).first()
    return row


def _check_undoable(connection: Connection, act: PastAct, removed: Facts, added: Facts) -> None:
    """Raise CatalogError if an act cannot be taken back; removed and added are what undoing it would do."""
    what = f"the last act ({act.kind}, {act.at})"
    if not (removed or added):
        raise CatalogError(f"{what} cannot be undone: the people or faces it was about were erased")
    there = set(connection.scalars(select(people.c.id)))
    taken_away, given = {row[0] for row in removed.people}, {row[0] for row in added.people}
    meant = {row[1] for row in (*added.confirmed, *added.rejected)} | {one for pair in added.distinct for one in pair}
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
    removed = Facts(
        people=removed.people,
        confirmed=removed.confirmed & confirmed,
        matched=removed.matched,
        rejected=removed.rejected & rejected_among(connection, face_ids),
        ignored=removed.ignored & ignored_among(connection, face_ids),
        distinct=removed.distinct & known,
        drawn=frozenset(row for row in removed.drawn if row[0] in there),
    )
    added = Facts(
        people=added.people,
        confirmed=frozenset(row for row in added.confirmed if row[0] in there - taken),
        matched=added.matched,
        rejected=frozenset(row for row in added.rejected if row[0] in there) - rejected_among(connection, face_ids),
        ignored=frozenset(row for row in added.ignored if row[0] in there) - ignored_among(connection, face_ids),
        distinct=added.distinct - known,
    )
    return removed, added
