"""Faces that users drew on photos, on both engines."""

from dataclasses import replace

import numpy as np
import pytest

from recog.errors import CatalogError
from recog.store.catalog import Catalog
from recog.store.records import DrawnFace
from recog.types import NewFace
from tests.store.conftest import Scans


@pytest.fixture
def drawn(scans: Scans) -> NewFace:
    face = scans.face(60)
    return replace(face, box=replace(face.box, score=0.0, landmarks=()), drawn=True)


def test_a_drawn_face_has_a_name_an_embedding_and_a_thumbnail(catalog: Catalog, scans: Scans, drawn: NewFace) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    person, created, (face_id,) = catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)
    face = catalog.faces.by_ids([face_id])[face_id]
    assert (person.name, created, person.confirmed, person.cover_face_id) == ("Ann", True, 1, face_id)
    assert (face.drawn, face.person_id, face.box) == (True, person.id, drawn.box)
    assert catalog.faces.thumbnails([face_id]) == {face_id: drawn.thumbnail}
    np.testing.assert_array_equal(catalog.embeddings.of_faces([face_id], scans.network.sha256)[1][0], drawn.embedding)
    assert catalog.faces.drawn() == {scans.photo("1.jpg", "A").sha256: [drawn.box]}
    assert catalog.upkeep.counts().drawn == 1


def test_a_drawn_face_stays_when_no_detector_finds_it_and_keeps_its_number(
    catalog: Catalog, scans: Scans, drawn: NewFace
) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    person, _, (face_id,) = catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)
    catalog.acts.reject([face_id], person.id)
    catalog.acts.undo()
    scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), replace(drawn, embedding=scans.vector())))
    found = replace(drawn, box=scans.face(61).box, embedding=scans.vector(), drawn=False)
    scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), found))
    assert [(face.id, face.drawn) for face in catalog.faces.of_photo(saved.photo_id)] == [
        (saved.face_ids[0], False),
        (face_id, True),
    ]
    assert catalog.faces.by_ids([face_id])[face_id].box == found.box, "what a detector finds is placed better"


def test_without_a_name_it_stays_too(catalog: Catalog, scans: Scans, drawn: NewFace) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    person, _, (face_id,) = catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)
    catalog.acts.reject([face_id], person.id)
    catalog.acts.confirm([face_id], catalog.people.add("Ben").id)
    catalog.acts.undo()
    scans.save(catalog, scans.photo("1.jpg", "A"))
    assert [face.id for face in catalog.faces.of_photo(saved.photo_id)] == [face_id]


def test_undoing_removes_the_face_and_the_person_that_it_made(catalog: Catalog, scans: Scans, drawn: NewFace) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    one = DrawnFace(saved.photo_id, drawn)
    _, _, (face_id,) = catalog.acts.mark("Ann", [one], scans.network, face_ids=saved.face_ids)
    act = catalog.acts.undo()
    assert (act.kind, act.face_ids) == ("mark", (*saved.face_ids, face_id))
    assert catalog.people.all() == []
    assert [face.id for face in catalog.faces.of_photo(saved.photo_id)] == list(saved.face_ids)
    assert catalog.embeddings.mark(scans.network.sha256).count == 1
    assert catalog.embeddings.removals(0, scans.network.sha256)[1].tolist() == [face_id], "an index drops it"
    with pytest.raises(CatalogError, match="nothing to undo"):
        catalog.acts.undo()


def test_a_face_that_was_removed_while_its_photo_was_scanned_does_not_come_back(
    catalog: Catalog, scans: Scans, drawn: NewFace
) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)
    catalog.acts.undo()
    (again,) = scans.save(catalog, scans.photo("1.jpg", "A", drawn))
    assert (again.face_ids, catalog.faces.of_photo(saved.photo_id)) == ((), [])


def test_forgetting_erases_it_with_its_traces(catalog: Catalog, scans: Scans, drawn: NewFace) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    person, _, (face_id,) = catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)
    assert catalog.erasure.forget(person.id).face_ids == (face_id,)
    assert (catalog.faces.drawn(), catalog.acts.history()) == ({}, [])
    assert len(catalog.photos.forgotten_boxes(saved.photo_id)) == 1
    scans.save(catalog, scans.photo("1.jpg", "A", drawn))
    assert catalog.faces.of_photo(saved.photo_id) == []


def test_other_networks_look_at_the_photo_again_and_check_notices_what_they_lack(
    catalog: Catalog, scans: Scans, drawn: NewFace
) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    for network in (scans.network, scans.other_network):
        (saved,) = catalog.photos.save([scan], detector=scans.detector, network=network)
    catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, drawn)], scans.network)

    def current(network: str) -> bool:
        known = catalog.photos.by_digest(scan.sha256, detector=scans.detector, network=network)
        assert known is not None
        return known.current

    assert [current(one.sha256) for one in (scans.network, scans.other_network)] == [True, False]
    catalog.photos.save([scan], detector=scans.detector, network=scans.other_network)
    assert catalog.upkeep.orphans(scans.other_network.sha256)["faces_without_embedding"] == 1
    again = replace(scan, faces=(*scan.faces, drawn))
    catalog.photos.save([again], detector=scans.detector, network=scans.other_network)
    assert catalog.upkeep.orphans(scans.other_network.sha256)["faces_without_embedding"] == 0


def test_an_embedding_of_another_length_is_refused(catalog: Catalog, scans: Scans, drawn: NewFace) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    with pytest.raises(ValueError, match="shape"):
        catalog.acts.mark("Ann", [DrawnFace(saved.photo_id, replace(drawn, embedding=scans.vector(4)))], scans.network)
    assert catalog.people.all() == []
