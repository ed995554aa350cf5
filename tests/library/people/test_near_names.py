"""If a new name is close to an existing one, recog asks before it merges or creates a person."""

from pathlib import Path

import pytest

from recog.errors import NearNameError, UnknownPersonError
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def names(library: PaintedLibrary) -> list[str]:
    return [person.name for person in library.people.all()]


@pytest.fixture
def photos(library: PaintedLibrary, folder: Path) -> list[Path]:
    """Paint photos of three people; the first is Weiß."""
    paths = [paint(folder / f"{number}.png", colour) for number, colour in enumerate((RED, GREEN, BLUE))]
    library.index([folder])
    library.people.enrol("Weiß", paths[:1])
    return paths


def test_enrolling_a_nearly_equal_name_is_asked_about(library: PaintedLibrary, photos: list[Path]) -> None:
    with pytest.raises(NearNameError, match=r"^nobody is called 'Weiss'; did you mean 'Weiß'\?$") as caught:
        library.people.enrol("Weiss", photos[1:2])
    assert (caught.value.name, caught.value.alike) == ("Weiss", "Weiß")
    assert names(library) == ["Weiß"]
    assert library.people.enrol("Weiss", photos[1:2], near=True).created
    assert not library.people.enrol("WEISS", photos[1:2]).created
    assert not library.people.enrol("weiß", photos[:1]).created
    assert [(person.name, person.confirmed) for person in library.people.all()] == [("Weiss", 1), ("Weiß", 1)]


def test_confirming_a_nearly_equal_name_is_asked_about(library: PaintedLibrary, photos: list[Path]) -> None:
    face = library.context.catalog.faces.of_photo(library.context.catalog.photos.at(photos)[photos[1]].id)[0].id
    with pytest.raises(UnknownPersonError, match=r"did you mean 'Weiß'\?$") as caught:
        library.people.confirm("Weiss", [face])
    assert (caught.value.alike, caught.value.known, caught.value.may_be_new) == (("Weiß",), 1, True)
    with pytest.raises(NearNameError, match="did you mean 'Weiß'"):
        library.people.confirm("Weiss", [face], new=True)
    assert library.people.confirm("Weiss", [face], new=True, near=True).created
    assert not library.people.confirm("WEISS", [face], new=True).created


def test_a_name_that_is_no_photo_either_is_asked_about(library: PaintedLibrary, photos: list[Path]) -> None:
    said = r"^'Weiss' is no photo file here, and as a name: nobody is called 'Weiss'; did you mean 'Weiß'\?$"
    with pytest.raises(UnknownPersonError, match=said) as caught:
        library.verify(photos[0], "Weiss")
    assert (caught.value.alike, caught.value.known) == (("Weiß",), 1)


def test_renaming_to_a_nearly_equal_name_is_asked_about(library: PaintedLibrary, photos: list[Path]) -> None:
    library.people.enrol("Bob", photos[1:2])
    with pytest.raises(NearNameError, match="did you mean 'Weiß'"):
        library.people.rename("Bob", "Weiss")
    assert library.people.rename("Weiß", "Weiss").name == "Weiss"  # a person's own name is not close to somebody else's
    assert library.people.rename("Bob", "Weiß", near=True).name == "Weiß"


def test_importing_a_nearly_equal_name_is_listed_and_joins_nobody(
    library: PaintedLibrary, photos: list[Path], tmp_path: Path
) -> None:
    library.people.enrol("Weiss", photos[1:2], near=True)
    library.people.enrol("KILIÇ", photos[2:3])
    library.names.export(tmp_path / "names.json")
    library.people.forget("Weiss")
    library.people.reset([photos[1]])
    library.index([photos[1].parent])
    library.people.rename("KILIÇ", "Kiliç", near=True)
    done = library.names.import_file(tmp_path / "names.json")
    assert sorted((one.person, one.reason, one.alike) for one in done.unmatched) == [
        ("KILIÇ", "nobody has this name here; did you mean 'Kiliç'?", "Kiliç"),
        ("Weiss", "nobody has this name here; did you mean 'Weiß'?", "Weiß"),
    ]
    assert (done.created, done.already) == ((), 1)
    assert names(library) == ["Kiliç", "Weiß"]
    assert library.names.import_file(tmp_path / "names.json", near=True).created == ("Weiss",)
