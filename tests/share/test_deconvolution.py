"""The attempts to undo a blur are real: they bring back what a weak blur hides, and nothing that is gone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from recog.share.covering import blurred
from recog.share.deconvolution import Floats, gaussian, restorations, richardson_lucy, square, wiener


@pytest.fixture(scope="module")
def picture() -> Floats:
    """Smooth blobs with edges, (64, 64, 3)."""
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(20, 235, (9, 9, 3), np.uint8)).resize((64, 64), Image.Resampling.BICUBIC)
    pixels = np.asarray(coarse).astype(np.float64)
    pixels[20:44, 26:38] = 230
    return pixels


def convolved(picture: Floats, transfer: Floats) -> Floats:
    """Blur by the definition of a transfer function, with edges that meet."""
    spectrum = np.fft.fft2(picture, axes=(0, 1))
    whole = np.concatenate([transfer, transfer[:, -2:0:-1]], axis=1)  # symmetric kernels have symmetric transfers
    return np.fft.ifft2(spectrum * whole[..., np.newaxis], axes=(0, 1)).real


def test_transfer_functions_are_those_of_the_kernels() -> None:
    rows = np.arange(-32, 32)
    kernel = np.exp(-(rows**2) / (2 * 2.5**2))
    kernel /= kernel.sum()
    seen = np.fft.fft(np.fft.ifftshift(kernel)).real
    assert np.abs(gaussian((64, 64), 2.5)[:, 0] - seen).max() < 1e-6
    mean = np.zeros(64)
    mean[[0, 1, -1]] = 1 / 3
    assert np.abs(square((64, 64), 3.0)[:16, 0] - np.fft.fft(mean).real[:16]).max() < 0.06  # a sampled square
    assert gaussian((64, 64), 2.5)[0, 0] == square((64, 64), 3.0)[0, 0] == 1.0


@pytest.mark.parametrize("method", ["wiener", "richardson_lucy"])
def test_a_weak_blur_is_undone(picture: Floats, method: str) -> None:
    transfer = gaussian((64, 64), 1.5)
    seen = convolved(picture, transfer).round().clip(0, 255)
    back = wiener(seen, transfer, 1e-4) if method == "wiener" else richardson_lucy(seen, transfer, 50)
    assert np.abs(back - picture).mean() < 0.75 * np.abs(seen - picture).mean()


def test_noise_limits_what_wiener_brings_back(picture: Floats) -> None:
    transfer = gaussian((64, 64), 1.5)
    seen = convolved(picture, transfer)
    errors = [np.abs(wiener(seen, transfer, noise) - picture).mean() for noise in (1e-1, 1e-2, 1e-4)]
    assert errors == sorted(errors, reverse=True)


def test_attempts_have_the_shape_of_the_picture_and_differ() -> None:
    head: NDArray[np.uint8] = np.random.default_rng(2).integers(0, 256, (61, 40, 3), np.uint8)
    attempts = list(restorations(blurred(head), 8.0))
    assert {one.shape for one in attempts} == {head.shape}
    assert len({one.tobytes() for one in attempts}) == len(attempts) == 6
