"""Names are exported from one library and imported into another."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from recog.errors import RecogError
from recog.library.exchange.regions import Region
from recog.library.exchange.xmp import read_packet
from tests.library.exchange.drawing import foreign, turn
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library


@pytest.fixture
def other(tmp_path: Path, folder: Path) -> Iterator[PaintedLibrary]:
    """Return another library for the same photos, without names; index it after painting the photos."""
    with painted_library(tmp_path / "other") as library:
        yield library


@pytest.fixture
def named(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Name Ada and Ben on one photo, Ada on another, and Zoe, hidden; a green face only looks like Ben."""
    two = paint(folder / "trip" / "two.png", RED, GREEN)
    library.people.enrol("Ada", [two], face=1)
    library.people.enrol("Ben", [two], face=2)
    library.people.enrol("Ada", [paint(folder / "ada.png", None, RED)])
    library.people.enrol("Zoe", [paint(folder / "zoe.png", BLUE)])
    paint(folder / "green.png", GREEN)
    library.index([folder])
    library.people.hide("Zoe")
    library.people.match_all()
    return library


def names_of(library: PaintedLibrary) -> dict[str, int]:
    return {person.name: person.confirmed for person in library.people.all(hidden=True)}


@pytest.mark.parametrize("name", ["names.json", "names.csv"])
def test_a_file_of_names_names_the_same_photos_elsewhere(
    named: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    exported = named.names.export(out, matched=True)
    assert (exported.people, exported.faces) == (3, 5)
    assert out.stat().st_mode & 0o077 == 0
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    other.index([moved])
    imported = other.names.import_file(out)
    assert (imported.confirmed, imported.already, imported.passed_over) == (4, 0, 1)
    assert imported.created == ("Ada", "Ben", "Zoe")
    assert (imported.conflicts, imported.unmatched) == ((), ())
    assert names_of(other) == {"Ada": 2, "Ben": 1, "Zoe": 1}
    assert [person.name for person in other.people.all()] == ["Ada", "Ben"]
    again = other.names.import_file(out)
    assert (again.confirmed, again.already, again.created) == (0, 4, ())


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_sidecars_carry_names_over_however_the_photo_is_turned(
    library: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path, orientation: int
) -> None:
    """The photo is half a cell wider on one side, so every turn moves some face."""
    path = paint(folder / "two.png", None, RED, GREEN)
    if orientation > 1:
        turn(path, orientation)
    before = path.read_bytes()
    library.people.enrol("Ada", [path], face=1)
    library.people.enrol("Ben", [path], face=2)
    exported = library.names.export_sidecars(tmp_path / "sidecars")
    assert (exported.people, exported.faces, exported.files, exported.left_out) == (2, 2, 1, ())
    (sidecar,) = (tmp_path / "sidecars").rglob("*.xmp")
    assert sidecar == tmp_path / "sidecars" / path.relative_to("/").with_name("two.png.xmp")
    size = (192, 64) if orientation < 5 else (64, 192)
    read = read_packet(sidecar.read_bytes())
    with Image.open(path) as picture:
        assert (read.width, read.height) == size == picture.size
    other.index([folder])
    assert other.names.import_sidecars([tmp_path / "sidecars"]).confirmed == 2
    assert {face.person.name for face in other.identify(path).faces if face.person} == {"Ada", "Ben"}
    assert other.people.person("Ada").faces[0][0].box.left < other.people.person("Ben").faces[0][0].box.left
    assert path.read_bytes() == before
    assert list(folder.rglob("*")) == [path]


@pytest.mark.parametrize("place", ["beside/two.png.xmp", "beside/two.xmp", "mirror"])
def test_another_program_s_sidecar_finds_its_photo_by_its_place(
    library: PaintedLibrary, folder: Path, tmp_path: Path, place: str
) -> None:
    photo = paint(folder / "two.png", RED, GREEN)
    library.index([folder])
    if place == "mirror":
        where = tmp_path / "mirror" / photo.relative_to("/").with_name("two.png.xmp")
        given = tmp_path / "mirror"
    else:
        where = given = folder / Path(place).name
    foreign(where, Region("Ben", 0.6, 0.15, 0.3, 0.7), width=128, height=64)
    assert library.names.import_sidecars([given]).confirmed == 1
    assert library.people.person("Ben").faces[0][0].box.left > 64


def test_a_program_that_describes_the_upright_picture_is_understood(library: PaintedLibrary, folder: Path) -> None:
    photo = paint(folder / "two.png", RED, GREEN)
    turn(photo, 6)
    library.index([folder])
    foreign(folder / "two.png.xmp", Region("Ben", 0.6, 0.15, 0.3, 0.7), width=128, height=64)
    assert library.names.import_sidecars([folder]).confirmed == 1
    assert library.people.person("Ben").faces[0][0].box.left > 64


def test_a_confirmed_name_is_kept_unless_it_is_to_be_replaced(
    named: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    named.names.export(tmp_path / "names.json")
    other.people.enrol("ada", [folder / "ada.png"])
    other.people.enrol("Eve", [folder / "trip" / "two.png"], face=1)
    other.index([folder])
    kept = other.names.import_file(tmp_path / "names.json")
    (conflict,) = kept.conflicts
    assert (conflict.person, conflict.confirmed, kept.replaced, kept.already) == ("Ada", "Eve", False, 1)
    assert names_of(other) == {"ada": 1, "Ben": 1, "Eve": 1, "Zoe": 1}
    done = other.names.import_file(tmp_path / "names.json", replace=True)
    assert (len(done.conflicts), done.replaced, done.confirmed) == (1, True, 1)
    assert names_of(other) == {"ada": 2, "Ben": 1, "Eve": 0, "Zoe": 1}


def test_a_name_that_enters_with_what_is_not_seen_is_the_name_that_is_seen(
    library: PaintedLibrary, folder: Path
) -> None:
    for number in range(4):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    library.index([folder])
    (ben,) = library.context.catalog.faces.of_photo(1)[1:]
    library.context.catalog.acts.enrol("Ben", [ben.id])
    for number, (left, right) in enumerate([("\ufeffBen", "Be\u200bn"), ("Ada\u200e", "BEN"), ("Ada", "\u200b")]):
        regions = [Region(left, 0.1, 0.15, 0.3, 0.7), Region(right, 0.6, 0.15, 0.3, 0.7)]
        foreign(folder / f"{number}.png.xmp", *regions, width=128, height=64)
    imported = library.names.import_sidecars(folder)
    assert imported.created == ("Ada",)
    assert (imported.confirmed, imported.already) == (4, 1)
    assert [(one.person, "shows nothing" in one.reason) for one in imported.unmatched] == [("\u200b", True)]
    assert {person.name: person.confirmed for person in library.people.all()} == {"Ada": 2, "Ben": 3}


def test_a_name_on_a_part_of_a_face_or_without_a_photo_makes_nobody(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    photo = paint(folder / "two.png", RED, None)
    library.index([folder])
    far = Region("Far", 0.6, 0.2, 0.3, 0.6)
    small = Region("Small", 0.2, 0.4, 0.05, 0.1)
    control = Region("\u0085", 0.1, 0.2, 0.3, 0.6)
    foreign(folder / "two.png.xmp", small, width=128, height=64)
    foreign(tmp_path / "x" / photo.relative_to("/").with_name("two.png.xmp"), control, width=128, height=64)
    foreign(tmp_path / "x" / "lost.jpg.xmp", far, width=128, height=64)
    (tmp_path / "x" / "broken.xmp").write_bytes(b"<!DOCTYPE x>")
    os.mkfifo(tmp_path / "x" / "pipe.xmp")
    result = library.names.import_sidecars([folder, tmp_path / "x"])
    assert [(one.person, one.reason) for one in result.unmatched[1:]] == [("Small", "no face of the library is there")]
    assert (result.unmatched[0].source.name, result.unmatched[0].reason) == (
        "lost.jpg.xmp",
        "the photo is not in the library",
    )
    assert [one.path.name for one in result.unreadable] == ["broken.xmp", "pipe.xmp"]
    assert (result.confirmed, library.people.all(hidden=True)) == (0, ())


def test_a_head_drawn_generously_names_its_face_and_a_missed_face_beside_it_is_drawn(
    library: PaintedLibrary, folder: Path
) -> None:
    """The green face's rectangle covers half of the red face, and its IoU with each face is below 0.5."""
    paint(folder / "two.png", RED, None)
    library.index([folder])
    ada = Region("Ada", 12 / 128 - 16 / 128, 12 / 64 - 16 / 64, 72 / 128, 72 / 64)
    missed = Region("Ben", 42 / 128, 0, 60 / 128, 1)
    foreign(folder / "two.png.xmp", ada, missed, width=128, height=64)
    result = library.names.import_sidecars([folder])
    assert names_of(library) == {"Ada": 1, "Ben": 1}
    assert (result.confirmed, result.drawn, result.unmatched) == (2, 1, ())
    drawn = [one.face.drawn for one in library.photos.photo(1).faces]
    assert drawn == [False, True]


def test_of_two_names_for_one_face_the_nearer_is_taken_and_the_other_is_told(
    library: PaintedLibrary, folder: Path
) -> None:
    paint(folder / "one.png", RED)
    library.index([folder])
    near, far = Region("Ada", 0.2, 0.2, 0.6, 0.6), Region("Eve", 0.25, 0.2, 0.6, 0.6)
    twice = Region("ada", 0.21, 0.2, 0.6, 0.6)
    foreign(folder / "one.png.xmp", far, near, twice, width=64, height=64)
    result = library.names.import_sidecars([folder])
    assert names_of(library) == {"Ada": 1}
    assert [(one.person, one.reason) for one in result.unmatched] == [("Eve", "the face there is called Ada")]


def test_copies_of_a_photo_each_get_a_sidecar_and_say_the_same(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    first = paint(folder / "a.png", RED)
    shutil.copy(first, folder / "b.png")
    library.people.enrol("Ada", [first])
    library.index([folder])
    assert library.names.export_sidecars(tmp_path / "out").files == 2
    result = library.names.import_sidecars([tmp_path / "out"])
    assert (result.confirmed, result.already) == (0, 1)


def test_a_sidecar_of_another_program_and_a_changed_photo_are_left_alone(
    named: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    theirs = foreign(out / (folder / "ada.png.xmp").relative_to("/"), width=1, height=1)
    before = theirs.read_bytes()
    paint(folder / "trip" / "two.png", BLUE)
    (folder / "zoe.png").unlink()
    result = named.names.export_sidecars(out)
    assert theirs.read_bytes() == before
    assert [(one.path.name, one.reason) for one in result.left_out] == [
        ("two.png", "the photo has changed since it was indexed"),
        ("ada.png", f"{theirs} is another program's"),
    ]
    assert result.files == 0


def test_recog_writes_its_own_sidecars_anew(named: PaintedLibrary, tmp_path: Path) -> None:
    named.names.export_sidecars(tmp_path / "out")
    named.people.rename("Ada", "Ada Lovelace")
    assert named.names.export_sidecars(tmp_path / "out").files == 2
    found = [read_packet(path.read_bytes()) for path in (tmp_path / "out").rglob("*.xmp")]
    assert {region.name for sidecar in found for region in sidecar.regions} == {"Ada Lovelace", "Ben"}
    assert all(path.suffix == ".xmp" for path in (tmp_path / "out").rglob("*") if path.is_file()), "no scratch file"


@pytest.mark.parametrize("where", ["photos", "photos/sub", "link", "/"])
def test_sidecars_never_go_among_the_photos(named: PaintedLibrary, folder: Path, tmp_path: Path, where: str) -> None:
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(RecogError, match="choose a folder elsewhere"):
        named.names.export_sidecars(tmp_path / where)
    assert not list(folder.rglob("*.xmp"))


def test_only_names_of_a_known_kind_of_file_are_written(named: PaintedLibrary, tmp_path: Path) -> None:
    with pytest.raises(RecogError, match=r"does not end in \.json or \.csv"):
        named.names.export(tmp_path / "names.txt")


def test_a_forgotten_person_does_not_come_back_by_a_file(named: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    named.names.export(tmp_path / "names.json")
    named.people.forget("Ben")
    result = named.names.import_file(tmp_path / "names.json")
    assert [(one.person, one.reason) for one in result.unmatched] == [("Ben", "no face of the library is there")]
    assert "Ben" not in names_of(named)


@pytest.fixture
def refused(named: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Reject Ben and Ada for the green face, and ignore the blue one, which loses its name."""
    catalog = named.context.catalog
    green = face_in(named, folder / "green.png")
    named.people.reject("Ben", face_ids=[green])
    catalog.acts.reject([green], catalog.people.by_name("Ada").id)
    catalog.acts.ignore([face_in(named, folder / "zoe.png")])
    return named


def face_in(library: PaintedLibrary, path: Path) -> int:
    catalog = library.context.catalog
    ((photo),) = catalog.photos.at([path]).values()
    (face,) = catalog.faces.of_photo(photo.id)
    return face.id


def refusals(library: PaintedLibrary) -> tuple[dict[int, set[str]], set[int]]:
    catalog = library.context.catalog
    names = {person.id: person.name for person in catalog.people.all(hidden=True)}
    return {
        face: {names[one] for one in people} for face, people in catalog.people.rejections().items()
    }, catalog.people.ignored_faces()


def test_what_humans_rejected_and_ignored_goes_with_the_names(
    refused: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "names.json"
    exported = refused.names.export(out)
    assert (exported.faces, exported.rejected, exported.ignored) == (3, 2, 1)
    other.index([folder])
    imported = other.names.import_file(out)
    assert (imported.confirmed, imported.rejected, imported.ignored) == (3, 2, 1)
    assert (imported.conflicts, imported.kept, imported.unmatched) == ((), (), ())
    green, blue = face_in(other, folder / "green.png"), face_in(other, folder / "zoe.png")
    assert refusals(other) == ({green: {"Ada", "Ben"}}, {blue})
    other.people.match_all()
    assert other.context.catalog.faces.by_ids([green])[green].person_id is None, "though it looks like Ben"
    again = other.names.import_file(out)
    assert (again.rejected, again.ignored, again.already) == (0, 0, 6)
    other.people.undo()
    assert refusals(other) == ({green: {"Ada", "Ben"}}, set())


def test_what_entered_is_undone_person_by_person(
    named: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "names.json"
    named.names.export(out)
    other.index([folder])
    created = other.names.import_file(out).created
    assert sorted(created) == ["Ada", "Ben", "Zoe"]
    acts = [other.people.undo().kind for _ in other.people.history().acts]
    assert sorted(acts) == ["enrol", "enrol", "enrol", "hide"]
    assert other.people.all(hidden=True) == ()


@pytest.mark.parametrize("replace", [False, True])
def test_no_file_rejects_or_ignores_a_face_that_a_human_named_so(
    refused: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path, replace: bool
) -> None:
    out = tmp_path / "names.json"
    refused.names.export(out)
    other.index([folder])
    other.people.enrol("Ben", [folder / "green.png"])
    other.people.enrol("Eve", [folder / "zoe.png"])
    imported = other.names.import_file(out, replace=replace)
    green, blue = face_in(other, folder / "green.png"), face_in(other, folder / "zoe.png")
    assert [(one.person, one.confirmed, one.face_id) for one in imported.kept] == [
        ("not Ben", "Ben", green),
        ("ignored", "Eve", blue),
    ]
    assert (imported.rejected, imported.ignored) == (1, 0)
    assert refusals(other) == ({green: {"Ada"}}, set())
    assert (names_of(other)["Ben"], names_of(other)["Eve"]) == (2, 1)


@pytest.mark.parametrize("replace", [False, True])
def test_a_name_that_enters_does_not_undo_what_a_human_refused_unless_asked(
    named: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path, replace: bool
) -> None:
    out = tmp_path / "names.json"
    named.names.export(out)
    other.index([folder])
    other.people.enrol("Ada", [folder / "green.png"])
    red, blue = face_in(other, folder / "ada.png"), face_in(other, folder / "zoe.png")
    other.context.catalog.acts.reject([red], other.context.catalog.people.by_name("Ada").id)
    other.context.catalog.acts.ignore([blue])
    imported = other.names.import_file(out, replace=replace)
    assert [(one.person, one.confirmed, one.face_id) for one in imported.conflicts] == [
        ("Ada", "not Ada", red),
        ("Zoe", "ignored", blue),
    ]
    assert refusals(other) == (({}, set()) if replace else ({red: {"Ada"}}, {blue}))
    assert names_of(other) == {"Ada": 3, "Ben": 1, "Zoe": 1} if replace else {"Ada": 2, "Ben": 1}


def test_what_a_file_refuses_and_no_face_or_name_is_here_for_is_listed(
    refused: PaintedLibrary, other: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "names.json"
    refused.names.export(out)
    (folder / "zoe.png").unlink()
    (folder / "ada.png").unlink()
    (folder / "trip" / "two.png").unlink()
    other.index([folder])
    imported = other.names.import_file(out)
    assert (imported.confirmed, imported.rejected, imported.ignored, imported.created) == (0, 0, 0, ())
    listed = [(one.person, one.reason) for one in imported.unmatched]
    assert [one for one in listed if one[0].startswith(("not ", "ignored"))] == [
        ("not Ada", "nobody has this name here"),
        ("not Ben", "nobody has this name here"),
        ("ignored", "the photo is not in the library"),
    ]
    assert {one.source for one in imported.unmatched} == {
        folder / name for name in ("zoe.png", "ada.png", "trip/two.png", "green.png")
    }


def test_an_older_file_without_refused_faces_is_read(
    named: PaintedLibrary, other: PaintedLibrary, folder: Path
) -> None:
    out = folder.parent / "names.json"
    exported = named.names.export(out)
    assert (exported.rejected, exported.ignored) == (0, 0)
    assert set(json.loads(out.read_text(encoding="ascii"))) == {"format", "version", "faces"}
    other.index([folder])
    assert other.names.import_file(out).confirmed == 4
