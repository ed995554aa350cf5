"""Try to bring back what a blur has hidden, as somebody would who knows its kernel.

Sources: N. Wiener, Extrapolation, Interpolation and Smoothing of Stationary Time Series, 1949; W. H. Richardson,
J. Opt. Soc. Am. 62, 1972, and L. B. Lucy, Astron. J. 79, 1974. A kernel is given by its transfer function, which is
real, because all kernels here are symmetric.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recog.types import Pixels

Floats = NDArray[np.float64]

NOISES = (1e-2, 1e-4)
"""Ratios of noise to signal that Wiener's filter assumes: that of a JPEG, and nearly that of 8-bit rounding."""
STEPS = 20
"""Steps of Richardson and Lucy; later ones sharpen the noise."""
_EDGE = 0.25
"""Share of a side by which a picture is mirrored at each edge, because the Fourier transform joins opposite edges."""


def gaussian(shape: tuple[int, int], sigma: float) -> Floats:
    """Return the transfer function of a Gaussian of this standard deviation in pixels, for pictures of this shape."""
    down, across = _frequencies(shape)
    return np.exp(-2 * (np.pi * sigma) ** 2 * (down**2 + across**2))


def square(shape: tuple[int, int], side: float) -> Floats:
    """Return the transfer function of the mean over squares of this side in pixels."""
    down, across = _frequencies(shape)
    return np.sinc(down * side) * np.sinc(across * side)


def wiener(picture: Floats, transfer: Floats, noise: float) -> Floats:
    """Return Wiener's estimate of what was blurred, (H, W, 3) of 0..255; noise is its ratio to the signal."""
    return _filtered(picture, transfer / (transfer**2 + noise))


def richardson_lucy(picture: Floats, transfer: Floats, steps: int = STEPS) -> Floats:
    """Return Richardson and Lucy's estimate of what was blurred, (H, W, 3) of 0..255."""
    estimate = picture.clip(1.0, 255.0)
    for _ in range(steps):
        seen = _filtered(estimate, transfer).clip(1.0, None)
        estimate = (estimate * _filtered(picture / seen, transfer)).clip(1.0, 255.0)
    return estimate


def restorations(picture: Pixels, side: float) -> Iterator[Pixels]:
    """Yield attempts to bring back a picture, (H, W, 3) uint8, whose cells of `side` pixels were averaged.

    The kernel is taken for the cell, and for the Gaussian that is as wide as the interpolated cell.
    """
    height, width = picture.shape[:2]
    margin = max(1, round(_EDGE * height)), max(1, round(_EDGE * width))
    padded = np.pad(picture.astype(np.float64), ((margin[0],) * 2, (margin[1],) * 2, (0, 0)), mode="symmetric")
    shape = padded.shape[0], padded.shape[1]
    for transfer in (square(shape, side), gaussian(shape, side / 2)):
        found = [*(wiener(padded, transfer, noise) for noise in NOISES), richardson_lucy(padded, transfer)]
        for one in found:
            inner = one[margin[0] : margin[0] + height, margin[1] : margin[1] + width]
            yield inner.round().clip(0, 255).astype(np.uint8)


def _frequencies(shape: tuple[int, int]) -> tuple[Floats, Floats]:
    down: Floats = np.fft.fftfreq(shape[0]).astype(np.float64)
    across: Floats = np.fft.rfftfreq(shape[1]).astype(np.float64)
    return down[:, np.newaxis], across[np.newaxis, :]


def _filtered(picture: Floats, transfer: Floats) -> Floats:
    shape = picture.shape[:2]
    spectrum = np.fft.rfft2(picture, axes=(0, 1)) * transfer[..., np.newaxis]
    return np.asarray(np.fft.irfft2(spectrum, s=shape, axes=(0, 1)))
