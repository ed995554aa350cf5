"""A colour is the same colour in whatever kind of picture file it is kept."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from recog.photos import read_photo
from recog.photos.colour import eight_bit

RED, GREEN, GREY, WHITE = (200, 30, 20), (30, 200, 20), (90, 90, 90), (255, 255, 255)
Colour = tuple[int, int, int]


def colour_of(path: Path) -> NDArray[np.float64]:
    pixels = read_photo(path).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape == (24, 32, 3)
    return np.asarray(pixels.reshape(-1, 3).mean(axis=0))


def plain(mode: str, colour: float | tuple[int, ...]) -> Image.Image:
    return Image.new(mode, (32, 24), colour)


PALETTE = plain("RGB", RED).quantize(4)
CLEAR_PALETTE = plain("RGB", RED).quantize(4)
CLEAR_PALETTE.info["transparency"] = CLEAR_PALETTE.getpixel((0, 0))


@pytest.mark.parametrize(
    ("image", "name", "colour"),
    [
        (plain("RGB", RED), "a.png", RED),
        (plain("RGB", RED), "a.bmp", RED),
        (plain("RGB", RED), "a.tif", RED),
        (plain("RGB", RED), "a.webp", RED),
        (plain("RGB", RED), "a.gif", RED),
        (plain("RGB", RED), "a.jpg", RED),
        (plain("RGB", RED), "a.avif", RED),
        (plain("L", 90), "a.jpg", GREY),
        (plain("L", 90), "a.png", GREY),
        (plain("1", 1), "a.png", WHITE),
        (plain("1", 1), "a.tif", WHITE),
        (PALETTE, "a.png", RED),
        (CLEAR_PALETTE, "a.png", WHITE),
        (CLEAR_PALETTE, "a.gif", WHITE),
        (plain("LA", (90, 255)), "a.png", GREY),
        (plain("LA", (90, 0)), "a.png", WHITE),
        (plain("RGBA", (*RED, 255)), "a.png", RED),
        (plain("RGBA", (*RED, 0)), "a.png", WHITE),
        (plain("RGBA", (*RED, 0)), "a.webp", WHITE),
        (plain("RGBA", (*RED, 128)), "a.tif", (227, 142, 137)),
        (plain("CMYK", (0, 216, 225, 55)), "a.jpg", (200, 31, 24)),
        (plain("CMYK", (0, 216, 225, 55)), "a.tif", (200, 31, 24)),
        (plain("YCbCr", (83, 92, 211)), "a.tif", (199, 36, 19)),
        (plain("LAB", (111, 128, 128)), "a.tif", (103, 103, 103)),
        (plain("I;16", 90 * 257), "a.png", (90, 90, 90)),
    ],
)
def test_every_mode_shows_its_colour(tmp_path: Path, image: Image.Image, name: str, colour: Colour) -> None:
    image.save(tmp_path / name)
    assert colour_of(tmp_path / name) == pytest.approx(colour, abs=4)


def ramp(mode: str, top: float) -> Image.Image:
    """32 x 24 pixels of grey, from black at the left to `top` at the right."""
    dtype = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
    return Image.fromarray(np.tile(np.linspace(0, top, 32), (24, 1)).astype(dtype))


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (ramp("I;16", 65535), "sixteen.png"),
        (ramp("I;16", 4095), "twelve.png"),
        (ramp("I;16", 65535), "sixteen.tif"),
        (ramp("I", 65535), "wide.tif"),
        (ramp("I", 2_000_000_000), "deep.tif"),
        (ramp("F", 1.0), "unit.tif"),
        (ramp("F", 255.0), "byte.tif"),
        (ramp("F", 1e30), "huge.tif"),
    ],
)
def test_deep_grey_runs_from_black_to_white(tmp_path: Path, image: Image.Image, name: str) -> None:
    """Pillow's own conversion would make nearly all of it white."""
    image.save(tmp_path / name)
    grey = read_photo(tmp_path / name).pixels[0, :, 0].astype(float)
    assert np.abs(grey - np.linspace(0, 255, 32)).max() <= 1.0


def test_not_a_number_is_black(tmp_path: Path) -> None:
    values = np.full((24, 32), np.nan, np.float32)
    values[:, 16:] = 1.0
    Image.fromarray(values).save(tmp_path / "nan.tif")
    pixels = read_photo(tmp_path / "nan.tif").pixels
    assert (int(pixels[:, :16].max()), int(pixels[:, 16:].min())) == (0, 255)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=600))
def test_eight_bits_of_integers_are_the_share_of_the_smallest_full_scale(values: list[int]) -> None:
    white = next(scale for scale in (255, 1023, 4095, 16383, 65535) if max(values) <= scale)
    column = np.array(values, np.uint16)[:, None]
    assert eight_bit(column)[:, 0].tolist() == [round(value * (255 / white)) for value in values]


@given(st.lists(st.floats(-1000, 1000, width=32), min_size=2, max_size=50))
def test_eight_bits_of_any_floats_keep_their_order(values: list[float]) -> None:
    grey = eight_bit(np.array(values, np.float32)[:, None])[:, 0].astype(int)
    order = np.argsort(values, kind="stable")
    assert (np.diff(grey[order]) >= 0).all()


def test_eight_bits_of_nothing_finite_are_black() -> None:
    assert eight_bit(np.array([[np.nan, np.inf]])).tolist() == [[0, 255]]
    assert eight_bit(np.zeros((2, 2), np.int32)).tolist() == [[0, 0], [0, 0]]


def icc_profile(*, red_is: str, space: bytes = b"RGB ") -> bytes:
    """A small ICC v2 matrix profile (ICC.1:2001-04), like sRGB with gamma 2.2; red_is 'green' swaps two primaries."""
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    if red_is == "green":
        red, green = green, red

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    name = b"desc" + bytes(4) + struct.pack(">I", 5) + b"Test\0" + bytes(78)
    tags = {b"desc": name + bytes(-len(name) % 4), b"cprt": b"text" + bytes(4) + b"CC0\0"}
    tags |= {b"wtpt": xyz((0.9642, 1.0, 0.8249)), b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz(blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body = struct.pack(">I", len(tags)), b""
    for signature, content in tags.items():
        table += struct.pack(">4sII", signature, 132 + 12 * len(tags) + len(body), len(content))
        body += content
    header = struct.pack(">I4sI4s4s4s", 132 + len(table) - 4 + len(body), bytes(4), 0x02100000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_a_colour_profile_is_applied(tmp_path: Path, name: str) -> None:
    plain("RGB", RED).save(tmp_path / name, icc_profile=icc_profile(red_is="green"), quality=95)
    assert colour_of(tmp_path / name) == pytest.approx(GREEN, abs=12)
    plain("RGB", RED).save(tmp_path / name, icc_profile=icc_profile(red_is="red"), quality=95)
    assert colour_of(tmp_path / name) == pytest.approx(RED, abs=12)


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile at all",
        icc_profile(red_is="green")[:200],
        icc_profile(red_is="green", space=b"CMYK"),
        icc_profile(red_is="green")[:140] + b"\xff" * 400,
    ],
)
def test_a_broken_profile_or_one_for_other_channels_does_not_cost_the_photo(tmp_path: Path, profile: bytes) -> None:
    plain("RGB", RED).save(tmp_path / "a.png", icc_profile=profile)
    assert colour_of(tmp_path / "a.png") == pytest.approx(RED)


def test_transparency_is_composited_before_the_profile_is_applied(tmp_path: Path) -> None:
    plain("RGBA", (*RED, 0)).save(tmp_path / "a.png", icc_profile=icc_profile(red_is="green"))
    assert colour_of(tmp_path / "a.png") == pytest.approx(WHITE, abs=2)


@pytest.mark.parametrize("whole", [1.0, 255.0, 65535.0])
def test_a_lamp_in_a_float_picture_makes_no_night_of_the_rest(whole: float) -> None:
    """White was the scale that holds the maximum: one pixel of 300 in a picture up to 1 turned it black."""
    values = np.tile(np.linspace(0, whole, 1000, dtype=np.float32), (10, 1))
    wanted = eight_bit(values)
    assert (wanted.min(), wanted.max()) == (0, 255)
    values[5, 990:995] = 300 * whole
    lit = eight_bit(values)
    np.testing.assert_array_equal(lit[:5], wanted[:5])
    assert lit[5, 990:995].tolist() == [255] * 5


def test_a_float_picture_without_a_usual_scale_reaches_white() -> None:
    values = np.tile(np.linspace(0, 7.5, 1000, dtype=np.float32), (10, 1))
    values[0, 0] = 4000.0
    grey = eight_bit(values)
    assert grey[5, -1] == 255
    assert grey[5, 500] == pytest.approx(128, abs=2)


def test_a_few_negative_floats_leave_black_where_it_is() -> None:
    values = np.tile(np.linspace(0, 1, 1000, dtype=np.float32), (10, 1))
    wanted = eight_bit(values)
    values[0, :3] = -50.0
    np.testing.assert_array_equal(eight_bit(values)[1:], wanted[1:])


def test_a_dark_float_picture_stays_dark() -> None:
    values = np.tile(np.linspace(0, 0.1, 1000, dtype=np.float32), (10, 1))
    assert eight_bit(values).max() <= 26
