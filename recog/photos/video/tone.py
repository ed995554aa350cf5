"""HDR frames to sRGB: the transfer curves of ITU-R BT.2100, its primaries, and a tone curve for the highlights."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from recog.types import Pixels

PQ, HLG = 16, 18
"""Transfer characteristics of ITU-T H.273: SMPTE ST 2084 and ARIB STD-B67."""
_LEVELS = 1 << 16
_WHITE_NITS = 203.0
"""Luminance of white on paper in HDR (ITU-R BT.2408); it becomes the white of sRGB's middle tones."""
_PEAK = 1000.0 / _WHITE_NITS
"""The brightest light that keeps its place on the tone curve."""
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
"""Linear BT.2020 to linear BT.709 (ITU-R BT.2087)."""


def to_srgb(pixels: NDArray[np.uint16], transfer: int) -> Pixels:
    """(h, w, 3) uint16 of BT.2020 primaries, by the curve PQ or HLG -> (h, w, 3) uint8 sRGB."""
    light = _linear(transfer)[pixels] @ _TO_709.T
    np.clip(light, 0.0, None, out=light)
    brightest = light.max(axis=-1, keepdims=True)
    # Reinhard et al., SIGGRAPH 2002, eq. 4: nearly straight for dark and middle tones, 1 at the peak.
    light *= (1.0 + brightest / _PEAK**2) / (1.0 + brightest)
    steps = (np.clip(light, 0.0, 1.0) * (len(_curve()) - 1)).astype(np.uint16)
    return np.ascontiguousarray(_curve()[steps])


@cache
def _linear(transfer: int) -> NDArray[np.float32]:
    """Return the light of each of 65,536 levels, white on paper being 1."""
    signal = np.linspace(0.0, 1.0, _LEVELS)
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = signal ** (1 / m2)
        nits = 10000.0 * (np.maximum(root - c1, 0.0) / (c2 - c3 * root)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        nits = 1000.0 * scene**1.2
    return (nits / _WHITE_NITS).astype(np.float32)


@cache
def _curve() -> NDArray[np.uint8]:
    """Return sRGB's 8 bits (IEC 61966-2-1) for 16,384 steps of light from 0 to 1."""
    light = np.linspace(0.0, 1.0, 1 << 14)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * signal).astype(np.uint8)
