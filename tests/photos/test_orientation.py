"""How a photo is stored, told from its head."""

from pathlib import Path

import pytest
from PIL import Image

from recog.photos import PhotoSource, read_photo, read_source, stored_orientation


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_that_of_the_exif_tag(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"a.{suffix}"
    picture = Image.new("RGB", (40, 20))
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.save(path, exif=exif)
    assert stored_orientation(read_source(path)) == orientation
    assert read_photo(path).pixels.shape[:2] == ((40, 20) if orientation >= 5 else (20, 40))


@pytest.mark.parametrize(
    "data", [b"", b"no photo", b"\xff\xd8\xff", b"II*\x00\xff\xff\xff\xff", b"\x89PNG\r\n\x1a\n12"]
)
def test_what_cannot_be_opened_is_not_turned(data: bytes) -> None:
    assert stored_orientation(PhotoSource(Path("a"), data, "")) == 1


def test_an_orientation_that_does_not_exist_is_none(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 20))
    exif = picture.getexif()
    exif[0x0112] = 77
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert stored_orientation(read_source(tmp_path / "a.jpg")) == 1
