"""Crops show the face, where it is, at the size asked for."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from recog.align import align_faces
from recog.boxes import turned
from recog.crop import crop_faces, face_views, thumbnail
from recog.types import FaceBox, Pixels, View


def a_box(left: float, top: float, right: float, bottom: float) -> FaceBox:
    return FaceBox(left, top, right, bottom, score=0.9, landmarks=((0.0, 0.0),) * 5)


def smooth_noise(height: int, width: int) -> Pixels:
    noise = np.random.default_rng(7).integers(0, 256, (height // 4, width // 4, 3), dtype=np.uint8)
    return np.array(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC))


PHOTO = smooth_noise(240, 320)


def decoded(jpeg: bytes) -> NDArray[np.float64]:
    return np.asarray(Image.open(BytesIO(jpeg)), np.float64)


@settings(deadline=None)
@given(
    st.floats(-30, 300), st.floats(-30, 220), st.floats(31, 200), st.floats(31, 200), st.sampled_from([1.0, 1.19, 1.6])
)
def test_a_crop_is_the_clipped_box_of_the_whole_photo_resampled(
    left: float, top: float, width: float, height: float, scale: float
) -> None:
    (crop,) = crop_faces(PHOTO, [a_box(left, top, left + width, top + height)], scale=scale, size=32)
    middle_x, middle_y = left + width / 2, top + height / 2
    seen = (
        max(0.0, middle_x - width * scale / 2),
        max(0.0, middle_y - height * scale / 2),
        min(320.0, middle_x + width * scale / 2),
        min(240.0, middle_y + height * scale / 2),
    )
    slow = Image.fromarray(PHOTO).resize((32, 32), Image.Resampling.BILINEAR, box=seen, reducing_gap=3.0)
    # A position in a slice is rounded otherwise than in the photo, by one part in 10 million.
    assert np.abs(crop.astype(int) - np.asarray(slow).astype(int)).max() <= 1


@pytest.mark.parametrize("side", [16, 40, 160, 220])
def test_a_crop_of_any_reduction_has_the_mean_colours_of_its_quarters(side: int) -> None:
    """Anti-aliased: each pixel of a large reduction is a mean, not a sample."""
    (crop,) = crop_faces(PHOTO, [a_box(10, 10, 10 + side, 10 + side)], scale=1.0, size=2)
    half = side // 2
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        quarter = PHOTO[10 + row * half : 10 + (row + 1) * half, 10 + column * half : 10 + (column + 1) * half]
        mean = np.array([quarter[..., channel].mean() for channel in range(3)])
        # The bilinear filter also looks at the neighbouring quarters.
        assert np.abs(crop[row, column] - mean).max() < 25


def test_a_box_of_the_crops_own_size_is_copied_exactly() -> None:
    (crop,) = crop_faces(PHOTO, [a_box(5, 9, 45, 49)], scale=1.0, size=40)
    assert np.array_equal(crop, PHOTO[9:49, 5:45])


def test_there_is_one_row_for_every_box_and_none_for_none() -> None:
    boxes = [a_box(0, 0, 50, 50), a_box(100, 100, 180, 200)]
    crops = crop_faces(PHOTO, boxes, scale=1.19, size=160)
    assert crops.shape == (2, 160, 160, 3)
    assert crops.dtype == np.uint8
    assert np.array_equal(crops[1], crop_faces(PHOTO, boxes[1:], scale=1.19, size=160)[0])
    assert crop_faces(PHOTO, [], scale=1.19, size=160).shape == (0, 160, 160, 3)


@pytest.mark.parametrize("box", [a_box(400, 10, 450, 60), a_box(20, 20, 20, 60), a_box(float("nan"), 0, 10, 10)])
def test_a_box_without_area_in_the_photo_is_refused(box: FaceBox) -> None:
    with pytest.raises(ValueError, match="no area inside a photo of 320 x 240"):
        crop_faces(PHOTO, [box], scale=1.0, size=160)


@pytest.mark.parametrize("box", [a_box(800, 10, 850, 60), a_box(float("nan"), 0, 10, 10)])
def test_a_thumbnail_of_nothing_is_refused(box: FaceBox) -> None:
    with pytest.raises(ValueError, match="no area inside a photo of 320 x 240"):
        thumbnail(PHOTO, box)


def test_a_thumbnail_is_a_small_square_jpeg_without_metadata() -> None:
    jpeg = thumbnail(PHOTO, a_box(100, 80, 180, 180))
    image = Image.open(BytesIO(jpeg))
    assert (image.format, image.size, image.mode) == ("JPEG", (112, 112), "RGB")
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
    assert len(jpeg) < 8_000


def test_a_thumbnail_shows_the_square_around_the_face_undistorted() -> None:
    middle_x, middle_y, side = 140, 120, 100 * 1.6
    seen = (middle_x - side / 2, middle_y - side / 2, middle_x + side / 2, middle_y + side / 2)
    grey = np.repeat(PHOTO[..., :1], 3, axis=2)  # JPEG halves the resolution of colours
    slow = np.asarray(Image.fromarray(grey).resize((112, 112), Image.Resampling.BILINEAR, box=seen), np.float64)
    assert np.abs(decoded(thumbnail(grey, a_box(100, 70, 180, 170))) - slow).mean() < 6


def test_a_thumbnail_at_the_border_repeats_the_border() -> None:
    """The photo is red up to x = 50: what is missing to the left of it is red too, not black."""
    photo = np.zeros((200, 200, 3), np.uint8)
    photo[:, :50, 0] = 255
    seen = decoded(thumbnail(photo, a_box(-40, 60, 60, 160)))
    assert seen.shape == (112, 112, 3)
    # The square goes from x = -70 to 90; x = 50 is at column 112 * 120 / 160 = 84.
    assert seen[:, :80, 0].min() > 240
    assert seen[:, 88:, 0].max() < 15


def test_a_face_cut_by_a_corner_still_has_a_thumbnail() -> None:
    box = replace(a_box(0, 0, 60, 60), left=-55.0, top=-55.0, right=5.0, bottom=5.0)
    assert decoded(thumbnail(PHOTO, box, size=64)).shape == (64, 64, 3)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_face_is_cut_out_of_the_turned_photo(degrees: int) -> None:
    points = ((120.0, 100.0), (160.0, 104.0), (140.0, 120.0), (124.0, 140.0), (156.0, 144.0))
    upright = replace(a_box(100, 80, 180, 180), landmarks=points)
    lying = np.rot90(PHOTO, degrees // 90)
    box = turned(upright, degrees, PHOTO.shape[1], PHOTO.shape[0])
    assert box.turn == 360 - degrees
    seen, wanted = (
        face_views(photo, [one], scale=1.3, size=160, views=[View("dlib", 160)])
        for photo, one in ((lying, box), (PHOTO, upright))
    )
    assert np.array_equal(seen, wanted)
    assert thumbnail(lying, box) == thumbnail(PHOTO, upright)
    assert not np.array_equal(
        seen[0], face_views(lying, [replace(box, turn=0)], scale=1.3, size=160, views=[View("dlib", 160)])[0]
    )


def test_every_view_lies_in_the_middle_of_its_channels_and_black_around_it() -> None:
    points = ((120.0, 100.0), (160.0, 104.0), (140.0, 120.0), (124.0, 140.0), (156.0, 144.0))
    boxes = [replace(a_box(100, 80, 180, 180), landmarks=points), a_box(20, 30, 80, 90)]
    views = [View("arcface", 112), View("dlib", 160)]
    made = face_views(PHOTO, boxes, scale=1.3, size=160, views=views)
    assert made.shape == (2, 160, 160, 9)
    np.testing.assert_array_equal(made[..., :3], crop_faces(PHOTO, boxes, scale=1.3, size=160))
    np.testing.assert_array_equal(made[:, 24:136, 24:136, 3:6], align_faces(PHOTO, boxes, size=112, template="arcface"))
    np.testing.assert_array_equal(made[..., 6:], align_faces(PHOTO, boxes, size=160))
    outside = made[..., 3:6].copy()
    outside[:, 24:136, 24:136] = 0
    assert not outside.any()


def test_a_photo_without_faces_has_no_views() -> None:
    assert face_views(PHOTO, [], scale=1.3, size=160, views=[View("dlib", 160)]).shape == (0, 160, 160, 6)
    assert face_views(PHOTO, [], scale=1.3, size=160).shape == (0, 160, 160, 3)
