"""Names are exported to sidecars beside the photos."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.errors import RecogError
from recog.library.exchange.beside import replace
from recog.library.exchange.regions import Region
from recog.library.exchange.xmp import read_packet
from tests.library.exchange.drawing import embed, foreign, packet, turn
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library

EVE = Region("Eve", 0.6, 0.15, 0.3, 0.7)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[PaintedLibrary]:
    with painted_library(tmp_path / "other") as library:
        yield library


@pytest.fixture
def two(library: PaintedLibrary, folder: Path) -> Path:
    """Make a library with a photo of Ada and of a face without a name."""
    photo = paint(folder / "two.png", RED, GREEN)
    library.index([folder])
    library.people.enrol("Ada", [photo], face=1)
    return photo


def names_in(path: Path) -> set[str]:
    said = read_packet(path.read_bytes())
    return {region.name for region in (*said.regions, *said.more)}


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_names_that_left_beside_the_photos_enter_a_fresh_library(
    library: PaintedLibrary, other: PaintedLibrary, folder: Path, orientation: int
) -> None:
    path = paint(folder / "a" / "two.png", None, RED, GREEN)
    if orientation > 1:
        turn(path, orientation)
    single = paint(folder / "b" / "one.png", BLUE)
    library.index([folder])
    for name, photo, face in (("Ada", path, 1), ("Ben", path, 2), ("Z\u00f6e & <Co>", single, 1)):
        library.people.enrol(name, [photo], face=face)
    photos = everything(folder)
    result = library.names.export_beside()
    assert (result.path, result.people, result.faces, result.files) == (None, 3, 3, 2)
    assert (result.left_out, result.replaced) == ((), ())
    made = everything(folder)
    assert set(made) - set(photos) == {path.with_name("two.png.xmp"), single.with_name("one.png.xmp")}
    assert {one: made[one] for one in photos} == photos, "the photos are as they were"
    other.index([folder])
    entered = other.names.import_sidecars(folder)
    assert (entered.confirmed, entered.unmatched, entered.unreadable) == (3, (), ())
    for name in ("Ada", "Ben", "Z\u00f6e & <Co>"):
        ours, theirs = (one.people.person(name).faces[0][0].box for one in (library, other))
        assert ours == theirs
    other.names.export_beside()
    assert everything(folder) == made, "the same names again change nothing"


@pytest.mark.parametrize("name", ["two.png.xmp", "two.xmp", "two.png.XMP", "two.Xmp"])
def test_the_sidecar_that_is_there_is_added_to_whatever_its_name(library: PaintedLibrary, two: Path, name: str) -> None:
    sidecar = foreign(two.with_name(name), EVE, width=128, height=64)
    before = sidecar.read_bytes()
    result = library.names.export_beside()
    assert (result.files, result.left_out, result.replaced) == (1, (), ())
    assert {one.name for one in two.parent.iterdir()} == {"two.png", name}
    assert names_in(sidecar) == {"Ada", "Eve"}
    library.people.forget("Ada")
    assert library.names.export_beside().files == 0
    assert sidecar.read_bytes() == before, "who is forgotten is gone from it, and all else is as it was"


def test_a_sidecar_that_may_be_of_another_photo_is_not_touched(library: PaintedLibrary, two: Path) -> None:
    paint(two.with_name("b.png"), BLUE).rename(two.with_name("two.jpg"))
    sidecar = foreign(two.with_name("two.xmp"), EVE, width=128, height=64)
    before = sidecar.read_bytes()
    assert library.names.export_beside().files == 1
    assert (sidecar.read_bytes(), names_in(two.with_name("two.png.xmp"))) == (before, {"Ada"})


@pytest.mark.parametrize("suffix", ["PNG", "NEF"])
def test_a_sidecar_that_tells_its_photo_s_suffix_is_of_that_one(
    library: PaintedLibrary, two: Path, suffix: str
) -> None:
    sidecar = foreign(two.with_name("two.xmp"), EVE, width=128, height=64)
    told = f'rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:SidecarForExtension="{suffix}"'
    sidecar.write_bytes(sidecar.read_bytes().replace(b'rdf:about=""', told.encode()))
    library.names.export_beside()
    assert names_in(sidecar if suffix == "PNG" else two.with_name("two.png.xmp")) >= {"Ada"}
    assert (names_in(sidecar) == {"Eve"}) is (suffix == "NEF")


def test_a_name_of_another_program_gives_way_to_a_human_s_and_is_told(library: PaintedLibrary, two: Path) -> None:
    sidecar = foreign(two.with_name("two.png.xmp"), Region("Ida", 0.1, 0.15, 0.3, 0.7), EVE, width=128, height=64)
    result = library.names.export_beside()
    assert [(one.sidecar, one.before, one.now) for one in result.replaced] == [(sidecar, "Ida", "Ada")]
    assert names_in(sidecar) == {"Ada", "Eve"}


def test_a_sidecar_that_cannot_be_read_is_left_as_it_is_and_told(library: PaintedLibrary, two: Path) -> None:
    sidecar = two.with_name("two.png.xmp")
    sidecar.write_bytes(b"<x:xmpmeta torn")
    result = library.names.export_beside()
    (left,) = result.left_out
    assert left.path == two
    assert left.reason.startswith(f"{sidecar} is left as it is: it is no whole XML")
    assert (result.files, result.faces, sidecar.read_bytes()) == (0, 0, b"<x:xmpmeta torn")


def test_a_sidecar_that_is_a_link_is_left_as_it_is(library: PaintedLibrary, two: Path, tmp_path: Path) -> None:
    target = foreign(tmp_path / "elsewhere.xmp", EVE, width=128, height=64)
    before = target.read_bytes()
    two.with_name("two.png.xmp").symlink_to(target)
    (left,) = library.names.export_beside().left_out
    assert "is left as it is: it is a link or no file" in left.reason
    assert (target.read_bytes(), two.with_name("two.png.xmp").is_symlink()) == (before, True)


def test_a_sidecar_keeps_its_mode_and_a_new_one_has_its_photo_s(library: PaintedLibrary, two: Path) -> None:
    sidecar = two.with_name("two.png.xmp")
    two.chmod(0o754)
    previous = os.umask(0o022)
    try:
        library.names.export_beside()
        assert stat.S_IMODE(sidecar.stat().st_mode) == 0o644
        sidecar.chmod(0o606)
        library.people.rename("Ada", "Ada Lovelace")
        library.names.export_beside()
        assert (stat.S_IMODE(sidecar.stat().st_mode), names_in(sidecar)) == (0o606, {"Ada Lovelace"})
    finally:
        os.umask(previous)


def test_a_sidecar_that_another_program_changes_meanwhile_keeps_that_change(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.xmp"
    sidecar.write_bytes(b"theirs, just now")
    with pytest.raises(RecogError, match="another program has just changed it"):
        replace(sidecar, b"theirs, before", b"ours")
    assert everything(tmp_path) == {sidecar: b"theirs, just now"}


def test_halves_of_sidecars_that_a_killed_export_left_go(library: PaintedLibrary, two: Path) -> None:
    half, living = (two.with_name(f".recog-{'a' * 12}.{pid}.{'b' * 8}.tmp") for pid in (999_999_999, os.getpid()))
    for one in (half, living):
        one.write_bytes(b"<x:xmp")
    library.names.export_beside()
    assert (half.exists(), living.exists()) == (False, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_sidecar_keeps_its_owner(library: PaintedLibrary, two: Path) -> None:
    sidecar = foreign(two.with_name("two.png.xmp"), EVE, width=128, height=64)
    os.chown(sidecar, 12345, 23456)
    library.names.export_beside()
    assert (sidecar.stat().st_uid, sidecar.stat().st_gid) == (12345, 23456)
    assert names_in(sidecar) == {"Ada", "Eve"}


def test_a_photo_that_changed_or_went_gets_no_names(library: PaintedLibrary, folder: Path, two: Path) -> None:
    gone = paint(folder / "gone.png", BLUE)
    library.index([folder])
    library.people.enrol("Ben", [gone])
    gone.unlink()
    paint(two, GREEN, RED)
    result = library.names.export_beside()
    assert [(one.path, one.reason) for one in result.left_out] == [
        (gone, "the photo cannot be read (missing)"),
        (two, "the photo has changed since it was indexed"),
    ]
    assert not list(folder.glob("*.xmp"))


def test_hidden_people_stay_out_and_names_by_distance_only_go_where_asked_for(
    library: PaintedLibrary, folder: Path, two: Path
) -> None:
    again = paint(folder / "again.png", RED, BLUE)
    library.index([folder])
    library.people.enrol("Zoe", [again], face=2)
    library.people.hide("Zoe")
    library.people.match_all()
    library.names.export_beside()
    assert not again.with_name("again.png.xmp").exists()
    library.names.export_beside(matched=True)
    assert names_in(again.with_name("again.png.xmp")) == {"Ada"}
    library.names.export_beside()
    assert names_in(again.with_name("again.png.xmp")) == set()


def test_regions_in_the_photo_itself_stay_where_they_are(
    library: PaintedLibrary, other: PaintedLibrary, folder: Path
) -> None:
    photo = embed(paint(folder / "two.png", RED, GREEN), packet(EVE, width=128, height=64))
    before = photo.read_bytes()
    library.index([folder])
    library.people.enrol("Ada", [photo], face=1)
    library.names.export_beside()
    assert photo.read_bytes() == before
    other.index([folder])
    assert other.names.import_sidecars(folder).created == ("Ada", "Eve")
