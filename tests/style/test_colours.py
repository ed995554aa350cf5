"""Keeping the content's colours."""

import colorsys

import numpy as np
import pytest

from recog.style.colours import matched_colours, with_luminance_of
from recog.types import Pixels


def test_light_of_one_and_colours_of_the_other_as_the_standard_library_has_them() -> None:
    """The module colorsys knows YIQ too, with rounded coefficients; no value is near the borders, where it clips."""
    light = np.full((2, 3, 3), (120, 130, 110), dtype=np.uint8)
    colours = np.full((2, 3, 3), (150, 120, 100), dtype=np.uint8)
    luma, _, _ = colorsys.rgb_to_yiq(*(light[0, 0] / 255))
    _, i, q = colorsys.rgb_to_yiq(*(colours[0, 0] / 255))
    expected = np.array(colorsys.yiq_to_rgb(luma, i, q)) * 255
    np.testing.assert_allclose(with_luminance_of(light, colours)[1, 2], expected, atol=1.0)


def test_a_picture_keeps_itself(hills: Pixels) -> None:
    np.testing.assert_array_equal(with_luminance_of(hills, hills), hills)


def test_other_shapes_are_the_programmers_fault(hills: Pixels) -> None:
    with pytest.raises(ValueError, match="different shapes"):
        with_luminance_of(hills, hills[1:])


def test_matched_colours_have_the_contents_mean_and_covariance() -> None:
    """Both far from 0 and 255, so that clipping changes nothing."""
    generator = np.random.default_rng(4)
    mixing = np.array([[20, 5, 0], [0, 15, 8], [3, 0, 10]])
    style = np.clip(generator.standard_normal((60, 70, 3)) @ mixing.T + 120, 0, 255).astype(np.uint8)
    content = np.clip(generator.standard_normal((50, 40, 3)) @ mixing + (100, 140, 130), 0, 255).astype(np.uint8)
    matched = matched_colours(style, content).reshape(-1, 3).astype(float)
    wanted = content.reshape(-1, 3).astype(float)
    np.testing.assert_allclose(matched.mean(axis=0), wanted.mean(axis=0), atol=0.6)
    np.testing.assert_allclose(np.cov(matched.T), np.cov(wanted.T), atol=4.0)


def test_a_style_of_one_colour_becomes_the_contents_mean_colour(hills: Pixels) -> None:
    flat = np.full((40, 40, 3), 77, dtype=np.uint8)
    matched = matched_colours(flat, hills)
    np.testing.assert_allclose(matched[0, 0], hills.reshape(-1, 3).mean(axis=0), atol=1.0)
    assert (matched == matched[0, 0]).all()
