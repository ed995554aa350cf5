"""Covers that users choose, days of birth, and acts that are undone out of their order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from recog.errors import CatalogError, UnknownNumberError

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.types import Person
    from tests.store.conftest import Scans

BIRTHDAY = date(1990, 5, 1)


@pytest.fixture
def face_ids(catalog: Catalog, scans: Scans) -> tuple[int, ...]:
    """Four faces of one photo, the later ones larger."""
    faces = [scans.face(40 * k, side=20.0 + 3 * k) for k in range(4)]
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *faces))
    return saved.face_ids


@pytest.fixture
def ann(catalog: Catalog, face_ids: tuple[int, ...]) -> Person:
    return catalog.acts.enrol("Ann", face_ids[:3])[0]


def covers(catalog: Catalog, name: str) -> tuple[int | None, int | None]:
    """Return the cover of a person, and the one that was chosen; each way to ask gives the same person."""
    person = catalog.people.by_name(name)
    assert catalog.people.by_ids([person.id])[person.id] == person
    with catalog.snapshot() as snapshot:
        assert snapshot.people_by_id([person.id])[person.id] == person
    return person.cover_face_id, person.chosen_cover_face_id


def test_the_best_face_is_the_cover_until_one_is_chosen(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    assert covers(catalog, "Ann") == (face_ids[2], None)
    assert catalog.acts.set_cover(ann.id, face_ids[0]).cover_face_id == face_ids[0]
    assert covers(catalog, "Ann") == (face_ids[0], face_ids[0])
    catalog.acts.set_cover(ann.id, face_ids[0])
    assert [(act.kind, act.face_ids) for act in catalog.acts.history(limit=2)] == [
        ("cover", (face_ids[0],)),
        ("enrol", face_ids[:3]),
    ]
    catalog.acts.set_cover(ann.id, None)
    assert covers(catalog, "Ann") == (face_ids[2], None)
    catalog.acts.undo()
    assert covers(catalog, "Ann") == (face_ids[0], face_ids[0])


def test_a_cover_that_goes_to_somebody_else_comes_back_with_its_face(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    catalog.acts.set_cover(ann.id, face_ids[1])
    catalog.acts.enrol("Bob", [face_ids[1]])
    assert covers(catalog, "Ann") == (face_ids[2], face_ids[1])
    catalog.acts.confirm([face_ids[1]], ann.id)
    assert covers(catalog, "Ann") == (face_ids[1], face_ids[1])


def test_a_cover_that_nobody_chose_is_replaced_when_its_face_goes(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    catalog.acts.enrol("Bob", [face_ids[2]])
    assert covers(catalog, "Ann") == (face_ids[1], None)
    catalog.acts.ignore([face_ids[1]])
    assert covers(catalog, "Ann") == (face_ids[0], None)
    catalog.acts.reject([face_ids[0]], ann.id)
    assert covers(catalog, "Ann") == (None, None)


def test_a_face_by_distance_may_be_chosen_and_a_strangers_may_not(
    catalog: Catalog, scans: Scans, ann: Person, face_ids: tuple[int, ...]
) -> None:
    with pytest.raises(CatalogError, match=f"face {face_ids[3]} is not Ann's: confirm it first"):
        catalog.acts.set_cover(ann.id, face_ids[3])
    with pytest.raises(UnknownNumberError, match="number 99"):
        catalog.acts.set_cover(ann.id, 99)
    catalog.matches.replace(scans.network.sha256, [(face_ids[3], ann.id, 0.1)])
    catalog.acts.set_cover(ann.id, face_ids[3])
    assert covers(catalog, "Ann") == (face_ids[3], face_ids[3])
    catalog.matches.replace(scans.network.sha256, [])
    assert covers(catalog, "Ann") == (face_ids[2], face_ids[3])


def test_a_merge_gives_cover_and_birth_to_whom_lacks_them_and_an_undo_takes_them_back(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    bob = catalog.acts.enrol("Bob", [face_ids[3]])[0]
    catalog.acts.set_born(ann.id, BIRTHDAY)
    catalog.acts.set_cover(ann.id, face_ids[0])
    merged = catalog.acts.merge(ann.id, bob.id)
    assert (merged.cover_face_id, merged.born) == (face_ids[0], BIRTHDAY)
    catalog.acts.undo()
    assert (covers(catalog, "Bob"), catalog.people.by_name("Bob").born) == ((face_ids[3], None), None)
    assert (covers(catalog, "Ann"), catalog.people.by_name("Ann").born) == ((face_ids[0],) * 2, BIRTHDAY)
    catalog.acts.set_born(bob.id, date(1991, 1, 1))
    assert catalog.acts.merge(ann.id, bob.id).born == date(1991, 1, 1)


def test_the_history_tells_a_day_of_birth_and_takes_it_back(catalog: Catalog, ann: Person) -> None:
    catalog.acts.set_born(ann.id, BIRTHDAY)
    catalog.acts.set_born(ann.id, BIRTHDAY)
    assert [(act.kind, act.born) for act in catalog.acts.history(limit=2)] == [("born", "1990-05-01"), ("enrol", None)]
    catalog.acts.set_born(ann.id, None)
    assert catalog.acts.history(limit=1)[0].born is None
    assert catalog.people.by_name("Ann").born is None
    catalog.acts.undo()
    assert catalog.people.by_name("Ann").born == BIRTHDAY


def test_nothing_is_left_of_cover_and_birth_of_somebody_forgotten(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    bob = catalog.acts.enrol("Bob", [face_ids[3]])[0]
    catalog.acts.set_cover(bob.id, face_ids[3])
    catalog.acts.set_born(ann.id, BIRTHDAY)
    catalog.acts.set_cover(ann.id, face_ids[0])
    catalog.acts.confirm([face_ids[0]], bob.id)
    catalog.acts.set_cover(bob.id, face_ids[0])
    catalog.acts.confirm([face_ids[0]], ann.id)
    catalog.erasure.forget(ann.id)
    assert covers(catalog, "Bob") == (face_ids[3], None)
    assert {act.kind for act in catalog.acts.history()} == {"enrol", "cover", "confirm"}
    assert not [act for act in catalog.acts.history() if face_ids[0] in act.face_ids]


def numbers(catalog: Catalog) -> dict[str, int]:
    return {act.kind: act.id for act in catalog.acts.history()}


def test_an_earlier_act_is_undone_while_no_later_one_builds_on_it(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...]
) -> None:
    catalog.acts.ignore([face_ids[3]])
    catalog.acts.set_born(ann.id, BIRTHDAY)
    undone = catalog.acts.undo(numbers(catalog)["ignore"])
    assert (undone.kind, undone.undone_at is not None) == ("ignore", True)
    assert catalog.people.ignored_faces() == set()
    assert catalog.people.by_name("Ann").born == BIRTHDAY
    with pytest.raises(CatalogError, match=f"act {undone.id} was undone already"):
        catalog.acts.undo(undone.id)
    with pytest.raises(UnknownNumberError, match="no act has the number 99"):
        catalog.acts.undo(99)


@pytest.mark.parametrize("later", ["confirm", "rename", "born", "cover", "merge", "distinct"])
def test_an_act_that_a_later_one_builds_on_stays_and_the_sentence_names_that_one(
    catalog: Catalog, ann: Person, face_ids: tuple[int, ...], later: str
) -> None:
    """Undoing that Ann was enrolled takes her away, and whatever was said of her since."""
    bob = catalog.acts.enrol("Bob", [face_ids[3]])[0]
    made = next(act.id for act in catalog.acts.history() if act.people == {"person": "Ann"})
    match later:
        case "confirm":
            catalog.acts.confirm([face_ids[0]], bob.id)
        case "rename":
            catalog.acts.rename(ann.id, "Anna")
        case "born":
            catalog.acts.set_born(ann.id, BIRTHDAY)
        case "cover":
            catalog.acts.set_cover(ann.id, face_ids[0])
        case "merge":
            catalog.acts.merge(ann.id, bob.id)
        case "distinct":
            catalog.acts.set_distinct(ann.id, bob.id)
    latest = catalog.acts.history(limit=1)[0]
    with pytest.raises(CatalogError, match=rf"act {latest.id} \({later}\) changed .* undo act {latest.id} first"):
        catalog.acts.undo(made)
    catalog.acts.undo(latest.id)
    catalog.acts.undo(made)
    assert [person.name for person in catalog.people.all()] == ["Bob"]


def test_a_name_is_not_taken_back_from_under_a_later_act_on_the_person(catalog: Catalog, ann: Person) -> None:
    catalog.acts.rename(ann.id, "Anna")
    catalog.acts.set_hidden(ann.id, hidden=True)
    with pytest.raises(CatalogError, match="hide"):
        catalog.acts.undo(numbers(catalog)["rename"])
    catalog.acts.undo()
    catalog.acts.undo(numbers(catalog)["rename"])
    assert [person.name for person in catalog.people.all()] == ["Ann"]


def test_several_later_acts_are_counted(catalog: Catalog, ann: Person, face_ids: tuple[int, ...]) -> None:
    catalog.acts.ignore([face_ids[3]])
    catalog.acts.confirm([face_ids[3]], ann.id)
    catalog.acts.reject([face_ids[3]], ann.id)
    with pytest.raises(CatalogError, match="and 1 more changed"):
        catalog.acts.undo(numbers(catalog)["ignore"])


def test_a_page_of_the_history_goes_on_before_an_act(catalog: Catalog, ann: Person) -> None:
    for day in (1, 2, 3):
        catalog.acts.set_born(ann.id, date(2000, 1, day))
    newest = catalog.acts.history(limit=2)
    assert [act.born for act in newest] == ["2000-01-03", "2000-01-02"]
    assert [act.born for act in catalog.acts.history(limit=2, before=newest[-1].id)] == ["2000-01-01", None]
