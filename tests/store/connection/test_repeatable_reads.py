"""Several queries that see one snapshot."""

import pytest

from recog.errors import CatalogError
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from tests.store.conftest import Scans


def test_what_is_read_in_one_state_is_of_one_snapshot(catalog: Catalog, url: str, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    with open_catalog(url) as other, catalog.repeatable_reads():
        assert catalog.upkeep.counts().faces == 1
        scans.save(other, scans.photo("2.jpg", "B", scans.face(10), scans.face(60)))
        other.files.drop([scans.path("1.jpg")], folders=[])
        assert [sorted(rows.face_ids) for rows in catalog.embeddings.batches(scans.network.sha256)] == [
            list(first.face_ids)
        ]
        assert catalog.faces.by_ids(first.face_ids).keys() == set(first.face_ids)
        assert other.upkeep.counts().faces == 2
    assert catalog.upkeep.counts().faces == 2
    assert catalog.faces.by_ids(first.face_ids) == {}


def test_after_an_error_in_one_state_the_next_question_sees_what_is_there(catalog: Catalog, scans: Scans) -> None:
    with pytest.raises(CatalogError, match="no photo"), catalog.repeatable_reads():
        catalog.photos.by_id(5)
    scans.save(catalog, scans.photo("1.jpg", "A"))
    assert catalog.upkeep.counts().photos == 1


def test_whose_faces_are_and_who_people_are_is_of_that_moment_too(catalog: Catalog, url: str, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    ann, _ = catalog.acts.enrol("Ann", saved.face_ids)
    bob, _ = catalog.acts.enrol("Bob", [])
    with open_catalog(url) as other, catalog.repeatable_reads():
        assert catalog.people.by_ids([ann.id]) == {ann.id: ann}
        version = catalog.version()
        other.acts.merge(ann.id, bob.id)
        assert catalog.people.confirmed_owners(saved.face_ids) == {saved.face_ids[0]: ann.id}
        assert catalog.people.by_ids([ann.id, bob.id]) == {ann.id: ann, bob.id: bob}
    assert catalog.people.by_ids([ann.id]) == {}
    assert catalog.people.confirmed_owners(saved.face_ids) == {saved.face_ids[0]: bob.id}
    assert catalog.version() != version
