"""Aligned views bring five landmarks to dlib's places, whatever the turn, the scale and the side of the photo."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from recog.align import CHIP_SIZE, align_faces
from recog.types import FaceBox, Pixels

CHIP = np.array([[48.5, 46.7], [102.6, 46.7], [76.0, 79.3], [51.8, 106.5], [99.0, 106.5]])


def wave(
    x: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", y: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
) -> Pixels:
    """A picture that is known between its pixels: three slow waves over chip coordinates."""
    return (
        np.stack(
            [128 + 100 * np.sin(x / 17), 128 + 100 * np.sin(y / 13 + 1), 128 + 100 * np.sin((x + y) / 23)], axis=-1
        )
        .round()
        .astype(np.uint8)
    )


def photo_of(zoom: float, turn: float, left: float, top: float, side: int) -> tuple[Pixels, FaceBox]:
    """A photo of the wave, turned and scaled, and the box whose landmarks say so."""
    across, down = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
    cos, sin = math.cos(turn), math.sin(turn)
    x = (cos * (across - left) + sin * (down - top)) / zoom
    y = (-sin * (across - left) + cos * (down - top)) / zoom
    spots = zoom * CHIP @ np.array([[cos, sin], [-sin, cos]]) + (left, top)
    landmarks = tuple((float(spot[0]), float(spot[1])) for spot in spots)
    return wave(x, y), FaceBox(0.0, 0.0, float(side), float(side), 0.9, landmarks)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.4, 4.0), st.floats(-0.7, 0.7), st.floats(-20.0, 20.0), st.sampled_from([150, 160, 170]))
def test_the_view_is_the_chip_whatever_turn_scale_and_place(zoom: float, turn: float, shift: float, size: int) -> None:
    """The photo is a function of chip coordinates, so what the view must show is known pixel by pixel."""
    side = round(400 * zoom)
    start = side / 3 + shift
    photo, box = photo_of(zoom, turn, start, start / 2, side)
    (view,) = align_faces(photo, [box], size=size)
    margin = (size - CHIP_SIZE) / 2
    spots = np.arange(size) + 0.5 - margin
    wanted = wave(*np.meshgrid(spots, spots)).astype(np.float64)
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = np.meshgrid(spots, spots)
    across, down = zoom * (cos * x - sin * y) + start, zoom * (sin * x + cos * y) + start / 2
    inside = (across > 2 * zoom) & (across < side - 2 * zoom) & (down > 2 * zoom) & (down < side - 2 * zoom)
    assert inside.mean() > 0.4
    assert np.abs(view - wanted)[inside].max() < 8


def test_outside_the_photo_its_border_goes_on() -> None:
    photo = np.full((60, 60, 3), 200, np.uint8)
    landmarks = tuple((float(x), float(y)) for x, y in CHIP - 40)
    (view,) = align_faces(photo, [FaceBox(0, 0, 50, 50, 0.9, landmarks)], size=160)
    assert (view == 200).all()


def test_a_box_without_landmarks_is_taken_as_upright() -> None:
    """The chip then lies in the box as it does, on average, for faces that look ahead."""
    photo, upright = photo_of(1.0, 0.0, 120.0, 120.0, 400)
    bare = FaceBox(120 + 15.5, 120 - 17.0, 120 + 129.3, 120 + 146.0, 0.9, ())
    assert np.abs(align_faces(photo, [bare], size=160) - align_faces(photo, [upright], size=160).astype(int)).max() <= 2


def test_fine_stripes_of_a_large_face_are_averaged_not_picked() -> None:
    """Black and white columns of one pixel, eight to a pixel of the chip, are grey there."""
    photo = np.zeros((1600, 1600, 3), np.uint8)
    photo[:, ::2] = 255
    landmarks = tuple((float(x), float(y)) for x, y in CHIP * 8.3 + 100)
    (view,) = align_faces(photo, [FaceBox(0, 0, 1600, 1600, 0.9, landmarks)], size=160)
    assert np.abs(view[10:150, 10:150].astype(int) - 127).max() < 40


def test_no_box_no_view() -> None:
    assert align_faces(np.zeros((9, 9, 3), np.uint8), [], size=160).shape == (0, 160, 160, 3)


@pytest.mark.parametrize("size", [148, 151])
def test_a_view_that_cannot_hold_the_chip_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="150"):
        align_faces(np.asarray(Image.new("RGB", (9, 9))), [], size=size)
