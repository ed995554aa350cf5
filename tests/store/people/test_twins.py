"""People whom a user called twins: no job names a face as either, and the act is undone, merged and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recog.errors import CatalogError
from recog.types import Origin

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.types import Person
    from tests.store.conftest import Scans

NETWORK = "e" * 64


@pytest.fixture
def face_ids(catalog: Catalog, scans: Scans) -> tuple[int, ...]:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4))))
    return saved.face_ids


@pytest.fixture
def three(catalog: Catalog, face_ids: tuple[int, ...]) -> tuple[Person, Person, Person]:
    """Ada, Bea and Cem, each with one confirmed face; the fourth face is nobody's."""
    ada, bea, cem = (catalog.acts.enrol(name, [face_ids[at]])[0] for at, name in enumerate(("Ada", "Bea", "Cem")))
    return ada, bea, cem


def matched(catalog: Catalog, person: Person) -> list[int]:
    return [face.id for face in catalog.faces.of_person(person.id) if face.origin is Origin.MATCHED]


def test_twins_lose_the_names_that_jobs_gave_and_get_none(
    catalog: Catalog, face_ids: tuple[int, ...], three: tuple[Person, Person, Person]
) -> None:
    ada, bea, cem = three
    assert catalog.matches.replace(NETWORK, [(face_ids[3], ada.id, 0.1)]) == 1
    catalog.acts.set_twins(bea.id, ada.id, alike=True)
    assert catalog.people.twin_pairs() == {(ada.id, bea.id)}
    assert matched(catalog, ada) == []
    assert catalog.matches.replace(NETWORK, [(face_ids[3], bea.id, 0.1)]) == 0
    assert catalog.matches.replace(NETWORK, [(face_ids[3], cem.id, 0.1)]) == 1
    assert catalog.people.by_id(ada.id).confirmed == 1
    catalog.acts.set_twins(ada.id, bea.id, alike=True)
    assert [act.kind for act in catalog.acts.history(limit=2)] == ["twins", "enrol"]


def test_the_mark_is_taken_back_by_undo_or_by_name(catalog: Catalog, three: tuple[Person, Person, Person]) -> None:
    ada, bea, _ = three
    catalog.acts.set_twins(ada.id, bea.id, alike=True)
    catalog.acts.set_twins(ada.id, bea.id, alike=False)
    assert catalog.people.twin_pairs() == set()
    assert catalog.acts.undo().kind == "not-twins"
    assert catalog.people.twin_pairs() == {(ada.id, bea.id)}
    assert catalog.acts.undo().people == {"person": "Ada", "other": "Bea"}
    assert catalog.people.twin_pairs() == set()
    with pytest.raises(CatalogError, match="cannot be their own twin"):
        catalog.acts.set_twins(ada.id, ada.id, alike=True)


def test_an_earlier_mark_cannot_be_undone_under_a_later_one(
    catalog: Catalog, three: tuple[Person, Person, Person]
) -> None:
    ada, bea, cem = three
    catalog.acts.set_twins(ada.id, bea.id, alike=True)
    mark = catalog.acts.history(limit=1)[0].id
    catalog.acts.set_twins(ada.id, cem.id, alike=True)
    catalog.acts.set_twins(ada.id, bea.id, alike=False)
    with pytest.raises(CatalogError, match="not-twins"):
        catalog.acts.undo(mark)


def test_a_merge_takes_twins_along_and_no_name_to_a_twin(
    catalog: Catalog, face_ids: tuple[int, ...], three: tuple[Person, Person, Person]
) -> None:
    ada, bea, cem = three
    catalog.acts.set_twins(ada.id, bea.id, alike=True)
    catalog.matches.replace(NETWORK, [(face_ids[3], cem.id, 0.1)])
    catalog.acts.merge(cem.id, ada.id)
    assert matched(catalog, ada) == []
    catalog.acts.undo()
    dee, _ = catalog.acts.enrol("Dee", [face_ids[3]])
    catalog.acts.merge(ada.id, dee.id)
    assert catalog.people.twin_pairs() == {(bea.id, dee.id)}
    catalog.acts.merge(bea.id, dee.id)
    assert catalog.people.twin_pairs() == set()
    catalog.acts.undo()
    catalog.acts.undo()
    assert catalog.people.twin_pairs() == {(ada.id, bea.id)}


def test_forgetting_one_twin_leaves_no_trace(catalog: Catalog, three: tuple[Person, Person, Person]) -> None:
    ada, bea, _ = three
    catalog.acts.set_twins(ada.id, bea.id, alike=True)
    catalog.erasure.forget(bea.id)
    assert catalog.people.twin_pairs() == set()
    assert "twins" not in [act.kind for act in catalog.acts.history()]
