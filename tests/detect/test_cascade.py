import numpy as np

from recog.detect.cascade import scales


def test_the_pyramid_goes_from_the_smallest_face_to_the_short_side() -> None:
    levels = scales(600, 1000, min_face=20)
    assert levels[0] == 12 / 20
    assert 600 * levels[-1] >= 12 > 600 * levels[-1] * 0.709
    np.testing.assert_allclose(np.divide(levels[1:], levels[:-1]), 0.709)


def test_a_photo_smaller_than_the_smallest_face_has_no_level() -> None:
    assert scales(19, 4000, min_face=20) == []
    assert len(scales(20, 4000, min_face=20)) == 1
