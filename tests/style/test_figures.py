"""The figures of benchmarks.style_figures are at their best for the painting or the photo, and fall off with damage."""

import numpy as np
import pytest

from benchmarks.style_figures import FIGURES, figures
from recog.style.layers import StyleNetwork
from recog.types import Pixels


def drawn(seed: int) -> Pixels:
    """Coloured noise over slopes, 96 x 128."""
    random = np.random.default_rng(seed)
    slopes = np.linspace(40, 160, 128)[None, :, None] + np.linspace(0, 40, 96)[:, None, None]
    return np.clip(slopes + random.normal(0, 12, (96, 128, 3)), 0, 255).astype(np.uint8)


@pytest.mark.networks
def test_the_painting_has_its_own_style_and_the_photo_its_own_content(vgg16_hed: StyleNetwork) -> None:
    photo, painting = drawn(1)[::-1].copy(), drawn(2)
    of_painting, of_photo = (figures(vgg16_hed, made, photo, painting) for made in (painting, photo))
    assert tuple(of_painting) == FIGURES
    assert of_painting["style"] == pytest.approx(0.0, abs=1e-4)
    assert of_painting["palette"] == 0.0
    assert of_painting["contrast"] == pytest.approx(1.0)
    assert of_photo["content"] == pytest.approx(0.0, abs=1e-4)
    assert of_painting["content"] > 0.1
    for each in (of_painting, of_photo):
        assert each["pair"] == pytest.approx((1 + each["style"]) * (1 + each["content"]))


@pytest.mark.networks
def test_noise_raises_noise_and_a_plain_half_is_unpainted(vgg16_hed: StyleNetwork) -> None:
    photo, painting = drawn(1), drawn(2)
    ridges = np.rint(painting + 40.0 * np.sin(np.arange(128) * np.pi / 2)[None, :, None]).clip(0, 255).astype(np.uint8)
    plain = painting.copy()
    plain[:, :64] = 100
    before, ridged, empty = (figures(vgg16_hed, made, photo, painting) for made in (painting, ridges, plain))
    assert ridged["noise"] > 2.0 * before["noise"]
    assert ridged["style"] > before["style"] + 0.1
    assert before["unpainted"] == 0.0
    assert 0.3 < empty["unpainted"] < 0.7
