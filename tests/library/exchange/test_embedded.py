"""Names are imported from the photos themselves."""

import hashlib
import re
import struct
from pathlib import Path

import pytest
from PIL import Image

from recog.errors import CatalogError
from recog.library.exchange.frames import turns
from recog.library.exchange.regions import Region, stored, upright
from recog.library.exchange.sidecars import find_names
from recog.library.exchange.xmp import Sidecar, read_packet
from recog.photos import DecodeLimits, DecodePool, PhotoMetadata, read_metadata, read_source
from recog.types import Photo
from tests.library.exchange.drawing import embed, foreign, packet, turn
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

LEFT, RIGHT = Region("Ada", 0.1, 0.15, 0.3, 0.7), Region("Ben", 0.6, 0.15, 0.3, 0.7)


def where(library: PaintedLibrary) -> dict[str, float]:
    """Return each person with the left side of their only face."""
    return {person.name: library.people.person(person.name).faces[0][0].box.left for person in library.people.all()}


@pytest.mark.parametrize("given", ["folder", "photo"])
def test_the_names_in_a_photo_enter(library: PaintedLibrary, folder: Path, given: str) -> None:
    photo = embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, RIGHT, width=128, height=64))
    before = photo.read_bytes()
    library.index([folder])
    result = library.names.import_sidecars(folder if given == "folder" else photo)
    assert (result.confirmed, result.created, result.unmatched) == (2, ("Ada", "Ben"), ())
    assert where(library) == {"Ada": 12, "Ben": 76}
    assert photo.read_bytes() == before
    again = library.names.import_sidecars(folder)
    assert (again.confirmed, again.already) == (0, 2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("turned_first", [False, True])
def test_regions_of_a_turned_photo_are_of_the_picture_whose_size_they_tell(
    library: PaintedLibrary, folder: Path, orientation: int, *, turned_first: bool
) -> None:
    """Some programs measure on the stored picture, others turn it first; a turn by 180 degrees keeps its size."""
    path = paint(folder / "two.png", None, RED, GREEN)
    if orientation > 1:
        turn(path, orientation)
    ada, ben = Region("Ada", 76 / 192, 12 / 64, 40 / 192, 40 / 64), Region("Ben", 140 / 192, 12 / 64, 40 / 192, 40 / 64)
    turned_first &= orientation >= 5
    width, height = (192, 64) if orientation < 5 or turned_first else (64, 192)
    drawn = [ada, ben] if turned_first else [stored(one, orientation) for one in (ada, ben)]
    embed(path, packet(*drawn, width=width, height=height))
    library.index([folder])
    assert library.names.import_sidecars(folder).confirmed == 2
    assert where(library) == {"Ada": 76, "Ben": 140}


@pytest.mark.parametrize("turned_first", [False, True])
def test_microsoft_s_regions_are_of_the_picture_on_which_they_find_faces(
    library: PaintedLibrary, folder: Path, *, turned_first: bool
) -> None:
    """They do not say on which picture they were drawn."""
    path = paint(folder / "two.png", None, RED, GREEN)
    turn(path, 6)
    ada = Region("Ada", 76 / 192, 12 / 64, 40 / 192, 40 / 64)
    both = packet(ada if turned_first else stored(ada, 6), width=64, height=192)
    embed(path, re.sub(rb"<mwg-rs:Regions.*</mwg-rs:Regions>", b"", both, flags=re.DOTALL))
    library.index([folder])
    assert library.names.import_sidecars(folder).confirmed == 1
    assert where(library) == {"Ada": 76}


def test_a_name_that_only_microsoft_s_regions_hold_enters_beside_mwg_s(library: PaintedLibrary, folder: Path) -> None:
    both = packet(LEFT, RIGHT, width=128, height=64).replace(b'mwg-rs:Name="Ben"', b'mwg-rs:Name=""')
    embed(paint(folder / "two.png", RED, GREEN), both)
    library.index([folder])
    assert library.names.import_sidecars(folder).confirmed == 2
    assert where(library) == {"Ada": 12, "Ben": 76}


def test_a_name_drawn_on_a_picture_of_another_shape_is_told_and_names_nobody(
    library: PaintedLibrary, folder: Path
) -> None:
    """Another program cropped the photo and left the regions unchanged."""
    embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, width=400, height=300))
    library.index([folder])
    (lost,) = library.names.import_sidecars(folder).unmatched
    assert (lost.person, lost.reason) == (
        "Ada",
        "its rectangle was drawn on a picture of 400 x 300, the photo has 128 x 64",
    )
    assert library.people.all() == ()


@pytest.mark.parametrize("replace", [False, True])
def test_what_a_sidecar_says_goes_before_what_its_photo_says(
    library: PaintedLibrary, folder: Path, *, replace: bool
) -> None:
    photo = embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, RIGHT, width=128, height=64))
    foreign(folder / "two.png.xmp", Region("Eve", 0.1, 0.15, 0.3, 0.7), width=128, height=64)
    library.index([folder])
    result = library.names.import_sidecars(folder, replace=replace)
    assert where(library) == {"Eve": 12, "Ben": 76}
    sidecar = folder / "two.png.xmp"
    assert [(one.person, one.source, one.reason) for one in result.unmatched] == [
        ("Ada", photo, f"the face there is called Eve by {sidecar}")
    ]
    assert (result.confirmed, result.conflicts) == (2, ())


def test_the_same_name_in_the_photo_and_in_its_sidecar_is_one_name(library: PaintedLibrary, folder: Path) -> None:
    embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, RIGHT, width=128, height=64))
    foreign(folder / "two.png.xmp", LEFT, RIGHT, width=128, height=64)
    library.index([folder])
    result = library.names.import_sidecars(folder)
    assert (result.confirmed, result.already, result.unmatched) == (2, 0, ())


def test_a_photo_that_is_not_in_the_library_is_told_by_the_names_in_it(library: PaintedLibrary, folder: Path) -> None:
    library.index([paint(folder / "a.png", BLUE).parent])
    lost = embed(paint(folder / "lost.png", RED, GREEN), packet(LEFT, width=128, height=64))
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    result = library.names.import_sidecars(folder)
    assert [(one.person, one.source, one.reason) for one in result.unmatched] == [
        ("Ada", lost, "the photo is not in the library")
    ]


def test_broken_xmp_in_a_photo_is_told_and_the_others_are_read(library: PaintedLibrary, folder: Path) -> None:
    broken = embed(paint(folder / "broken.png", BLUE), b"<!DOCTYPE x><x/>")
    embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, width=128, height=64))
    (folder / "empty.jpg").touch()
    library.index([folder])
    result = library.names.import_sidecars(folder)
    assert result.confirmed == 1
    assert [(one.path, one.reason) for one in result.unreadable] == [
        (broken, "it declares a document type, which is not read from foreign files"),
        (folder / "empty.jpg", "empty"),
    ]


def test_what_a_photo_says_is_read_in_a_process_of_its_own(folder: Path) -> None:
    """A photo that kills its decoder costs only itself."""
    embed(paint(folder / "segfault.png", RED, GREEN), packet(LEFT, width=128, height=64))
    embed(paint(folder / "two.png", RED, GREEN), packet(LEFT, width=128, height=64))
    with DecodePool(DecodeLimits(), worker="tests.dangerous_worker") as decoders:
        names = find_names([folder], decoders)
    assert [one.path.name for one in names.found] == ["two.png"]
    assert [(one.path.name, one.reason) for one in names.unreadable] == [("segfault.png", "crashed")]


def test_the_names_beyond_64_kb_of_a_jpeg_s_xmp_enter(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "two.png", RED, GREEN).with_suffix(".jpg")
    Image.open(path.with_suffix(".png")).save(path, quality=95)
    path.with_suffix(".png").unlink()
    rest = packet(LEFT, RIGHT, width=128, height=64).replace(b"<?xpacket end", b" " * 70_000 + b"<?xpacket end")
    digest = hashlib.md5(rest).hexdigest().upper().encode()  # noqa: S324 - the format's own digest
    main = (
        b"http://ns.adobe.com/xap/1.0/\0"
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<r:Description xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="'
        + digest
        + b'"/></r:RDF></x:xmpmeta>'
    )
    head = b"http://ns.adobe.com/xmp/extension/\0" + digest
    bodies = [main] + [
        head + struct.pack(">II", len(rest), at) + rest[at : at + 60_000] for at in range(0, len(rest), 60_000)
    ]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body for body in bodies)
    data = path.read_bytes()
    path.write_bytes(data[:2] + segments + data[2:])
    library.index([folder])
    assert library.names.import_sidecars(folder).confirmed == 2
    assert where(library) == {"Ada": 12, "Ben": 76}


def test_a_folder_without_any_names_is_said_so(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "two.png", RED)
    library.index([folder])
    with pytest.raises(CatalogError, match=r"no \.xmp sidecar, and no photo with names in it, is below"):
        library.names.import_sidecars(folder)


def photo(width: int, height: int) -> Photo:
    return Photo(1, "ab" * 32, width, height, None)


@pytest.mark.parametrize(
    ("size", "orientation", "by_format", "expected"),
    [
        ((400, 300), 6, True, (1,)),
        ((300, 400), 6, True, (6,)),
        ((None, None), 6, True, (1,)),
        ((None, None), 6, False, (6, 1)),
        ((None, None), 3, False, (3,)),
        ((401, 300), 1, False, (1,)),
        ((400, 200), 6, False, ()),
    ],
)
def test_the_picture_that_regions_are_of_is_told_by_its_size(
    size: tuple[int | None, int | None], orientation: int, expected: tuple[int, ...], *, by_format: bool
) -> None:
    said = Sidecar((LEFT,), *size, 0, None, own=False)
    metadata = PhotoMetadata("ab" * 32, orientation, by_format, ())
    assert turns(said, photo(400, 300), metadata) == expected


@pytest.mark.data
def test_two_portraits_one_of_them_turned_hold_the_same_faces(data: Path) -> None:
    """MWG's regions are measured on the stored picture; Microsoft's do not say on which."""
    found = []
    for name, (width, height) in (("portrait.jpg", (840, 700)), ("portrait-orientation-6.jpg", (840, 700))):
        metadata = read_metadata(read_source(data / "regions" / name))
        said = read_packet(*metadata.packets)
        (turned,) = turns(said, photo(width, height), metadata)
        found.append([upright(region, turned) for region in said.regions])
        assert said.more == ()
    for one, other in zip(*found, strict=True):
        assert one.name == other.name
        assert (one.left, one.top, one.width, one.height) == pytest.approx(
            (other.left, other.top, other.width, other.height), abs=1e-5
        )
