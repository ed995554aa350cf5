"""One photo with everybody on it, by number."""

from pathlib import Path

import pytest

from recog.errors import CatalogError, UnknownPersonError
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


@pytest.fixture
def three(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Photo 1 shows a blue, a red and a green face; Ann is red."""
    library.index([paint(folder / "three.png", BLUE, RED, GREEN)])
    library.confirm("Ann", [2], new=True)
    return library


def test_a_photo_shows_its_faces_from_left_to_right_with_what_is_known_of_each(
    three: PaintedLibrary, folder: Path
) -> None:
    three.ignore([1])
    three.reject("Ann", [3])
    shown = three.photo(1)
    assert (shown.photo.width, shown.photo.height, shown.paths) == (192, 64, (folder / "three.png",))
    assert [one.face.id for one in shown.faces] == [1, 2, 3]
    assert [one.person and one.person.name for one in shown.faces] == [None, "Ann", None]
    assert [one.ignored for one in shown.faces] == [True, False, False]
    assert [one.rejected for one in shown.faces] == [(), (), ("Ann",)]


def test_a_photo_is_found_by_its_face_and_stays_when_its_file_is_gone(three: PaintedLibrary, folder: Path) -> None:
    (folder / "three.png").rename(folder / "moved.png")
    three.index([folder])
    assert three.photo(three.photo_of_face(3)).paths == (folder / "moved.png",)


def test_numbers_that_nothing_has_are_errors_that_name_them(three: PaintedLibrary) -> None:
    with pytest.raises(CatalogError, match="no photo has the number 9"):
        three.photo(9)
    with pytest.raises(CatalogError, match="no face has the number 9"):
        three.photo_of_face(9)
    with pytest.raises(UnknownPersonError, match="nobody has the number 9"):
        three.person_by_number(9)
    assert three.person_by_number(1).person.name == "Ann"
