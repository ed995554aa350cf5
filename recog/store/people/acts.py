"""What users say about faces and people: facts that no job overwrites, recorded in the history, and undoable."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, select

from recog.errors import CatalogError, UnknownNumberError
from recog.store.clusters import take_out_of_clusters
from recog.store.connection.database import Database
from recog.store.people.facts import (
    Facts,
    Pairs,
    births_of,
    change,
    confirmed_among,
    covers_of,
    faces_of,
    facts_of_person,
    ignored_among,
    pairs_of,
    rejected_among,
    unshared_among,
)
from recog.store.people.history import act_of_event, record_event
from recog.store.people.names import checked_name
from recog.store.people.people import add_person, check_free, existing_faces, person_called, person_in
from recog.store.people.undoing import Drawing, undo_event
from recog.store.people.withholding import withhold_merged
from recog.store.records import DrawnFace, PastAct
from recog.store.schema.tables import events, twins
from recog.types import NetworkInfo, Person


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

    def set_twins(self, person_id: int, other_id: int, *, alike: bool) -> None:
        """Say whether two people are twins, or so alike that no job may name a face as either."""
        if person_id == other_id:
            raise CatalogError("a person cannot be their own twin: name two people")
        with self._database.writing() as connection:
            one, other = person_in(connection, person_id), person_in(connection, other_id)
            pair = frozenset({(min(person_id, other_id), max(person_id, other_id))})
            before = pairs_of(connection, twins, [person_id]) & pair
            after = pair if alike else frozenset()
            roles = {"person": (one.id, one.name), "other": (other.id, other.name)}
            kind = "twins" if alike else "not-twins"
            _act(connection, kind, roles, Facts(twins=before - after), Facts(twins=after - before))

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

    def set_cover(self, person_id: int, face_id: int | None) -> Person:
        """Choose the face that stands for a person, one of the person's; None lets recog choose again."""
        with self._database.writing() as connection:
            person = person_in(connection, person_id)
            if face_id is not None:
                _checked_faces(connection, [face_id])
                if face_id not in faces_of(connection, person_id):
                    raise CatalogError(f"face {face_id} is not {person.name}'s: confirm it first")
            before = covers_of(connection, [person_id])
            after = frozenset() if face_id is None else frozenset({(person_id, face_id)})
            _act(
                connection,
                "cover",
                {"person": (person_id, person.name)},
                Facts(covers=before - after),
                Facts(covers=after - before),
            )
            return person_in(connection, person_id)

    def set_born(self, person_id: int, born: date | None) -> Person:
        """Say on which day a person was born; None if that is not known."""
        with self._database.writing() as connection:
            person = person_in(connection, person_id)
            before = births_of(connection, [person_id])
            after = frozenset() if born is None else frozenset({(person_id, born.isoformat())})
            _act(
                connection,
                "born",
                {"person": (person_id, person.name)},
                Facts(births=before - after),
                Facts(births=after - before),
            )
            return person_in(connection, person_id)

    def set_shareable(self, person_id: int, *, shareable: bool) -> Person:
        """Say whether shared pictures may show a person."""
        with self._database.writing() as connection:
            person = person_in(connection, person_id)
            before = unshared_among(connection, [person_id])
            after = frozenset() if shareable else frozenset({(person_id,)})
            kind = "allow-share" if shareable else "never-share"
            roles = {"person": (person_id, person.name)}
            _act(connection, kind, roles, Facts(unshared=before - after), Facts(unshared=after - before))
            return person

    def merge(self, source_id: int, target_id: int) -> Person:
        """Merge two people: the target gets all faces of the source, whose name stays in the history.

        Rejections, distinctions and twins of the source become the target's; a face confirmed as either is no longer
        rejected. A face that was matched with the source gets no name if a user rejected it for the target, or if the
        target has a twin. A chosen cover and a day of birth become the target's if it has none. If either may never be
        shared, nor may the target.
        """
        if source_id == target_id:
            raise CatalogError("a person cannot be merged into itself: name two people")
        with self._database.writing() as connection:
            source, target = person_in(connection, source_id), person_in(connection, target_id)
            theirs, known = facts_of_person(connection, source_id), facts_of_person(connection, target_id)
            confirmed = frozenset((face_id, target_id) for face_id, _ in theirs.confirmed)
            rejected = frozenset((face_id, target_id) for face_id, _ in theirs.rejected)
            refused = {face_id for face_id, _ in known.rejected}  # if matched with the source, they lose the name
            matched = frozenset(row for row in theirs.matched if row[0] not in refused and not known.twins)
            distinct = _taken_over(theirs.distinct, source_id, target_id)
            removed = Facts(
                people=frozenset({(source_id, source.name, source.hidden)}),
                confirmed=theirs.confirmed,
                matched=matched,
                rejected=theirs.rejected | (known.rejected & confirmed),
                distinct=theirs.distinct,
                covers=theirs.covers,
                births=theirs.births,
                unshared=theirs.unshared,
                twins=theirs.twins,
            )
            added = Facts(
                confirmed=confirmed,
                matched=frozenset((face_id, target_id) for face_id, _ in matched),
                rejected=rejected - known.rejected - known.confirmed,
                distinct=distinct - known.distinct,
                covers=frozenset() if known.covers else frozenset((target_id, one) for _, one in theirs.covers),
                births=frozenset() if known.births else frozenset((target_id, day) for _, day in theirs.births),
                unshared=frozenset((target_id,) for _ in theirs.unshared) - known.unshared,
                twins=_taken_over(theirs.twins, source_id, target_id) - known.twins,
            )
            roles = {"source": (source_id, source.name), "target": (target_id, target.name)}
            _act(connection, "merge", roles, removed, added)
            withhold_merged(connection, source_id, target_id)
            return person_in(connection, target_id)

    def history(self, *, limit: int | None = None, before: int | None = None) -> list[PastAct]:
        """Return what users did, the latest act first, undone acts included; with `before`, acts before that number."""
        acts = select(events).order_by(events.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(acts if before is None else acts.where(events.c.id < before)).all()
        return [act_of_event(row) for row in rows]

    def undo(self, act: int | None = None) -> PastAct:
        """Take back an act by number, or the latest that stands; raise CatalogError if it can no longer be undone.

        An act that a later standing one builds on cannot: the error names that act. Of a large act, the part that can
        still be taken back is: faces that are gone, or that a later edit of their photo gave other names, are left as
        they are. Faces that the act drew are removed. Without a number, an act whose faces were all erased with a
        person is skipped.
        """
        with self._database.writing() as connection:
            return undo_event(connection, act, drawing=self._drawing)


def _named(connection: Connection, name: str) -> tuple[int, Facts]:
    """Return the number of the person of that name, and the fact that it was made just now, if it was."""
    person_id = person_called(connection, name)
    if person_id is not None:
        return person_id, Facts()
    clean = checked_name(name)
    person_id = add_person(connection, clean)
    return person_id, Facts(people=frozenset({(person_id, clean, False)}))


def _taken_over(pairs: Pairs, source_id: int, target_id: int) -> Pairs:
    """Return the pairs of one person as pairs of another; that of the two goes."""
    others = {one for pair in pairs for one in pair} - {source_id, target_id}
    return frozenset((min(one, target_id), max(one, target_id)) for one in others)


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
