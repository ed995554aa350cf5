"""Pictures for others, of painted faces: who is covered, what is refused, and what no file says."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import SharingError, UnknownPersonError
from recog.library.sharing.results import Kind, Wish
from recog.share.masks import Mask
from tests.painted import BLUE, CELL, FACE, GREEN, RED, WHITE, Colour, PaintedLibrary, paint, paint_missed

ANN = Wish(keep=("Ann",))


@pytest.fixture
def party(library: PaintedLibrary, folder: Path) -> Path:
    """Ann is red, Bob green, Cid blue and hidden; nobody knows who is white."""
    photo = paint(folder / "party.png", RED, None, GREEN, None, BLUE, None, WHITE)
    library.index([folder])
    for name, colour in (("Ann", RED), ("Bob", GREEN), ("Cid", BLUE)):
        library.people.enrol(name, paint(folder.parent / f"{name}.png", colour))
    library.people.hide("Cid")
    return photo


def seen(picture: Path) -> list[Colour | None]:
    """Return the colour in the middle of every cell, None if it is nearly black."""
    pixels = np.asarray(Image.open(picture)).astype(int)
    middles = [pixels[CELL // 2, cell * CELL + CELL // 2] for cell in range(pixels.shape[1] // CELL)]
    return [None if one.max() < 30 else tuple((round(value / 10) * 10) for value in one) for one in middles]


def shown(library: PaintedLibrary, photo: Path, wish: Wish, out: Path) -> set[int]:
    """Share a photo, and return the cells in which somebody is left."""
    done = library.sharing.share(photo, out, wish)
    return {cell for cell, colour in enumerate(seen(out / done.shared[0].file)) if colour is not None}


def test_everybody_but_the_kept_person_is_covered(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    done = library.sharing.share(party, tmp_path / "out", ANN)
    (one,) = done.shared
    assert (one.file, one.kept, one.covered, done.refused) == ("picture-001.jpg", ("Ann",), 3, ())
    assert seen(tmp_path / "out" / one.file) == [(230, 20, 20), None, None, None, None, None, None]
    with pytest.raises(UnknownPersonError, match="Anne"):
        library.sharing.share(party, tmp_path / "out", Wish(keep=("Anne",)))


def test_a_cover_that_recog_sees_through_is_made_stronger(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    """In this world the mean colour tells who somebody is, so only black hides it."""
    for mask in (Mask.BLUR, Mask.PIXELATE):
        wish = Wish(keep=("Ann", "Bob"), mask=mask)
        (one,) = library.sharing.share(party, tmp_path / mask, wish).shared
        assert (one.covered, one.stronger) == (2, 2)
        assert seen(tmp_path / mask / one.file)[4] is None
    (one,) = library.sharing.share(party, tmp_path / "paint", Wish(keep=("Ann", "Bob"), mask=Mask.PAINT)).shared
    assert one.stronger == 0


@pytest.mark.parametrize(
    ("kind", "left"),
    [(Kind.ALL, set()), (Kind.UNKNOWN, {0, 2, 4}), (Kind.HIDDEN, {0, 2, 6}), (Kind.IGNORED, {0, 2, 4})],
)
def test_faces_of_a_kind_are_covered(
    library: PaintedLibrary, party: Path, tmp_path: Path, kind: Kind, left: set[int]
) -> None:
    white = next(face for face in library.context.catalog.faces.of_photo(1) if face.box.left > 6 * CELL)
    library.people.ignore([white.id])
    assert shown(library, party, Wish(hide=frozenset({kind})), tmp_path / "out") == left


def test_a_face_that_only_the_user_saw_is_covered_or_kept(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    photo = paint_missed(folder / "missed.png", RED)
    library.index([folder])
    library.people.mark(photo, (CELL // 2 + 4, 4, FACE // 2, FACE // 2), "Dee")
    library.people.enrol("Ann", paint(tmp_path / "ann.png", GREEN))
    for keep, visible in (("Ann", False), ("Dee", True)):
        (one,) = library.sharing.share(photo, tmp_path / keep, Wish(keep=(keep,))).shared
        pixels = np.asarray(Image.open(tmp_path / keep / one.file))
        assert bool(pixels[6 : 4 + FACE // 2, CELL // 2 + 6 : CELL // 2 + FACE // 2].max() > 100) is visible


def test_a_name_by_distance_keeps_nobody_visible_if_only_confirmed_ones_shall(
    library: PaintedLibrary, party: Path, tmp_path: Path
) -> None:
    strict = Wish(keep=("Ann",), confirmed=True)
    assert shown(library, party, strict, tmp_path / "a") == set()
    red = next(face for face in library.context.catalog.faces.of_photo(1) if face.box.left < CELL)
    library.people.confirm("Ann", [red.id])
    assert shown(library, party, strict, tmp_path / "b") == {0}


def test_a_face_that_was_rejected_or_ignored_is_covered(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    red = next(face for face in library.context.catalog.faces.of_photo(1) if face.box.left < CELL)
    library.people.reject("Ann", [red.id])
    assert shown(library, party, ANN, tmp_path / "a") == set()
    library.people.undo()
    library.people.ignore([red.id])
    assert shown(library, party, ANN, tmp_path / "b") == set()


def test_a_name_that_the_library_no_longer_gives_keeps_nobody_visible(
    library: PaintedLibrary, party: Path, tmp_path: Path
) -> None:
    library.context.catalog.matches.replace(library.networks.info.sha256, [])
    assert shown(library, party, ANN, tmp_path / "out") == set()


def test_a_forgotten_face_is_covered_like_a_strangers(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    library.people.forget("Bob")
    assert shown(library, party, ANN, tmp_path / "out") == {0}


def test_who_is_never_shared_is_refused_unless_covered(
    library: PaintedLibrary, party: Path, folder: Path, tmp_path: Path
) -> None:
    library.people.set_shareable("Bob", shareable=False)
    assert [one.name for one in library.people.never_shared()] == ["Bob"]
    with pytest.raises(SharingError, match="Bob is marked as never to be shared"):
        library.sharing.share(party, tmp_path / "a", Wish(keep=("Ann", "Bob")))
    assert not (tmp_path / "a").exists()
    assert shown(library, party, ANN, tmp_path / "b") == {0}
    alone = paint(folder / "alone.png", WHITE)
    done = library.sharing.share([party, alone], tmp_path / "c", Wish(hide=frozenset({Kind.UNKNOWN})))
    assert [(one.photo, "shows Bob, who is marked" in one.detail) for one in done.refused] == [(party, True)]
    library.people.merge("Bob", "Ann")
    with pytest.raises(SharingError, match="Ann is marked"):
        library.sharing.share(party, tmp_path / "d", ANN)
    library.people.undo()
    assert shown(library, party, ANN, tmp_path / "e") == {0}


def test_a_picture_says_nothing_but_its_pixels(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    exif.get_ifd(0x8769)[0x9003] = "2019:07:01 10:00:00"
    photo = tmp_path / "SECRET name.jpg"
    Image.open(party).save(photo, exif=exif, xmp=b"<x:xmpmeta>SECRET</x:xmpmeta>", comment=b"SECRET", quality=95)
    before = photo.read_bytes()
    (one,) = library.sharing.share(photo, tmp_path / "out", ANN).shared
    written = tmp_path / "out" / one.file
    with Image.open(written) as picture:
        assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density", "icc_profile"}
        assert len(picture.getexif()) == 0
        assert "sRGB".encode("utf-16-be") in picture.info["icc_profile"]
    assert b"SECRET" in before
    assert b"SECRET" not in written.read_bytes()
    assert b"Exif" not in written.read_bytes()
    assert photo.read_bytes() == before
    assert abs(written.stat().st_mtime - photo.stat().st_mtime) < 60


def test_no_file_is_overwritten_whatever_it_is(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    """A link or a hard link to a photo under the name of a picture: the next number is taken."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "picture-001.jpg").symlink_to(party)
    os.link(party, out / "picture-002.jpg")
    (out / "picture-003.jpg").symlink_to(tmp_path / "nowhere")
    before = party.read_bytes()
    assert library.sharing.share(party, out, ANN).shared[0].file == "picture-004.jpg"
    assert library.sharing.share(party, out, ANN).shared[0].file == "picture-005.jpg"
    assert party.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()
    for name in ("album.zip", "album.ZIP"):
        (tmp_path / name).symlink_to(party)
        with pytest.raises(SharingError, match="exists already, and recog never overwrites"):
            library.sharing.share(party, tmp_path / name, ANN)
    with pytest.raises(SharingError, match="cannot be made"):
        library.sharing.share(party, party / "below", ANN)


def test_an_archive_holds_the_pictures_and_no_times(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    done = library.sharing.share([party, party], tmp_path / "album.zip", ANN)
    with zipfile.ZipFile(tmp_path / "album.zip") as album:
        assert album.namelist() == [one.file for one in done.shared] == ["picture-001.jpg", "picture-002.jpg"]
        assert {one.date_time for one in album.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        (tmp_path / "one.jpg").write_bytes(album.read("picture-002.jpg"))
    assert seen(tmp_path / "one.jpg")[2] is None


def test_a_photo_that_cannot_be_read_stops_no_other(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    done = library.sharing.share([broken, party], tmp_path / "out", ANN)
    assert [one.photo for one in done.refused] == [broken]
    assert len(done.shared) == 1
    with pytest.raises(SharingError, match=r"no picture was made; .*broken\.jpg"):
        library.sharing.share(broken, tmp_path / "out", ANN)


def test_covered_faces_are_painted_in_a_style(library: PaintedLibrary, party: Path, tmp_path: Path) -> None:
    """The painted head is seen through in this world, so the finished picture is black there; the steps ran."""
    with pytest.raises(SharingError, match="no picture was given to paint"):
        library.sharing.share(party, tmp_path / "out", Wish(keep=("Ann",), mask=Mask.STYLE))
    pair, painting = paint(tmp_path / "pair.png", RED, None, WHITE), paint(tmp_path / "painting.png", GREEN, RED)
    wish = Wish(keep=("Ann",), mask=Mask.STYLE, painting=painting)
    assert shown(library, pair, wish, tmp_path / "out") == {0}
