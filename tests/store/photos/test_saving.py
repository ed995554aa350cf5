"""Saving scanned photos: what is new, what is the same face again, what a changed file keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recog.errors import CatalogError
from recog.store.records import FactKind
from recog.types import DateSource, Origin, Photo

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.records import SavedPhoto
    from tests.store.conftest import Scans


ANN_LOST = [(FactKind.NAME, "Ann"), (FactKind.COVER, "Ann")]


def told(saved: SavedPhoto) -> list[tuple[FactKind, str | None]]:
    return [(fact.kind, fact.person) for fact in saved.lost]


def test_what_is_saved_comes_back_as_it_was(catalog: Catalog, scans: Scans) -> None:
    left, right = scans.face(10), scans.face(60)
    scan = scans.photo("1.jpg", "A", left, right)
    (saved,) = scans.save(catalog, scan)
    assert (saved.new_faces, saved.lost, saved.replaced_photo_id) == (2, [], None)
    found = catalog.faces.of_photo(saved.photo_id)
    assert [face.id for face in found] == list(saved.face_ids)
    assert [face.box for face in found] == [left.box, right.box]
    assert [face.sharpness for face in found] == [12.5, 12.5]
    assert {(face.person_id, face.origin, face.squared_distance) for face in found} == {(None, None, None)}
    assert catalog.faces.thumbnails(saved.face_ids) == dict(
        zip(saved.face_ids, [left.thumbnail, right.thumbnail], strict=True)
    )
    ids, vectors = catalog.embeddings.of_faces(saved.face_ids, scans.network.sha256)
    assert ids.tolist() == list(saved.face_ids)
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, np.stack([left.embedding, right.embedding]))
    assert catalog.photos.by_id(saved.photo_id) == Photo(saved.photo_id, scan.sha256, 200, 100, None)


def test_the_turn_of_a_face_comes_back_and_changes_with_a_new_look(catalog: Catalog, scans: Scans) -> None:
    upright = scans.face(10)
    lying = replace(upright, box=replace(upright.box, turn=270))
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", lying))
    assert [face.box.turn for face in catalog.faces.of_photo(saved.photo_id)] == [270]
    (again,) = scans.save(catalog, scans.photo("1.jpg", "A", upright))
    assert again.face_ids == saved.face_ids
    assert [face.box.turn for face in catalog.faces.of_photo(saved.photo_id)] == [0]


def test_a_forgotten_face_of_a_photo_on_its_side_stays_forgotten_when_all_of_it_is_found(
    catalog: Catalog, scans: Scans
) -> None:
    """An earlier recog had found a part of the face, and that was forgotten; somebody beside it is found."""
    part = scans.face(20, top=20, side=20)
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", part))
    catalog.erasure.forget(catalog.acts.enrol("Ann", saved.face_ids)[0].id)
    whole, beside = scans.face(10, top=10, side=50), scans.face(120, top=10, side=50)
    lying = [replace(face, box=replace(face.box, turn=90)) for face in (whole, beside)]
    (again,) = scans.save(catalog, scans.photo("1.jpg", "A", *lying))
    assert [face.box.left for face in catalog.faces.of_photo(again.photo_id)] == [120]


@pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=5, minutes=30))])
def test_the_time_of_a_photo_comes_back_with_its_zone(catalog: Catalog, scans: Scans, zone: timezone | None) -> None:
    taken_at = datetime(2019, 7, 1, 12, 30, 5, tzinfo=zone)
    (saved,) = scans.save(catalog, replace(scans.photo("1.jpg", "A"), taken_at=taken_at))
    assert catalog.photos.by_id(saved.photo_id).taken_at == taken_at


def test_a_date_keeps_its_source_and_a_photo_that_is_read_again_gets_what_is_known_by_then(
    catalog: Catalog, scans: Scans
) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    (saved,) = scans.save(catalog, scan, scans.photo("2.jpg", "B"))[:1]
    assert catalog.photos.by_id(saved.photo_id).taken_from is None
    taken_at = datetime(2019, 7, 1, 12, 30, 5, tzinfo=UTC)
    again = replace(scan, taken_at=taken_at, taken_from=DateSource.GPS, incomplete=True)
    assert [one.photo_id for one in scans.save(catalog, again, scans.photo("3.jpg", "C"))][:1] == [saved.photo_id]
    photo = catalog.photos.by_id(saved.photo_id)
    assert (photo.taken_at, photo.taken_from, photo.incomplete) == (taken_at, DateSource.GPS, True)


def test_a_photo_that_ends_early_is_kept_as_incomplete(catalog: Catalog, scans: Scans) -> None:
    cut, whole = scans.save(
        catalog, replace(scans.photo("1.jpg", "A"), incomplete=True), scans.photo("2.jpg", "B", scans.face(10))
    )
    assert catalog.photos.by_id(cut.photo_id).incomplete
    assert not catalog.photos.by_id(whole.photo_id).incomplete


def test_an_unknown_photo_is_a_sentence_or_none(catalog: Catalog, scans: Scans) -> None:
    with pytest.raises(CatalogError, match="number 5"):
        catalog.photos.by_id(5)
    assert catalog.photos.by_digest("9" * 64, detector=scans.detector, network=scans.network.sha256) is None


def test_one_content_twice_in_a_batch_is_one_photo(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    other = scans.photo("3.jpg", "B", scans.face(20), scans.face(60))
    first, third, second = scans.save(catalog, scan, other, replace(scan, stat=scans.stat("2.jpg")))
    assert first.photo_id == second.photo_id != third.photo_id
    assert first.face_ids == second.face_ids
    assert (first.new_faces, second.new_faces, third.new_faces) == (1, 0, 2)
    assert catalog.upkeep.counts().faces == 3


def test_saving_again_changes_nothing(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10), scans.face(60))
    (first,) = scans.save(catalog, scan)
    mark = catalog.embeddings.mark(scans.network.sha256)
    (again,) = scans.save(catalog, scan)
    assert again.face_ids == first.face_ids
    assert again.new_faces == 0
    assert catalog.embeddings.mark(scans.network.sha256) == mark


def test_a_face_found_again_keeps_its_number_and_name(catalog: Catalog, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    ann = catalog.people.add("Ann")
    catalog.acts.confirm(first.face_ids[1:], ann.id)
    moved, added = scans.face(62), scans.face(120)
    (second,) = scans.save(catalog, scans.photo("1.jpg", "A", added, moved))
    assert second.new_faces == 1
    assert second.face_ids[1] == first.face_ids[1]
    assert second.face_ids[0] > max(first.face_ids)
    face = catalog.faces.by_ids(second.face_ids)[second.face_ids[1]]
    assert (face.box, face.person_id, face.origin) == (moved.box, ann.id, Origin.CONFIRMED)
    assert catalog.faces.thumbnails([face.id]) == {face.id: moved.thumbnail}
    _, vectors = catalog.embeddings.of_faces([face.id], scans.network.sha256)
    assert np.array_equal(vectors[0], moved.embedding)
    assert first.face_ids[0] not in catalog.faces.by_ids(first.face_ids)


def test_a_confirmed_face_stays_though_it_is_not_found_again(catalog: Catalog, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    ann = catalog.people.add("Ann")
    catalog.acts.confirm(first.face_ids[:1], ann.id)
    (second,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    assert second.face_ids == ()
    assert [face.id for face in catalog.faces.of_photo(first.photo_id)] == list(first.face_ids[:1])


def test_two_networks_keep_their_embeddings_apart(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    (saved,) = scans.save(catalog, scan)
    other = scans.photo("1.jpg", "A", scans.face(10))
    (again,) = catalog.photos.save([other], detector=scans.detector, network=scans.other_network)
    assert again.face_ids == saved.face_ids
    for network, expected in ((scans.network, scan), (scans.other_network, other)):
        _, vectors = catalog.embeddings.of_faces(saved.face_ids, network.sha256)
        assert np.array_equal(vectors[0], expected.faces[0].embedding)
        known = catalog.photos.by_digest(scan.sha256, detector=scans.detector, network=network.sha256)
        assert known is not None
        assert known.current


def test_another_detector_makes_the_work_of_every_network_outdated(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    scans.save(catalog, scan)
    catalog.photos.save([scan], detector="e" * 64, network=scans.other_network)
    for network, detector, current in [
        (scans.network, scans.detector, False),
        (scans.network, "e" * 64, False),
        (scans.other_network, "e" * 64, True),
    ]:
        known = catalog.photos.by_digest(scan.sha256, detector=detector, network=network.sha256)
        assert known is not None
        assert known.current is current


def test_embeddings_of_a_wrong_kind_are_the_callers_mistake_and_save_nothing(catalog: Catalog, scans: Scans) -> None:
    for vector in (scans.vector(9), scans.vector() * np.float32(2), np.full(8, np.nan, dtype=np.float32)):
        with pytest.raises(ValueError, match="embedding"):
            scans.save(catalog, scans.photo("1.jpg", "A"), scans.photo("2.jpg", "B", scans.face(10, vector=vector)))
    assert catalog.upkeep.counts().photos == 0


def test_an_edited_photo_keeps_confirmed_names_where_the_faces_were(catalog: Catalog, scans: Scans) -> None:
    ann_face, bob_face = scans.face(10), scans.face(60)
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", ann_face, bob_face))
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm(first.face_ids[:1], ann.id)
    catalog.matches.replace(scans.network.sha256, [(first.face_ids[1], bob.id, 0.2)])
    twice = scans.face(20, top=20, side=40, vector=ann_face.embedding)  # the same place in a photo of twice the size
    edited = scans.photo("1.jpg", "A edited", twice, scans.face(120, top=20, side=40), size=(400, 200))
    (second,) = scans.save(catalog, edited)
    assert (second.replaced_photo_id, second.lost, second.new_faces) == (first.photo_id, [], 2)
    named, unnamed = catalog.faces.of_photo(second.photo_id)
    assert (named.person_id, named.origin, unnamed.person_id) == (ann.id, Origin.CONFIRMED, None)
    assert catalog.people.by_name("Ann").cover_face_id == named.id
    assert catalog.upkeep.counts().photos == 2
    assert catalog.photos.delete_orphans() == 1
    assert catalog.faces.by_ids(first.face_ids) == {}
    assert catalog.people.by_name("Ann").confirmed == 1


def test_a_name_is_not_carried_to_another_face_at_the_same_place(catalog: Catalog, scans: Scans) -> None:
    vector = scans.vector()
    (first,) = scans.save(catalog, scans.photo("latest.jpg", "A", scans.face(10, vector=vector)))
    catalog.acts.confirm(first.face_ids, catalog.people.add("Ann").id)
    (second,) = scans.save(catalog, scans.photo("latest.jpg", "B", scans.face(10, vector=-vector)))
    assert told(second) == ANN_LOST
    assert catalog.faces.of_photo(second.photo_id)[0].person_id is None


def test_a_name_whose_face_was_cut_away_is_reported_and_kept_until_the_sweep(catalog: Catalog, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    catalog.acts.confirm(first.face_ids, catalog.people.add("Ann").id)
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", scans.face(120)))
    assert told(second) == ANN_LOST
    assert catalog.upkeep.orphans()["photos_without_file"] == 1
    assert catalog.photos.delete_orphans() == 1
    assert catalog.people.by_name("Ann").confirmed == 0
    assert catalog.upkeep.orphans()["photos_without_file"] == 0


def test_a_chain_of_renames_keeps_every_name(catalog: Catalog, scans: Scans) -> None:
    """1 -> 2 -> 3 with a new photo at 1: each path shows the content of the one before."""
    batch = [scans.photo(f"{number}.jpg", f"content {number}", scans.face(10)) for number in (1, 2)]
    saved = scans.save(catalog, *batch)
    numbers = catalog.photos.digests(detector=scans.detector, network=scans.network.sha256)
    assert numbers == {scan.sha256: photo.photo_id for scan, photo in zip(batch, saved, strict=True)}
    for number, photo in enumerate(saved):
        catalog.acts.confirm(photo.face_ids, catalog.people.add(f"Person {number}").id)
    scans.save(catalog, scans.photo("1.jpg", "new", scans.face(10)))
    catalog.files.link(scans.stat("2.jpg"), saved[0].photo_id)
    catalog.files.link(scans.stat("3.jpg"), saved[1].photo_id)
    assert catalog.photos.delete_orphans() == 0
    assert catalog.files.paths([photo.photo_id for photo in saved]) == {
        saved[0].photo_id: [scans.path("2.jpg")],
        saved[1].photo_id: [scans.path("3.jpg")],
    }
    assert [(person.name, person.confirmed) for person in catalog.people.all()] == [("Person 0", 1), ("Person 1", 1)]


def test_a_photo_copied_over_another_takes_no_names(catalog: Catalog, scans: Scans) -> None:
    vector = scans.vector()
    one = scans.photo("1.jpg", "A", scans.face(10, vector=vector))
    two = scans.photo("2.jpg", "B", scans.face(10, vector=vector))
    saved, other = scans.save(catalog, one, two)
    catalog.acts.confirm(saved.face_ids, catalog.people.add("Ann").id)
    (again,) = scans.save(catalog, replace(two, stat=scans.stat("1.jpg", mtime_ns=5)))
    assert again.photo_id == other.photo_id
    assert told(again) == ANN_LOST
    assert catalog.faces.of_photo(other.photo_id)[0].person_id is None


def test_an_edited_copy_leaves_the_other_copy_alone(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    (first, _) = scans.save(catalog, scan, replace(scan, stat=scans.stat("2.jpg")))
    catalog.acts.confirm(first.face_ids, catalog.people.add("Ann").id)
    scans.save(catalog, scans.photo("1.jpg", "B", scans.face(10, vector=scan.faces[0].embedding)))
    assert catalog.people.by_name("Ann").confirmed == 2
    assert catalog.files.paths([first.photo_id]) == {first.photo_id: [scans.path("2.jpg")]}


def test_two_edited_copies_of_a_photo_both_take_what_was_said_of_its_faces(catalog: Catalog, scans: Scans) -> None:
    named, refused, ignored = (scans.face(left) for left in (10, 60, 120))
    theirs = (named, refused, ignored)
    saved, _ = scans.save(catalog, scans.photo("a.jpg", "A", *theirs), scans.photo("b.jpg", "A", *theirs))
    ann = catalog.acts.enrol("Ann", saved.face_ids[:1])[0]
    catalog.acts.reject(saved.face_ids[1:2], ann.id)
    catalog.acts.ignore(saved.face_ids[2:])
    edited = scans.save(catalog, scans.photo("a.jpg", "B", *theirs), scans.photo("b.jpg", "C", *theirs))
    first, second, third = zip(*(one.face_ids for one in edited), strict=True)
    assert set(catalog.people.confirmed_owners(first)) == set(first)
    assert [catalog.people.rejections().get(face_id) for face_id in second] == [{ann.id}, {ann.id}]
    assert set(third) <= catalog.people.ignored_faces()


def test_a_batch_of_sixteen_photos_is_saved_whole(catalog: Catalog, scans: Scans) -> None:
    good = [scans.photo(f"{number}.jpg", f"c{number}", *(scans.face(30 * k) for k in range(6))) for number in range(16)]
    scans.save(catalog, *good)
    assert (catalog.upkeep.counts().photos, catalog.upkeep.counts().faces) == (16, 96)


def test_an_empty_batch_saves_nothing(catalog: Catalog, scans: Scans) -> None:
    assert scans.save(catalog) == []
