"""What was said of a face goes to the same face of the edited photo, wherever it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recog.store.records import FactKind

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.records import SavedPhoto, ScannedPhoto
    from recog.types import Embeddings
    from tests.store.conftest import Scans


def said_of(catalog: Catalog, scans: Scans) -> tuple[ScannedPhoto, SavedPhoto]:
    """A photo of three faces: Ann's, one that is not Ann's, one that is ignored."""
    scan = scans.photo("1.jpg", "A", *(scans.face(left, vector=axis(left // 50)) for left in (10, 60, 120)))
    (saved,) = scans.save(catalog, scan)
    ann = catalog.acts.enrol("Ann", saved.face_ids[:1])[0]
    catalog.acts.reject(saved.face_ids[1:2], ann.id)
    catalog.acts.ignore(saved.face_ids[2:])
    return scan, saved


def axis(number: int, towards: int = 7, squared: float = 0.0) -> Embeddings:
    """A vector that is so far from an axis (squared distance)."""
    cos = 1 - squared / 2
    vector = np.zeros(8, np.float32)
    vector[number], vector[towards] = cos, np.sqrt(1 - cos * cos)
    return vector


def check_said(catalog: Catalog, face_ids: tuple[int, ...]) -> None:
    named, refused, ignored = face_ids
    ann = catalog.people.by_name("Ann")
    assert catalog.people.confirmed_owners(face_ids) == {named: ann.id}
    assert catalog.people.rejections()[refused] == {ann.id}
    assert ignored in catalog.people.ignored_faces()
    assert ann.cover_face_id == named


def test_a_crop_that_moves_every_face_keeps_all_that_was_said(catalog: Catalog, scans: Scans) -> None:
    scan, first = said_of(catalog, scans)
    moved = [scans.face(left, top=40, vector=axis(number, squared=0.2)) for number, left in enumerate((0, 50, 110))]
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", *moved, size=(160, 80)))
    assert (second.lost, second.carried) == ([], list(first.face_ids))
    check_said(catalog, second.face_ids)
    assert catalog.photos.delete_orphans() == 1
    check_said(catalog, second.face_ids)
    assert scan.faces


def test_a_face_that_is_elsewhere_and_not_near_takes_nothing(catalog: Catalog, scans: Scans) -> None:
    _, first = said_of(catalog, scans)
    others = [scans.face(left, top=60, vector=axis(number, squared=0.35)) for number, left in enumerate((0, 50, 110))]
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", *others))
    assert (second.carried, [(fact.face_id, fact.kind, fact.person) for fact in second.lost]) == (
        [],
        [
            (first.face_ids[0], FactKind.NAME, "Ann"),
            (first.face_ids[0], FactKind.COVER, "Ann"),
            (first.face_ids[1], FactKind.REJECTION, "Ann"),
            (first.face_ids[2], FactKind.IGNORED, None),
        ],
    )


def test_a_strong_filter_keeps_what_was_said_of_faces_that_stay_where_they_are(catalog: Catalog, scans: Scans) -> None:
    said_of(catalog, scans)
    there = [scans.face(left, vector=axis(number, squared=0.55)) for number, left in enumerate((10, 60, 120))]
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", *there))
    check_said(catalog, second.face_ids)


def test_another_person_at_the_same_place_takes_nothing(catalog: Catalog, scans: Scans) -> None:
    said_of(catalog, scans)
    there = [scans.face(left, vector=axis(number, squared=0.65)) for number, left in enumerate((10, 60, 120))]
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", *there))
    assert second.carried == []


def test_the_nearest_of_several_faces_takes_what_was_said(catalog: Catalog, scans: Scans) -> None:
    """The face at the same place is near, too: it is the sister's, who was not there before."""
    _, first = said_of(catalog, scans)
    sister, ann = scans.face(10, vector=axis(0, squared=0.25)), scans.face(150, top=60, vector=axis(0, squared=0.02))
    (second,) = scans.save(catalog, scans.photo("1.jpg", "B", sister, ann))
    assert catalog.people.confirmed_owners(second.face_ids) == {second.face_ids[1]: catalog.people.by_name("Ann").id}
    assert second.carried == [first.face_ids[0]]


def test_faces_that_no_network_embedded_are_paired_by_their_places(catalog: Catalog, scans: Scans) -> None:
    _, first = said_of(catalog, scans)
    again = [scans.face(left) for left in (12, 62, 122)]
    (second,) = catalog.photos.save(
        [scans.photo("1.jpg", "B", *again)], detector=scans.detector, network=scans.other_network
    )
    assert sorted(second.carried) == list(first.face_ids)
    check_said(catalog, second.face_ids)


def test_a_photo_edited_and_moved_takes_what_was_said_and_the_earlier_one_keeps_it(
    catalog: Catalog, scans: Scans
) -> None:
    scan, first = said_of(catalog, scans)
    edited = scans.photo("2.jpg", "B", *scan.faces)
    (second,) = catalog.photos.save(
        [edited], detector=scans.detector, network=scans.network, moved_from={edited.stat.path: first.photo_id}
    )
    assert (second.carried, second.lost, second.replaced_photo_id) == (list(first.face_ids), [], None)
    check_said(catalog, second.face_ids)
    assert catalog.photos.delete_orphans() == 0
    assert set(catalog.people.confirmed_owners(first.face_ids)) == {first.face_ids[0]}
    assert (first.face_ids[2],) <= tuple(sorted(catalog.people.ignored_faces()))
    catalog.files.mark_missing([scan.stat.path])
    assert catalog.files.drop_missing([scan.stat.path]) == 1
    check_said(catalog, second.face_ids)


def test_two_paths_that_take_one_edit_lose_nothing(catalog: Catalog, scans: Scans) -> None:
    scan, _ = said_of(catalog, scans)
    catalog.files.link(scans.stat("2.jpg"), 1)
    saved = scans.save(catalog, *(scans.photo(name, "B", *scan.faces) for name in ("1.jpg", "2.jpg")))
    assert [one.lost for one in saved] == [[], []]
    check_said(catalog, saved[0].face_ids)


def test_told_faces_are_those_of_which_anything_was_said(catalog: Catalog, scans: Scans) -> None:
    scan, first = said_of(catalog, scans)
    scans.save(catalog, scans.photo("2.jpg", "other", scans.face(10)))
    told = catalog.embeddings.of_told_faces(scans.network.sha256)
    assert told.face_ids.tolist() == list(first.face_ids)
    assert told.photo_ids.tolist() == [first.photo_id] * 3
    assert np.array_equal(told.embeddings, np.stack([face.embedding for face in scan.faces]))
    none = catalog.embeddings.of_told_faces("e" * 64)
    assert (none.face_ids.shape, none.photo_ids.shape, none.embeddings.shape) == ((0,), (0,), (0, 128))


def test_files_that_are_there_are_told_as_they_were(catalog: Catalog, scans: Scans) -> None:
    scan, first = said_of(catalog, scans)
    catalog.files.link(scans.stat("2.jpg", mtime_ns=5), first.photo_id)
    assert catalog.files.present([first.photo_id, 99]) == {first.photo_id: [scan.stat, scans.stat("2.jpg", mtime_ns=5)]}
    catalog.files.mark_missing([scan.stat.path])
    assert catalog.files.present([first.photo_id]) == {first.photo_id: [scans.stat("2.jpg", mtime_ns=5)]}
