"""The map by frequency and colour against single waves, and that it is symmetric and positive."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from recog.style.spectrum import InverseCurvature

LIGHT, RED_BLUE, GREEN = (1.0, 1.0, 1.0), (1.0, 0.0, -1.0), (1.0, -2.0, 1.0)


def wave(colour: tuple[float, float, float], across: int, down: int, size: tuple[int, int] = (48, 64)) -> Tensor:
    """A wave of whole periods in one opponent colour."""
    rows, columns = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    phase = 2 * math.pi * (columns * across / size[1] + rows * down / size[0])
    return torch.tensor(colour).view(1, 3, 1, 1) * torch.cos(phase + 0.3)


def factor(colour: tuple[float, float, float], across: int, down: int) -> float:
    """What the map makes of a wave, which must stay that wave."""
    before = wave(colour, across, down)
    after = InverseCurvature(before)(before)
    found = float((after * before).sum() / before.square().sum())
    torch.testing.assert_close(after, found * before, rtol=1e-4, atol=1e-5)
    return found


@pytest.mark.parametrize("colour", [LIGHT, RED_BLUE, GREEN])
@pytest.mark.parametrize(("across", "down"), [(0, 0), (1, 0), (0, 5), (7, 3), (20, 20)])
def test_a_wave_of_an_opponent_colour_stays_that_wave(
    colour: tuple[float, float, float], across: int, down: int
) -> None:
    assert factor(colour, across, down) > 0


def test_slow_light_is_raised_above_fast_light_and_above_slow_colour() -> None:
    slow, fast = factor(LIGHT, 1, 0), factor(LIGHT, 31, 0)
    assert slow / fast == pytest.approx(math.sqrt(600 / 17), rel=0.05)  # 1/64 cycles a pixel against 31/64
    assert slow / factor(GREEN, 1, 0) == pytest.approx(math.sqrt(600 / 17), rel=0.05)


def test_the_same_cycles_a_pixel_weigh_the_same_at_every_size_and_in_every_direction() -> None:
    small, large = wave(LIGHT, 4, 0, (32, 48)), wave(LIGHT, 8, 0, (64, 96))
    factors = [float((InverseCurvature(each)(each) / each).median()) for each in (small, large)]
    assert factors[0] == pytest.approx(factors[1], rel=1e-4)
    assert factor(LIGHT, 8, 0) == pytest.approx(factor(LIGHT, 0, 6), rel=1e-4)


@pytest.mark.parametrize("size", [(32, 32), (33, 40), (37, 45)])
def test_the_map_is_symmetric_and_positive(size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(4)
    pictures = [torch.randn(1, 3, *size, generator=generator) for _ in range(3)]
    inverse = InverseCurvature(pictures[0])
    for left, right in itertools.combinations(pictures, 2):
        assert float((left * inverse(right)).sum()) == pytest.approx(float((inverse(left) * right).sum()), rel=1e-3)
    assert all(float((each * inverse(each)).sum()) > 0 for each in pictures)
