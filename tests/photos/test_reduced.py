"""JPEGs are decoded by libjpeg-turbo: bit by bit as Pillow decodes them, and reduced if that is enough."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recog.errors import PhotoError
from recog.photos import PhotoSource, decode_areas, decode_photo, read_source
from recog.photos.turbo_jpeg import decode_whole, halving
from recog.types import Area, Pixels
from tests.photos.test_colours import icc_profile


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Draw smooth colours with some noise; no row and no column is like another."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    smooth = np.stack([255 * across, 255 * down, 255 * (1 - across) * down], axis=2)
    noise = np.random.default_rng(width * height).normal(0, 6, smooth.shape)
    return Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, *, orientation: int = 1, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", **({"quality": 92, "exif": exif} | options))
    return file.getvalue()


def source(data: bytes) -> PhotoSource:
    return PhotoSource(Path("a.jpg"), data, "0" * 64)


def by_pillow(data: bytes, factor: int = 1) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        if factor > 1:
            image.draft("RGB", (image.width // factor, image.height // factor))
        pixels: Pixels = np.array(image.convert("RGB"))
    return pixels


def means(pixels: Pixels, factor: int) -> Pixels:
    """Average squares of the pixels whose sides are multiples of the factor."""
    height, width = (side // factor for side in pixels.shape[:2])
    squares = pixels[: height * factor, : width * factor].reshape(height, factor, width, factor, 3)
    averages: Pixels = squares.mean(axis=(1, 3)).astype(np.uint8)
    return averages


KINDS: dict[str, dict[str, Any]] = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "progressive": {"progressive": True},
    "coarse": {"quality": 20},
    "restart markers": {"restart_marker_blocks": 3},
    "stored as RGB": {"keep_rgb": True},
}


@pytest.mark.parametrize("size", [(96, 64), (97, 61), (9, 200)])
@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_those_of_pillow_bit_by_bit(kind: str, size: tuple[int, int]) -> None:
    data = jpeg(scene(*size), **KINDS[kind])
    for factor in (1, 2, 4):
        pixels = decode_whole(data, size, factor)
        assert pixels is not None
        np.testing.assert_array_equal(pixels, by_pillow(data, factor))
        assert pixels.flags.writeable


def test_grey_is_that_of_pillow() -> None:
    data = jpeg(scene().convert("L"))
    pixels = decode_whole(data, (96, 64), 1)
    assert pixels is not None
    np.testing.assert_array_equal(pixels, by_pillow(data))


def test_real_photos_are_those_of_pillow(data: Path) -> None:
    paths = sorted((data / "photos").rglob("*.jpg"))
    assert len(paths) > 20
    decoded = 0
    for path in paths:
        content = path.read_bytes()
        with Image.open(path) as image:
            pixels = decode_whole(content, image.size, 1) if image.mode == "RGB" else None
        if pixels is not None:
            np.testing.assert_array_equal(pixels, by_pillow(content))
            decoded += 1
    assert decoded > 0.9 * len(paths)


def test_what_libjpeg_complains_of_is_left_to_pillow() -> None:
    """Damaged in its middle: Pillow shows what is there, and so does recog."""
    data = bytearray(jpeg(scene(400, 300)))
    middle = len(data) // 2
    data[middle : middle + 40] = b"\xff\x00" * 20
    assert decode_whole(bytes(data), (400, 300), 1) is None
    photo = decode_photo(source(bytes(data)), longest=200)
    assert photo.reduced is None
    np.testing.assert_array_equal(photo.pixels, by_pillow(bytes(data)))


def test_a_header_that_reads_differently_is_left_to_pillow() -> None:
    assert decode_whole(jpeg(scene()), (96, 65), 1) is None


@pytest.mark.parametrize(
    ("width", "height", "factor"),
    [(3072, 2000, 1), (3073, 10, 2), (4000, 3000, 2), (10, 6144, 2), (8000, 6000, 4), (16320, 12240, 8), (99999, 9, 8)],
)
def test_a_photo_is_halved_until_it_is_short_enough(width: int, height: int, factor: int) -> None:
    assert halving(width, height, longest=3072) == factor
    assert halving(width, height, longest=None) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("profile", [None, icc_profile(red_is="green")])
def test_a_reduced_photo_is_upright_and_knows_its_full_size(orientation: int, profile: bytes | None) -> None:
    data = jpeg(scene(), orientation=orientation, icc_profile=profile)
    full, small = decode_photo(source(data)), decode_photo(source(data), longest=48)
    assert full.reduced is None
    assert small.reduced is not None
    assert small.reduced.factor == 2
    assert (small.width, small.height) == (full.width, full.height) == (full.pixels.shape[1], full.pixels.shape[0])
    assert small.pixels.shape == (full.height // 2, full.width // 2, 3)
    assert np.abs(small.pixels.astype(int) - means(full.pixels, 2)).mean() < 2
    assert (small.sha256, small.format, small.incomplete) == (full.sha256, full.format, full.incomplete)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", [{}, {"icc_profile": icc_profile(red_is="green")}])
def test_areas_are_those_of_the_full_photo(orientation: int, options: dict[str, Any]) -> None:
    opened = source(jpeg(scene(), orientation=orientation, **options))
    full, small = decode_photo(opened), decode_photo(opened, longest=48)
    areas = [Area(0, 0, 1, 1), Area(3, 5, 20, 19), Area(7, 0, full.width, 31), Area(0, 0, full.width, full.height)]
    assert small.reduced is not None
    for area, pixels in zip(areas, small.reduced.areas(areas), strict=True):
        np.testing.assert_array_equal(pixels, full.pixels[area.top : area.bottom, area.left : area.right])


def test_areas_of_any_format_can_be_had(tmp_path: Path) -> None:
    scene().save(tmp_path / "a.png")
    (pixels,) = decode_areas(read_source(tmp_path / "a.png"), [Area(3, 5, 20, 19)])
    np.testing.assert_array_equal(pixels, np.asarray(scene())[5:19, 3:20])


@pytest.mark.parametrize("area", [Area(-1, 0, 4, 4), Area(0, 0, 97, 4), Area(0, 0, 4, 65), Area(4, 0, 4, 4)])
def test_an_area_outside_the_photo_is_an_error_of_the_caller(area: Area) -> None:
    with pytest.raises(ValueError, match="is no area of a photo of 96 x 64 pixels"):
        decode_areas(source(jpeg(scene())), [area])


@pytest.mark.parametrize(("orientation", "factor"), [(1, 2), (2, None), (6, None)])
def test_a_photo_of_odd_sides_is_reduced_unless_it_is_turned(orientation: int, factor: int | None) -> None:
    """Its last column shows half a square, and would come first if the photo were turned."""
    photo = decode_photo(source(jpeg(scene(97, 64), orientation=orientation)), longest=50)
    assert (photo.reduced.factor if photo.reduced else None) == factor
    assert sorted((photo.width, photo.height)) == [64, 97]
    if factor:
        assert photo.pixels.shape == (32, 49, 3)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_photo_that_is_cut_short_is_read_in_full_or_refused(options: dict[str, Any], share: float) -> None:
    data = jpeg(scene(300, 200), **options)
    data = data[: int(len(data) * share)]
    results: list[tuple[object, ...]] = []
    for longest in (None, 100):
        try:
            photo = decode_photo(source(data), longest)
        except PhotoError as error:
            results.append((error.reason, str(error)))
        else:
            assert photo.reduced is None
            results.append((photo.incomplete, photo.pixels.tobytes()))
    assert results[0] == results[1]


@pytest.mark.parametrize(("name", "mode"), [("a.png", "RGB"), ("a.webp", "RGB"), ("a.tif", "RGB"), ("a.jpg", "CMYK")])
def test_other_formats_and_colours_stay_full(tmp_path: Path, name: str, mode: str) -> None:
    scene().convert(mode).save(tmp_path / name)
    photo = decode_photo(read_source(tmp_path / name), longest=48)
    assert photo.reduced is None
    assert photo.pixels.shape == (64, 96, 3)


def test_a_grey_photo_with_a_profile_keeps_its_profile() -> None:
    grey = icc_profile(red_is="red", space=b"GRAY")
    data = jpeg(scene().convert("L"), icc_profile=grey)
    np.testing.assert_array_equal(decode_photo(source(data), longest=48).pixels.shape, (64, 96, 3))
