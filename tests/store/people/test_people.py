"""People: names, merging, who says whose face it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recog.errors import CatalogError, DuplicatePersonError, UnknownPersonError
from recog.types import Origin

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from tests.store.conftest import Scans


def history(catalog: Catalog) -> list[tuple[str, dict[str, str | None], tuple[int, ...]]]:
    return [(act.kind, act.people, act.face_ids) for act in catalog.acts.history()]


@pytest.mark.parametrize("spelling", ["Zoë Müller", "ZOË MÜLLER", "  zoe\u0308  mu\u0308ller\t", "zoë müller"])
def test_a_name_is_found_and_taken_in_any_spelling(catalog: Catalog, spelling: str) -> None:
    zoe = catalog.people.add("Zoë  Müller ")
    assert zoe.name == "Zoë Müller"
    assert catalog.people.by_name(spelling) == zoe
    with pytest.raises(DuplicatePersonError, match="'Zoë Müller' already"):
        catalog.people.add(spelling)


@pytest.mark.parametrize("name", ["", "  \t", "An\0n", "Ann\x1b[31m", "x" * 201, "\ud800"])
def test_a_name_nobody_could_read_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(CatalogError, match=r"name"):
        catalog.people.add(name)
    assert catalog.people.all() == []


def test_where_nobody_has_a_name_an_unknown_one_says_so(catalog: Catalog) -> None:
    with pytest.raises(UnknownPersonError, match=r"because nobody has a name yet$") as caught:
        catalog.people.by_name("Ann")
    assert caught.value.known == 0


def test_an_unknown_name_tells_who_is_called_alike(catalog: Catalog) -> None:
    for name in ("Anna Berg", "Anne Berg", "Hanna Berg", "Anna Burg", "Karl"):
        catalog.people.add(name)
    with pytest.raises(UnknownPersonError, match="did you mean 'Anna Berg'") as caught:
        catalog.people.by_name("anna bergg")
    assert str(caught.value).count(" or ") == 2
    assert "Karl" not in str(caught.value)
    assert (len(caught.value.alike), caught.value.alike[0]) == (3, "Anna Berg")
    with pytest.raises(UnknownPersonError, match=r"did you mean 'Anna Burg'\?$"):
        catalog.people.by_name("burg")
    with pytest.raises(UnknownPersonError, match=r"^nobody is called 'Xqzw'$") as caught:
        catalog.people.by_name("Xqzw")
    assert (caught.value.alike, caught.value.known) == ((), 5)
    with pytest.raises(UnknownPersonError, match="number 99") as caught:
        catalog.people.by_id(99)
    assert caught.value.known is None


def test_people_are_listed_by_name_without_the_hidden(catalog: Catalog) -> None:
    for name in ("bob", "Ann", "Cem"):
        catalog.people.add(name)
    assert catalog.acts.set_hidden(catalog.people.by_name("Ann").id, hidden=True).hidden
    assert [person.name for person in catalog.people.all()] == ["bob", "Cem"]
    assert [person.name for person in catalog.people.all(hidden=True)] == ["Ann", "bob", "Cem"]


def test_a_rename_is_kept_in_the_history(catalog: Catalog) -> None:
    ann = catalog.people.add("Ann")
    catalog.people.add("Bob")
    assert catalog.acts.rename(ann.id, "ANN").name == "ANN"
    with pytest.raises(DuplicatePersonError):
        catalog.acts.rename(ann.id, "bob")
    assert history(catalog) == [("rename", {"before": "Ann", "after": "ANN"}, ())]


def test_confirmed_faces_count_and_cover_and_can_be_corrected(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm(saved.face_ids, ann.id)
    assert (catalog.people.by_name("Ann").confirmed, catalog.people.by_name("Ann").cover_face_id) == (
        2,
        saved.face_ids[0],
    )
    catalog.acts.confirm(saved.face_ids[:1], bob.id)
    assert [face.id for face in catalog.faces.of_person(bob.id)] == [saved.face_ids[0]]
    assert (catalog.people.by_name("Ann").confirmed, catalog.people.by_name("Ann").cover_face_id) == (
        1,
        saved.face_ids[1],
    )
    catalog.acts.confirm(saved.face_ids[:1], bob.id)
    assert (catalog.people.by_name("Bob").confirmed, catalog.people.by_name("Bob").cover_face_id) == (
        1,
        saved.face_ids[0],
    )
    with pytest.raises(CatalogError, match="number 99"):
        catalog.acts.confirm([99], ann.id)


def test_matches_replace_matches_and_never_a_human(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4))))
    one, two, three, four = saved.face_ids
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm([one], ann.id)
    digest = scans.network.sha256
    assert catalog.matches.replace(digest, [(one, bob.id, 0.1), (two, ann.id, 0.25), (three, bob.id, 0.5)]) == 2
    assert catalog.matches.replace(digest, [(three, ann.id, 0.75), (four, 77, 0.1), (5555, ann.id, 0.1)]) == 1
    found = {face.id: (face.person_id, face.origin, face.squared_distance) for face in catalog.faces.of_photo(1)}
    assert found == {
        one: (ann.id, Origin.CONFIRMED, None),
        two: (None, None, None),
        three: (ann.id, Origin.MATCHED, 0.75),
        four: (None, None, None),
    }
    assert [face.id for face in catalog.faces.of_person(ann.id)] == [one, three]
    assert (catalog.people.by_name("Ann").confirmed, catalog.people.by_name("Ann").matched) == (1, 1)
    with pytest.raises(ValueError, match="twice"):
        catalog.matches.replace(digest, [(two, ann.id, 0.1), (two, bob.id, 0.2)])


def test_confirming_a_match_makes_it_a_humans_word(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    ann = catalog.people.add("Ann")
    catalog.matches.replace(scans.network.sha256, [(saved.face_ids[0], ann.id, 0.1)])
    catalog.acts.confirm(saved.face_ids, ann.id)
    catalog.matches.replace(scans.network.sha256, [])
    assert catalog.faces.by_ids(saved.face_ids)[saved.face_ids[0]].origin == Origin.CONFIRMED


def test_the_gallery_holds_confirmed_faces_only(catalog: Catalog, scans: Scans) -> None:
    batch = [scans.photo(f"{number}.jpg", f"c{number}", scans.face(10)) for number in range(3)]
    ids = [face_id for photo in scans.save(catalog, *batch) for face_id in photo.face_ids]
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm([ids[2]], ann.id)
    catalog.acts.confirm([ids[0]], bob.id)
    catalog.acts.set_hidden(bob.id, hidden=True)
    catalog.matches.replace(scans.network.sha256, [(ids[1], ann.id, 0.1)])
    gallery = catalog.embeddings.gallery(scans.network.sha256)
    assert gallery.face_ids.tolist() == [ids[0], ids[2]]
    assert gallery.person_ids.tolist() == [bob.id, ann.id]
    assert np.array_equal(gallery.embeddings, np.stack([batch[0].faces[0].embedding, batch[2].faces[0].embedding]))


def test_a_merge_moves_all_faces_and_can_be_told_later(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4))))
    one, two, three, _ = saved.face_ids
    ann, annie = catalog.people.add("Ann"), catalog.people.add("Annie")
    catalog.acts.confirm([one], ann.id)
    catalog.acts.confirm([two], annie.id)
    catalog.matches.replace(scans.network.sha256, [(three, annie.id, 0.5)])
    merged = catalog.acts.merge(annie.id, ann.id)
    assert (merged.id, merged.name, merged.confirmed, merged.matched) == (ann.id, "Ann", 2, 1)
    with pytest.raises(UnknownPersonError):
        catalog.people.by_name("Annie")
    assert history(catalog)[0] == ("merge", {"source": "Annie", "target": "Ann"}, (two,))


def test_a_merge_into_itself_or_of_nobody_changes_nothing(catalog: Catalog) -> None:
    ann = catalog.people.add("Ann")
    with pytest.raises(CatalogError, match="into itself"):
        catalog.acts.merge(ann.id, ann.id)
    with pytest.raises(UnknownPersonError):
        catalog.acts.merge(ann.id, 99)
    assert catalog.people.all() == [ann]
    assert history(catalog) == []


def test_numbers_of_people_are_never_given_again(catalog: Catalog) -> None:
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.merge(bob.id, ann.id)
    assert catalog.people.add("Bob").id > bob.id


def test_a_name_is_as_long_as_said_and_no_longer(catalog: Catalog) -> None:
    longest = "n" * 200
    assert catalog.people.add(longest).name == longest
    with pytest.raises(CatalogError, match="at most 200 characters, this one has 201"):
        catalog.people.add(longest + "n")
