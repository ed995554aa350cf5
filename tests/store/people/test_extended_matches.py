"""Names by distance of new faces are added to those of the others, and the whole is no longer due."""

from recog.store.catalog import Catalog
from tests.store.conftest import Scans


def test_matches_of_some_faces_are_replaced_and_the_others_stay(catalog: Catalog, scans: Scans) -> None:
    digest = scans.network.sha256
    saved = scans.save(
        catalog,
        scans.photo("a.jpg", "a", scans.face(10), scans.face(50)),
        scans.photo("b.jpg", "b", scans.face(10)),
    )
    (one, two), (three,) = (photo.face_ids for photo in saved)
    ann, ben = catalog.people.add("Ann").id, catalog.people.add("Ben").id
    assert catalog.matches.last(digest) is None
    catalog.matches.replace(digest, [(one, ann, 0.1), (three, ann, 0.2)], rule="rule")
    last = catalog.matches.last(digest)
    assert last is not None
    assert not catalog.matches.due(digest, rule="rule")

    (new,) = scans.save(catalog, scans.photo("c.jpg", "c", scans.face(10), scans.face(50)))
    assert catalog.matches.due(digest, rule="rule")
    seen = catalog.matches.seen(digest)
    given = [(one, ben, 0.3), (two, ann, 0.4), (new.face_ids[0], ben, 0.5)]
    assert catalog.matches.extend(digest, [one, two, *new.face_ids], given, seen=seen) == 3
    owners = catalog.faces.owners()
    assert dict(zip(owners.face_ids.tolist(), owners.person_ids.tolist(), strict=True)) == {
        one: ben,
        two: ann,
        three: ann,
        new.face_ids[0]: ben,
        new.face_ids[1]: -1,
    }
    assert catalog.matches.last(digest) == seen
    assert seen > last
    assert not catalog.matches.due(digest, rule="rule")
    assert catalog.matches.due(digest, rule="another")

    beside = catalog.faces.owners_beside([two, new.face_ids[1], two])
    assert beside.face_ids.tolist() == sorted([one, two, *new.face_ids])
    assert beside.person_ids.tolist() == [ben, ann, ben, -1]
    assert not beside.confirmed.any()
    assert catalog.faces.owners_beside([]).face_ids.tolist() == []
