"""Find the photo that a sidecar describes."""

import shutil
from pathlib import Path

import pytest

from recog.library.exchange.packets import write_packet
from recog.library.exchange.records import NamesImport
from recog.library.exchange.regions import Region
from tests.library.exchange.drawing import foreign
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

ADA = Region("Ada", 0.1, 0.15, 0.3, 0.7)
NOT_HERE = "the photo is not in the library"


def named(library: PaintedLibrary) -> set[Path]:
    """Return the photos that show Ada."""
    if not library.people.all():
        return set()
    return {path for shown in library.people.find("Ada", confirmed=True).photos for path in shown.paths}


def reasons(result: NamesImport) -> list[tuple[str, str, str]]:
    return [(one.person, one.source.name, one.reason) for one in result.unmatched]


@pytest.mark.parametrize(
    ("photo", "sidecar"),
    [
        ("two.png", "two.png.XMP"),
        ("two.png", "two.XMP"),
        ("two.PNG", "two.png.xmp"),
        ("two.png", "two.PNG.Xmp"),
        ("two.Png", "two.xmp"),
        ("two.PnG", "two.pNg.xMp"),
        ("two.b.png", "two.b.xmp"),
        ("two.b.png", "two.b.png.xmp"),
    ],
)
def test_suffixes_are_found_in_any_case(library: PaintedLibrary, folder: Path, photo: str, sidecar: str) -> None:
    path = paint(folder / "paint.png", RED, GREEN).rename(folder / photo)
    library.index([folder])
    foreign(folder / sidecar, ADA, width=128, height=64)
    for given in (folder, folder / sidecar):
        assert reasons(library.names.import_sidecars(given)) == []
    assert named(library) == {path}


@pytest.fixture
def stem(library: PaintedLibrary, folder: Path) -> Path:
    """Make two photos with one stem, and a sidecar that may belong to either."""
    paint(folder / "a.png", RED, GREEN).rename(folder / "two.jpg")
    paint(folder / "two.png", BLUE, GREEN)
    library.index([folder])
    return foreign(folder / "two.xmp", ADA, width=128, height=64)


def test_a_sidecar_that_may_be_of_two_photos_says_so_and_names_nobody(
    library: PaintedLibrary, folder: Path, stem: Path
) -> None:
    assert reasons(library.names.import_sidecars(folder)) == [
        ("Ada", "two.xmp", "it may be of two.jpg or two.png: call it two.jpg.xmp, or likewise")
    ]
    assert library.people.all() == ()
    stem.rename(folder / "two.png.xmp")
    library.names.import_sidecars(folder)
    assert named(library) == {folder / "two.png"}


def test_a_photo_beside_that_the_library_does_not_hold_makes_two_as_well(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "two.png", RED, GREEN)
    library.index([folder])
    paint(folder / "b.png", BLUE).rename(folder / "two.jpg")
    foreign(folder / "two.xmp", ADA, width=128, height=64)
    assert "two.jpg or two.png" in reasons(library.names.import_sidecars(folder))[0][2]
    assert library.people.all() == ()


def test_a_sidecar_that_tells_its_photo_s_suffix_is_of_that_one(
    library: PaintedLibrary, folder: Path, stem: Path
) -> None:
    """Adobe's programs name sidecars so."""
    told = stem.read_bytes().replace(
        b'rdf:about=""',
        b'rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:SidecarForExtension="PNG"',
    )
    stem.write_bytes(told)
    library.names.import_sidecars(folder)
    assert named(library) == {folder / "two.png"}


def test_copies_of_one_photo_are_one_whatever_their_suffixes(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "two.png", RED, GREEN)
    shutil.copy(folder / "two.png", folder / "two.jpg")
    library.index([folder])
    foreign(folder / "two.xmp", ADA, width=128, height=64)
    assert library.names.import_sidecars(folder).confirmed == 1


@pytest.mark.parametrize("indexed", ["both", "jpg"])
def test_a_raw_file_and_its_jpeg_are_one_shot(library: PaintedLibrary, folder: Path, indexed: str) -> None:
    """The camera took both at once; Adobe's programs write the sidecar for the raw file."""
    raw = paint(folder / "a.png", RED, GREEN, noise=1).rename(folder / "two.NEF")
    other = paint(folder / "b.png", RED, GREEN).rename(folder / "two.jpg")
    library.index([raw, other] if indexed == "both" else [other])
    foreign(folder / "two.xmp", ADA, width=128, height=64)
    assert reasons(library.names.import_sidecars(folder)) == []
    assert named(library) == ({raw, other} if indexed == "both" else {other})


def test_a_photo_whose_bytes_another_program_changed_still_has_its_own_sidecar(
    library: PaintedLibrary, folder: Path
) -> None:
    """The digest in recog's sidecar is of the earlier bytes, and the sidecar still belongs to the photo beside it."""
    photo = paint(folder / "two.png", RED, GREEN)
    library.index([folder])
    packet = write_packet([ADA], width=128, height=64, sha256="cd" * 32, version="1")
    photo.with_name("two.png.xmp").write_bytes(packet)
    library.names.import_sidecars(folder)
    assert named(library) == {photo}


def test_a_mirrored_sidecar_of_other_bytes_names_nobody(library: PaintedLibrary, folder: Path, tmp_path: Path) -> None:
    photo = paint(folder / "two.png", RED, GREEN)
    library.index([folder])
    mirrored = tmp_path / "mirror" / photo.relative_to("/").with_name("two.png.xmp")
    mirrored.parent.mkdir(parents=True)
    mirrored.write_bytes(write_packet([ADA], width=128, height=64, sha256="cd" * 32, version="1"))
    assert reasons(library.names.import_sidecars(tmp_path / "mirror")) == [("Ada", "two.png.xmp", NOT_HERE)]
