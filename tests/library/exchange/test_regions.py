"""Rectangles turn with the picture."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from recog.library.exchange.regions import Region, clipped, lies_on_side, region_of, stored, upright
from recog.types import FaceBox


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_region_is_where_the_picture_s_own_pixels_went(orientation: int) -> None:
    """Compare with the slow way: paint the region, let Pillow turn the picture, and find the paint."""
    pixels = np.zeros((60, 100), np.uint8)
    pixels[10:30, 50:90] = 255  # left 0.5, top 1/6, width 0.4, height 1/3
    picture = Image.fromarray(pixels)
    exif = picture.getexif()
    exif[0x0112] = orientation
    turned = np.asarray(ImageOps.exif_transpose(picture))
    rows, columns = np.flatnonzero(turned.any(axis=1)), np.flatnonzero(turned.any(axis=0))
    height, width = turned.shape
    expected = (columns[0] / width, rows[0] / height, len(columns) / width, len(rows) / height)
    region = upright(Region("Ada", 0.5, 1 / 6, 0.4, 1 / 3), orientation)
    assert (region.left, region.top, region.width, region.height) == pytest.approx(expected)
    assert lies_on_side(orientation) == (turned.shape != pixels.shape)
    back = stored(region, orientation)
    assert (back.left, back.top, back.width, back.height) == pytest.approx((0.5, 1 / 6, 0.4, 1 / 3))


def test_a_box_in_pixels_becomes_a_region_and_a_box_again() -> None:
    region = region_of("Ada", FaceBox(-20, 30, 60, 90, 0.9, ()), 200, 120)
    assert (region.left, region.top, region.width, region.height) == pytest.approx((-0.1, 0.25, 0.4, 0.5))
    assert (region.box.right, region.box.bottom) == pytest.approx((0.3, 0.75))
    inside = clipped(region)
    assert (inside.left, inside.top, inside.width, inside.height) == pytest.approx((0, 0.25, 0.3, 0.5))


@pytest.mark.parametrize(
    "numbers",
    [
        (float("nan"), 0, 0.1, 0.1),
        (0, float("inf"), 0.1, 0.1),
        (0, 0, 0, 0.1),
        (0, 0, 0.1, -0.1),
        (1, 0, 0.1, 0.1),
        (-0.2, 0, 0.2, 0.1),
    ],
)
def test_a_rectangle_that_is_nowhere_on_the_photo_is_not_sensible(numbers: tuple[float, float, float, float]) -> None:
    assert not Region("Ada", *numbers).sensible
