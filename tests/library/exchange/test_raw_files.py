"""Names of faces in camera raw files are exported to sidecars and imported again."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.library.exchange.exporting import export_sidecars
from recog.library.exchange.regions import Region
from recog.photos import DecodeLimits, DecodePool
from tests.library.exchange.drawing import packet
from tests.painted import GREEN, RED, PaintedLibrary, paint, painted_library
from tests.photos.raw_files import BYTE, CAMERA, SHORT, Tag, jpeg_of, jpeg_page, sensor_page, tiff

SIZE = (192, 64)
TURNS = {1: 0, 3: 2, 6: 1}
"""EXIF orientations, with the quarter turns to the left that an upright picture needs to be stored so."""


def raw(path: Path, orientation: int = 1, xmp: bytes = b"") -> Path:
    """Make a DNG of an upright picture, faces on its right, stored as by a camera that was turned."""
    with Image.open(paint(path.with_suffix(".png"), None, RED, GREEN)) as picture:
        stored = np.rot90(np.asarray(picture), TURNS[orientation])
    path.with_suffix(".png").unlink()
    height, width = stored.shape[:2]
    tags: list[Tag] = [*CAMERA, (274, SHORT, [orientation])]
    if xmp:
        tags.append((700, BYTE, list(xmp)))
    preview = jpeg_page(jpeg_of(np.ascontiguousarray(stored)), (width, height), tags)
    path.write_bytes(tiff([preview], below=[sensor_page(2 * width, 2 * height)]))
    return path


def where(library: PaintedLibrary) -> dict[str, float]:
    return {
        person.name: library.people.person(person.name).faces[0][0].box.left
        for person in library.people.all()
        if person.confirmed
    }


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("orientation", TURNS)
def test_names_in_raw_files_that_a_turned_camera_took_enter_a_fresh_library(
    library: PaintedLibrary, folder: Path, tmp_path: Path, orientation: int, *, beside: bool
) -> None:
    path = raw(folder / "two.dng", orientation)
    library.index([folder])
    library.people.enrol("Ada", [path], face=1)
    library.people.enrol("Ben", [path], face=2)
    written = library.names.export_beside() if beside else library.names.export_sidecars(tmp_path / "out")
    assert written.files == 1
    with painted_library(tmp_path / "other") as other:
        other.index([folder])
        assert other.names.import_sidecars(folder if beside else tmp_path / "out").confirmed == 2
        assert where(other) == where(library) == {"Ada": 76, "Ben": 140}


def test_the_names_in_a_raw_file_itself_enter(library: PaintedLibrary, folder: Path) -> None:
    region = Region("Ben", 140 / 192, 12 / 64, 40 / 192, 40 / 64)
    raw(folder / "two.dng", xmp=packet(region, width=192, height=64))
    library.index([folder])
    assert library.names.import_sidecars(folder).confirmed == 1
    assert where(library) == {"Ben": 140}


def test_a_photo_that_kills_its_decoder_costs_the_export_its_own_sidecar_alone(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    library.people.enrol("Ada", [paint(folder / "segfault.png", RED), paint(folder / "two.png", GREEN)])
    with DecodePool(DecodeLimits(), worker="tests.dangerous_worker") as decoders:
        result = export_sidecars(library.context.catalog, decoders, tmp_path / "out", matched=False)
    assert result.files == 1
    assert [(one.path.name, one.reason) for one in result.left_out] == [
        ("segfault.png", "the photo cannot be read (crashed)")
    ]
