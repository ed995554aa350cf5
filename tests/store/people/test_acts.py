"""Acts of humans: facts that jobs keep, told in the history, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recog.errors import CatalogError, DuplicatePersonError
from recog.types import Cluster, Origin
from tests.store.seen import clusters_of

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from recog.types import Person
    from tests.store.conftest import Scans


def facts(catalog: Catalog) -> tuple[object, ...]:
    """All that humans said, without who covers whom."""
    people = {person.id: (person.name, person.hidden) for person in catalog.people.all(hidden=True)}
    confirmed = {face.id for one in people for face in catalog.faces.of_person(one) if face.origin == Origin.CONFIRMED}
    owners = {face.id: face.person_id for face in catalog.faces.by_ids(confirmed).values()}
    return people, owners, catalog.people.rejections(), catalog.people.ignored_faces(), catalog.people.distinct_pairs()


@pytest.fixture
def face_ids(catalog: Catalog, scans: Scans) -> tuple[int, ...]:
    """Four faces of one photo."""
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4))))
    return saved.face_ids


@pytest.fixture
def ann(catalog: Catalog) -> Person:
    return catalog.people.add("Ann")


@pytest.fixture
def bob(catalog: Catalog) -> Person:
    return catalog.people.add("Bob")


def test_a_rejected_face_is_never_matched_with_that_person_again(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, *_ = face_ids
    catalog.acts.confirm([one], ann.id)
    catalog.matches.replace(scans.network.sha256, [(two, ann.id, 0.1)])
    catalog.acts.reject([one, two], ann.id)
    assert catalog.faces.of_person(ann.id) == []
    assert catalog.people.rejections() == {one: {ann.id}, two: {ann.id}}
    assert catalog.matches.replace(scans.network.sha256, [(one, ann.id, 0.1), (two, bob.id, 0.2)]) == 1
    assert [face.id for face in catalog.faces.of_person(bob.id)] == [two]
    assert catalog.people.by_name("Ann").cover_face_id is None


def test_a_rejection_of_one_person_leaves_anothers_name_alone(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    catalog.acts.confirm(face_ids[:1], bob.id)
    catalog.acts.reject(face_ids[:1], ann.id)
    assert catalog.people.by_name("Bob").confirmed == 1


def test_the_latest_word_of_a_human_counts(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, *_ = face_ids
    catalog.acts.reject([one], ann.id)
    catalog.acts.reject([one], bob.id)
    catalog.acts.ignore([two])
    catalog.acts.confirm([one, two], ann.id)
    assert catalog.people.rejections() == {one: {bob.id}}
    assert catalog.people.ignored_faces() == set()
    catalog.acts.ignore([one])
    assert (catalog.people.ignored_faces(), catalog.people.by_name("Ann").confirmed) == ({one}, 1)


def test_an_ignored_face_is_named_by_no_job_and_leaves_its_cluster(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person
) -> None:
    one, two, three, _ = face_ids
    digest = scans.network.sha256
    catalog.matches.replace(digest, [(one, ann.id, 0.1)])
    catalog.clusters.save(digest, "identity", {}, [Cluster((one, two, three), scans.vector())])
    catalog.acts.ignore([one])
    assert catalog.matches.replace(digest, [(one, ann.id, 0.1)]) == 0
    assert catalog.faces.by_ids([one])[one].person_id is None
    assert [cluster.face_ids for cluster in clusters_of(catalog, digest)] == [(two, three)]
    catalog.acts.unignore([one])
    assert catalog.matches.replace(digest, [(one, ann.id, 0.1)]) == 1


def test_facts_outlive_scans_that_find_the_faces_again_or_not(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person
) -> None:
    one, two, *_ = face_ids
    catalog.acts.reject([one], ann.id)
    catalog.acts.ignore([two])
    before = facts(catalog)
    (again,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(2), scans.face(42), scans.face(81)))
    assert again.face_ids[:2] == (one, two)
    scans.save(catalog, scans.photo("1.jpg", "A"))
    assert facts(catalog) == before
    assert set(catalog.faces.by_ids(face_ids)) == {one, two}


def test_an_edited_photo_keeps_what_was_said_of_its_faces(catalog: Catalog, scans: Scans, ann: Person) -> None:
    photo = scans.photo("1.jpg", "A", scans.face(10), scans.face(60), scans.face(110))
    (saved,) = scans.save(catalog, photo)
    catalog.acts.reject(saved.face_ids[:1], ann.id)
    catalog.acts.ignore(saved.face_ids[1:2])
    (edited,) = scans.save(catalog, scans.photo("1.jpg", "B", *photo.faces))
    one, two, three = edited.face_ids
    assert catalog.people.rejections()[one] == {ann.id}
    assert two in catalog.people.ignored_faces()
    assert three not in catalog.people.ignored_faces()


def test_a_merge_takes_over_what_was_said_and_drops_what_contradicts(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, three, _ = face_ids
    cem = catalog.people.add("Cem")
    catalog.acts.confirm([one], ann.id)
    catalog.acts.confirm([two], bob.id)
    catalog.acts.reject([two, three], ann.id)
    catalog.acts.reject([one], bob.id)
    catalog.acts.set_distinct(bob.id, ann.id)
    catalog.acts.set_distinct(cem.id, bob.id)
    catalog.acts.merge(bob.id, ann.id)
    assert catalog.people.rejections() == {three: {ann.id}}
    assert catalog.people.distinct_pairs() == {(ann.id, cem.id)}
    assert catalog.people.by_name("Ann").confirmed == 2


def test_every_act_is_undone_one_by_one_back_to_the_beginning(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, three, four = face_ids
    states, kinds = [facts(catalog)], []
    for kind, act in (
        ("enrol", lambda: catalog.acts.enrol("Dee", [four])),
        ("confirm", lambda: catalog.acts.confirm([one, two], ann.id)),
        ("confirm", lambda: catalog.acts.confirm([two, three], bob.id)),
        ("reject", lambda: catalog.acts.reject([two, three], bob.id)),
        ("ignore", lambda: catalog.acts.ignore([three, one])),
        ("unignore", lambda: catalog.acts.unignore([three])),
        ("distinct", lambda: catalog.acts.set_distinct(bob.id, catalog.people.by_name("Dee").id)),
        ("rename", lambda: catalog.acts.rename(ann.id, "Anna")),
        ("hide", lambda: catalog.acts.set_hidden(bob.id, hidden=True)),
        ("split", lambda: catalog.acts.reject([four], catalog.people.by_name("Dee").id, kind="split")),
        ("confirm", lambda: catalog.acts.confirm([one, four], bob.id)),
        ("merge", lambda: catalog.acts.merge(bob.id, ann.id)),
    ):
        act()
        states.append(facts(catalog))
        kinds.append(kind)
        assert states[-1] != states[-2], kind
    assert [act.kind for act in catalog.acts.history()] == kinds[::-1]
    while len(states) > 1:
        states.pop()
        undone = catalog.acts.undo()
        assert (undone.kind, undone.undone_at is None) == (kinds.pop(), False)
        assert facts(catalog) == states[-1], undone.kind
    with pytest.raises(CatalogError, match="nothing to undo"):
        catalog.acts.undo()
    assert catalog.upkeep.quick_check() == []


def test_undoing_a_merge_gives_matched_faces_back(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, three, _ = face_ids
    catalog.acts.confirm([one], bob.id)
    catalog.matches.replace(scans.network.sha256, [(two, bob.id, 0.25), (three, ann.id, 0.5)])
    catalog.acts.merge(bob.id, ann.id)
    assert (catalog.people.by_name("Ann").confirmed, catalog.people.by_name("Ann").matched) == (1, 2)
    catalog.acts.undo()
    back = catalog.people.by_name("Bob")
    assert (back.id, back.confirmed, back.matched, back.cover_face_id) == (bob.id, 1, 1, one)
    assert catalog.faces.by_ids([two])[two].squared_distance == 0.25


def test_what_says_nothing_new_is_no_act(catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person) -> None:
    for _ in range(2):
        catalog.acts.confirm(face_ids[:1], ann.id)
        catalog.acts.reject(face_ids[1:2], ann.id)
        catalog.acts.ignore(face_ids[2:3])
        catalog.acts.unignore(face_ids[3:])
        catalog.acts.set_distinct(ann.id, bob.id)
        catalog.acts.set_hidden(ann.id, hidden=False)
        catalog.acts.rename(ann.id, "Ann")
    assert [act.kind for act in catalog.acts.history()] == ["distinct", "ignore", "reject", "confirm"]


def test_what_cannot_be_undone_is_refused_and_changes_nothing(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    catalog.acts.confirm(face_ids[:1], ann.id)
    catalog.acts.confirm(face_ids[:1], bob.id)
    catalog.erasure.forget(ann.id)
    assert [act.kind for act in catalog.acts.history()] == ["confirm"]
    catalog.acts.undo()
    assert catalog.faces.by_ids(face_ids)[face_ids[0]].person_id is None
    catalog.acts.rename(bob.id, "Robert")
    catalog.people.add("Bob")
    with pytest.raises(DuplicatePersonError, match="'Bob' already"):
        catalog.acts.undo()
    assert catalog.people.by_name("Robert").id == bob.id


def test_faces_that_are_gone_do_not_stop_an_undo(
    catalog: Catalog, scans: Scans, face_ids: tuple[int, ...], ann: Person
) -> None:
    catalog.acts.ignore(face_ids[:2])
    catalog.acts.unignore(face_ids[:2])
    scans.save(catalog, scans.photo("1.jpg", "A", scans.face(0)))
    catalog.acts.undo()
    assert catalog.people.ignored_faces() == {face_ids[0]}


def test_forgetting_scrubs_facts_and_history(
    catalog: Catalog, database: Database, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, three, _ = face_ids
    catalog.acts.confirm([one], ann.id)
    catalog.acts.reject([two], ann.id)
    catalog.acts.reject([one, three], bob.id)
    catalog.acts.set_distinct(ann.id, bob.id)
    catalog.acts.rename(bob.id, "Bobby")
    catalog.erasure.forget(ann.id)
    assert catalog.people.rejections() == {three: {bob.id}}
    assert catalog.people.distinct_pairs() == set()
    assert [(act.kind, act.face_ids) for act in catalog.acts.history()] == [("rename", ()), ("reject", (three,))]
    with database.reading() as connection:
        stored = connection.exec_driver_sql("SELECT payload FROM events").scalars().all()
    assert not [payload for payload in stored if "Ann" in payload]


def test_an_undone_merge_keeps_the_others_history_when_one_is_forgotten(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    catalog.acts.rename(bob.id, "Bobby")
    catalog.acts.merge(bob.id, ann.id)
    catalog.acts.undo()
    catalog.erasure.forget(ann.id)
    assert [act.kind for act in catalog.acts.history()] == ["rename"]
    assert catalog.acts.undo().people == {"before": "Bob", "after": "Bobby"}
    assert catalog.people.by_name("Bob").id == bob.id


def test_a_namesakes_rename_is_not_undone_half(catalog: Catalog, ann: Person, bob: Person) -> None:
    """The name that was erased with somebody else can be given to nobody again."""
    catalog.acts.rename(ann.id, "Anna")
    catalog.acts.rename(bob.id, "Ann")
    catalog.acts.rename(bob.id, "Robert")
    catalog.erasure.forget(ann.id)
    assert catalog.acts.history()[0].people == {"before": None, "after": "Robert"}
    with pytest.raises(CatalogError, match="erased"):
        catalog.acts.undo()
    assert catalog.people.by_name("Robert").id == bob.id


def test_an_act_whose_faces_were_all_erased_does_not_bar_the_way_to_those_before(
    catalog: Catalog, face_ids: tuple[int, ...], ann: Person, bob: Person
) -> None:
    one, two, _, _ = face_ids
    catalog.acts.confirm([two], bob.id)
    catalog.acts.ignore([one])
    catalog.acts.unignore([one])
    catalog.acts.reject([one], bob.id)
    catalog.acts.confirm([one], ann.id)
    catalog.erasure.forget(ann.id)
    undone = catalog.acts.undo()
    assert (undone.kind, undone.face_ids) == ("confirm", (two,))
    with pytest.raises(CatalogError, match="nothing to undo"):
        catalog.acts.undo()


def test_acts_on_faces_that_are_not_there_are_refused(catalog: Catalog, ann: Person) -> None:
    for act in (catalog.acts.ignore, catalog.acts.unignore):
        with pytest.raises(CatalogError, match="number 99"):
            act([99])
    with pytest.raises(CatalogError, match="number 99"):
        catalog.acts.reject([99], ann.id)
    with pytest.raises(CatalogError, match="name two people"):
        catalog.acts.set_distinct(ann.id, ann.id)
    assert catalog.acts.history() == []


def test_a_merge_gives_no_face_to_whom_a_human_said_it_is_not(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    refused, other = saved.face_ids
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.reject([refused], bob.id)
    catalog.matches.replace(scans.network.sha256, [(refused, ann.id, 0.4), (other, ann.id, 0.4)])
    catalog.acts.merge(ann.id, bob.id)
    assert {face_id: face.person_id for face_id, face in catalog.faces.by_ids(saved.face_ids).items()} == {
        refused: None,
        other: bob.id,
    }
    assert catalog.people.rejections() == {refused: {bob.id}}
    catalog.acts.undo()
    assert {face_id: face.person_id for face_id, face in catalog.faces.by_ids(saved.face_ids).items()} == {
        refused: None,
        other: ann.id,
    }
