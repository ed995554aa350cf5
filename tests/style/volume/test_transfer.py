"""One transfer of a volume, and of a short film."""

import numpy as np
import pytest

from recog.errors import StyleError
from recog.style.volume.files import Volume
from recog.style.volume.settings import VolumeSettings
from recog.style.volume.transfer import stylize_volume


def silent(_done: int, _all: int) -> None:
    """Draw no bar."""


def hill(channels: int, *size: int) -> Volume:
    places = np.stack(np.meshgrid(*(np.linspace(-1, 1, side) for side in size), indexing="ij"))
    voxels = np.exp(-3.0 * np.square(places).sum(axis=0)).astype(np.float32)
    return Volume(np.repeat(voxels[None], channels, axis=0), (10.0, 30.0))


def grain(channels: int, *size: int) -> Volume:
    return Volume(np.random.default_rng(0).random((channels, *size)).astype(np.float32))


@pytest.mark.parametrize(("channels", "size"), [(1, (20, 20, 20)), (3, (10, 22, 20))])
def test_the_result_is_nearer_to_the_style_and_has_the_contents_size_and_span(
    channels: int, size: tuple[int, int, int]
) -> None:
    """Three channels over few slices are a short film."""
    quick = VolumeSettings(steps=25, filters=(16,))
    found = stylize_volume(hill(channels, *size), grain(channels, 12, 12, 12), quick, silent)
    assert found.volume.voxels.shape == (channels, *size)
    assert found.volume.span == (10.0, 30.0)
    assert 0.0 <= float(found.volume.voxels.min()) < float(found.volume.voxels.max()) <= 1.0
    assert found.after.style < 0.5 * found.before.style


@pytest.mark.parametrize(
    ("content", "style", "said"),
    [
        (hill(1, 4, 20, 20), grain(1, 9, 9, 9), "the content has 4 x 20 x 20 voxels, and the filters see 5 along each"),
        (hill(1, 9, 9, 9), grain(1, 9, 9, 3), "the style has 9 x 9 x 3 voxels, and the filters see 5 along each"),
        (
            hill(3, 9, 9, 9),
            grain(1, 9, 9, 9),
            "three channels of colour and the style one channel: give both in colour",
        ),
    ],
)
def test_volumes_that_do_not_fit_are_refused(content: Volume, style: Volume, said: str) -> None:
    with pytest.raises(StyleError, match=said):
        stylize_volume(content, style, VolumeSettings(), silent)
