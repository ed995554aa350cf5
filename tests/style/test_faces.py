"""Sparing faces: weights with a feathered border, and the blend."""

import numpy as np
import pytest

from recog.style.faces import blended, face_weights, scaled_box
from recog.style.settings import Faces
from recog.types import FaceBox

FACE = FaceBox(left=40.0, top=30.0, right=80.0, bottom=90.0, score=0.9, landmarks=((50.0, 50.0),))
OTHER = FaceBox(left=70.0, top=30.0, right=110.0, bottom=90.0, score=0.9, landmarks=())


@pytest.mark.parametrize(("faces", "inside"), [(Faces.KEEP, 0.0), (Faces.SOFT, 0.5), (Faces.STYLE, 1.0)])
def test_a_face_has_its_share_inside_and_the_whole_style_far_away(faces: Faces, inside: float) -> None:
    weights = face_weights([FACE], 120, 160, faces)
    assert weights.shape == (120, 160)
    assert weights.dtype == np.float32
    assert weights[60, 60] == inside
    assert weights[60, 41] == inside  # the box's own side
    assert weights[5, 5] == weights[60, 150] == 1.0


def test_the_border_rises_without_a_step() -> None:
    row = face_weights([FACE], 120, 160, Faces.KEEP)[60, 60:]
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() < 0.2


def test_of_overlapping_faces_the_more_careful_weight_counts() -> None:
    both = face_weights([FACE, OTHER], 120, 160, Faces.KEEP)
    single = [face_weights([face], 120, 160, Faces.KEEP) for face in (FACE, OTHER)]
    np.testing.assert_array_equal(both, np.minimum(*single))


def test_no_face_and_a_face_outside_change_nothing() -> None:
    outside = FaceBox(left=-90.0, top=-90.0, right=-60.0, bottom=-60.0, score=0.9, landmarks=())
    assert (face_weights([], 20, 30, Faces.KEEP) == 1.0).all()
    assert (face_weights([outside], 20, 30, Faces.KEEP) == 1.0).all()


def test_the_blend_is_the_photo_where_the_weight_is_nought_and_the_mean_at_a_half() -> None:
    styled, content = np.full((2, 3, 3), 200, np.uint8), np.full((2, 3, 3), 101, np.uint8)
    weights = np.array([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]], dtype=np.float32)
    np.testing.assert_array_equal(blended(styled, content, weights)[:, :, 0], [[101, 150, 200]] * 2)
    with pytest.raises(ValueError, match="shapes"):
        blended(styled, content, weights[:1])


def test_a_scaled_box_has_all_of_itself_scaled() -> None:
    half = scaled_box(FACE, 0.5)
    assert (half.left, half.top, half.right, half.bottom, half.landmarks) == (20.0, 15.0, 40.0, 45.0, ((25.0, 25.0),))
    assert half.score == FACE.score
