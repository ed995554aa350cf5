"""Several questions about one moment."""

import pytest

from recog.errors import CatalogError
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from tests.store.conftest import Scans


def test_what_is_read_in_one_state_is_of_one_moment(catalog: Catalog, url: str, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    with open_catalog(url) as other, catalog.one_state():
        assert catalog.counts().faces == 1
        scans.save(other, scans.photo("2.jpg", "B", scans.face(10), scans.face(60)))
        other.drop_files([scans.path("1.jpg")], folders=[])
        assert [sorted(rows.face_ids) for rows in catalog.embeddings(scans.network.sha256)] == [list(first.face_ids)]
        assert catalog.faces(first.face_ids).keys() == set(first.face_ids)
        assert other.counts().faces == 2
    assert catalog.counts().faces == 2
    assert catalog.faces(first.face_ids) == {}


def test_after_an_error_in_one_state_the_next_question_sees_what_is_there(catalog: Catalog, scans: Scans) -> None:
    with pytest.raises(CatalogError, match="no photo"), catalog.one_state():
        catalog.photo(5)
    scans.save(catalog, scans.photo("1.jpg", "A"))
    assert catalog.counts().photos == 1


def test_whose_faces_are_and_who_people_are_is_of_that_moment_too(catalog: Catalog, url: str, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    ann, _ = catalog.enrol("Ann", saved.face_ids)
    bob, _ = catalog.enrol("Bob", [])
    with open_catalog(url) as other, catalog.one_state():
        assert catalog.people_by_id([ann.id]) == {ann.id: ann}
        version = catalog.version()
        other.merge(ann.id, bob.id)
        assert catalog.confirmed_people(saved.face_ids) == {saved.face_ids[0]: ann.id}
        assert catalog.people_by_id([ann.id, bob.id]) == {ann.id: ann, bob.id: bob}
    assert catalog.people_by_id([ann.id]) == {}
    assert catalog.confirmed_people(saved.face_ids) == {saved.face_ids[0]: bob.id}
    assert catalog.version() != version
