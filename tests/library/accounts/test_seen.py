"""What a viewer is shown of a library from which people are withheld, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.config import read_settings
from recog.errors import CatalogError, QueryError, ReadOnlyError, UnknownNumberError, UnknownPersonError
from recog.library.photo_library import PhotoLibrary
from recog.library.seen import seen_library
from recog.store.account_records import Role
from recog.store.connection.account_views import SHOWN_ROWS, SHOWN_WHOLE
from recog.store.schema.tables import metadata
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.postgres import Databases

ADA, BOB = 1, 2


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PaintedLibrary]:
    """Ada is red: alone on two photos, and beside Bob, who is blue, on a third; Bob and a stranger are alone."""
    databases: Databases | None = None
    url = None
    if request.param == "postgresql":
        databases = request.getfixturevalue("databases")
        url = databases.new()
    photos = tmp_path / "photos"
    for name, *colours in (("1", RED), ("2", RED), ("3", RED, BLUE), ("4", BLUE), ("5", GREEN)):
        paint(photos / f"{name}.png", *colours, noise=int(name))
    with PaintedLibrary(read_settings(library=tmp_path / "library", database=url)) as library:
        for path in sorted(photos.iterdir()):
            library.index(path)
        library.people.confirm("Ada", [1], new=True)
        library.people.confirm("Bob", [5], new=True)
        library.people.match_all()
        library.accounts.add("Mia", Role.VIEWER)
        yield library
    if databases is not None and url is not None:
        databases.drop(url)


@pytest.fixture
def seen(library: PaintedLibrary) -> Iterator[PhotoLibrary]:
    library.accounts.withhold("mia", "ADA")
    with seen_library(library, library.accounts.all().accounts[0].id) as seen:
        yield seen


def test_nothing_of_a_withheld_person_is_shown(library: PaintedLibrary, seen: PhotoLibrary, tmp_path: Path) -> None:
    probe = paint(tmp_path / "probe.png", RED, BLUE, noise=99)
    assert [person.name for person in seen.people.all(hidden=True)] == ["Bob"]
    assert (seen.photos.page().all, library.photos.page().all) == (2, 5)
    assert [folder.files for folder in seen.photos.folders()] == [2]
    assert seen.people.person_by_number(BOB).person.matched == 0
    with pytest.raises(UnknownPersonError):
        seen.people.by_number(ADA)
    with pytest.raises(QueryError, match="nobody is called 'Ada'"):
        seen.photos.find("Ada")
    for face_id in (1, 2, 3, 4):
        with pytest.raises(UnknownNumberError):
            seen.faces.thumbnail(face_id)
        with pytest.raises(UnknownNumberError):
            seen.faces.why(face_id)
    red, blue = seen.identify(probe).faces
    assert (red.person, red.nearest_person and red.nearest_person.name) == (None, "Bob")
    assert blue.person is not None
    for face in seen.search(probe, k=2).faces:
        assert {found.face.id for found in face.found} == {5, 6}
    assert [found.face.id for found in seen.faces.neighbours(5, k=5).found] == [6]
    assert seen.people.history().acts == ()


def test_the_index_finds_as_many_as_are_asked_for_among_those_that_are_shown(
    library: PaintedLibrary, seen: PhotoLibrary
) -> None:
    _, probe = library.context.catalog.embeddings.of_faces([1], library.networks.info.sha256)
    (near,) = seen.context.vector_index.search(probe, 1)
    assert [one.face_id for one in near] == [5], "the nearest that is no face of a photo of Ada; 6 is as far"
    (near,) = seen.context.vector_index.search(probe, 9)
    assert {one.face_id for one in near} == {5, 6}


def test_what_somebody_else_is_shown_is_the_rest(library: PaintedLibrary, seen: PhotoLibrary) -> None:
    other = library.accounts.add("Tom", Role.VIEWER).account
    with seen_library(library, other.id) as everything:
        assert everything.photos.page().all == 5
        assert [person.name for person in everything.people.all()] == ["Ada", "Bob"]
        assert everything.people.history().acts == ()


def test_it_follows_what_the_owner_says_and_does(library: PaintedLibrary, seen: PhotoLibrary) -> None:
    library.accounts.allow("Mia", "Ada")
    assert seen.photos.page().all == 5
    library.accounts.withhold("Mia", "Bob")
    assert seen.photos.page().all == 3
    library.people.rename("Bob", "Robert")
    assert [person.name for person in seen.people.all()] == ["Ada"]


def test_a_person_who_takes_a_withheld_one_in_is_withheld_and_undoing_shows_neither(
    library: PaintedLibrary, seen: PhotoLibrary
) -> None:
    library.people.confirm("Ada too", [2], new=True, near=True)
    library.accounts.withhold("Mia", "Ada too")
    library.accounts.allow("Mia", "Ada")
    library.people.merge("Ada too", "Ada")
    assert [person.name for person in seen.people.all()] == ["Bob"]
    library.people.undo()
    assert [person.name for person in seen.people.all()] == ["Bob"]


def test_photos_that_came_since_faces_were_last_named_are_not_shown(
    library: PaintedLibrary, seen: PhotoLibrary
) -> None:
    other = library.accounts.add("Tom", Role.VIEWER).account
    with library.context.writing() as catalog:
        catalog.matches.replace(library.networks.info.sha256, [], seen=(4, 0))
    assert {one.photo.id for one in seen.photos.page().photos} == {2, 3}, "4 and 5 may show anybody"
    with seen_library(library, other.id) as everything:
        assert everything.photos.page().all == 5, "nobody is withheld"


def test_nothing_can_be_written_through_it(seen: PhotoLibrary) -> None:
    with pytest.raises(ReadOnlyError, match="this account may only look"):
        seen.people.hide("Bob")
    with pytest.raises(CatalogError):
        seen.context.catalog.acts.set_hidden(BOB, True)
    with pytest.raises(ReadOnlyError):
        seen.context.vector_index.rebuild()
    assert [person.hidden for person in seen.people.all()] == [False]


def test_a_forgotten_person_leaves_no_trace_among_those_who_are_withheld(library: PaintedLibrary) -> None:
    library.accounts.withhold("Mia", "Ada")
    library.people.forget("Ada")
    assert library.accounts.all().accounts[0].withheld == ()
    assert library.accounts.withhold("Mia", "Bob").account.withheld == ("Bob",)


def test_every_table_is_declared() -> None:
    """A new table must say what of it an account is shown: nothing, a part, or, if it tells nothing of people, all."""
    assert set(metadata.tables) == set(SHOWN_ROWS) | SHOWN_WHOLE
    assert not set(SHOWN_ROWS) & SHOWN_WHOLE


def test_a_closed_part_never_becomes_the_whole(library: PaintedLibrary, seen: PhotoLibrary) -> None:
    seen.close()
    with pytest.raises(CatalogError, match="was closed"):
        seen.people.all()
