"""A photo with all people on it, by number."""

from dataclasses import replace
from pathlib import Path

import pytest

from recog.errors import CatalogError, UnknownNumberError, UnknownPersonError
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


@pytest.fixture
def three(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Fill a library: photo 1 shows a blue, a red and a green face, and Ann is red."""
    library.index([paint(folder / "three.png", BLUE, RED, GREEN)])
    library.people.confirm("Ann", [2], new=True)
    return library


def test_a_photo_shows_its_faces_from_left_to_right_with_what_is_known_of_each(
    three: PaintedLibrary, folder: Path
) -> None:
    three.people.ignore([1])
    three.people.reject("Ann", [3])
    shown = three.photos.photo(1)
    assert (shown.photo.width, shown.photo.height, shown.paths) == (192, 64, (folder / "three.png",))
    assert [one.face.id for one in shown.faces] == [1, 2, 3]
    assert [one.person and one.person.name for one in shown.faces] == [None, "Ann", None]
    assert [one.ignored for one in shown.faces] == [True, False, False]
    assert [one.rejected for one in shown.faces] == [(), (), ("Ann",)]


def test_a_photo_is_found_by_its_face_and_stays_when_its_file_is_gone(three: PaintedLibrary, folder: Path) -> None:
    (folder / "three.png").rename(folder / "moved.png")
    three.index([folder])
    assert three.photos.photo(three.photos.of_face(3)).paths == (folder / "moved.png",)


def test_numbers_that_nothing_has_are_errors_that_name_them(three: PaintedLibrary) -> None:
    with pytest.raises(CatalogError, match="no photo has the number 9"):
        three.photos.photo(9)
    with pytest.raises(CatalogError, match="no face has the number 9"):
        three.photos.of_face(9)
    with pytest.raises(UnknownPersonError, match="nobody has the number 9"):
        three.people.person_by_number(9)
    assert three.people.person_by_number(1).person.name == "Ann"


def test_the_faces_near_one_are_those_of_the_whole_library_but_itself(three: PaintedLibrary, tmp_path: Path) -> None:
    """Face 4 is nearly red, and face 5 is red."""
    for number, colour in enumerate([(230, 60, 20), RED]):
        three.index([paint(tmp_path / "more" / f"{number}.png", colour, noise=number + 1)])
    _, embeddings = three.context.catalog.embeddings.of_faces(range(1, 6), three.networks.info.sha256)
    far = ((embeddings - embeddings[1]) ** 2).sum(axis=1)
    found = three.faces.neighbours(2)
    assert found.face.id == 2
    assert [one.face.id for one in found.found] == [int(row) + 1 for row in far.argsort(kind="stable") if row != 1]
    assert [one.squared_distance for one in found.found] == pytest.approx(sorted(far.tolist())[1:], abs=1e-6)
    assert found.found[0].paths == (tmp_path / "more" / "1.png",)
    assert three.faces.neighbours(2, k=1).found == found.found[:1]
    assert three.faces.neighbours(2, k=100).found == found.found


def test_two_faces_are_compared_by_number(three: PaintedLibrary) -> None:
    assert not three.faces.compare(1, 2).same
    same = three.faces.compare(2, 2)
    assert (same.same, same.squared_distance) == (True, 0.0)
    with pytest.raises(UnknownNumberError, match="no face has the number 9"):
        three.faces.compare(2, 9)
    with pytest.raises(UnknownNumberError, match="face 9 has no thumbnail"):
        three.faces.thumbnail(9)


def test_a_face_that_the_network_has_not_seen_has_no_neighbours_yet(three: PaintedLibrary) -> None:
    three.networks.__dict__["info"] = replace(three.networks.info, sha256="e" * 64)
    with pytest.raises(CatalogError, match="has not seen face 2: index its photo again"):
        three.faces.compare(2, 1)


def test_a_photo_is_held_against_a_person_by_number(three: PaintedLibrary, tmp_path: Path) -> None:
    """This works whatever the person is called: the name is not read as a path."""
    photo = paint(tmp_path / "both.png", BLUE, RED).read_bytes()
    assert [three.people.verify_person(photo, 1, face=face).verification.same for face in (1, 2)] == [False, True]
    with pytest.raises(UnknownPersonError):
        three.people.verify_person(photo, 9, face=1)
