"""Traces of a screen: the beat of its pixels with the camera's (moire), its colours, and bands of its refresh."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recog.live.sequence import PATCH, FaceSequence
from recog.quality import luma
from recog.types import Pixels

NAMES = ("peak", "colour peak", "colour grain", "bands", "band share")
_LOW, _HIGH = 0.08, 0.5
"""Cycles a pixel: below is what faces show, above is nothing."""
_RINGS = 14
_PEAKS = 6
_SMOOTH = 5


@dataclass(frozen=True, slots=True)
class ScreenTraces:
    """Traces of a screen.

    peak, colour_peak: how far the strongest frequencies stand above their neighbours of the same fineness, in natural
    logarithms, in brightness and in colour; colour_grain: fine detail of colour over that of brightness; bands: the
    share by which rows of the picture flicker; band_share: that over the flicker of the whole face.
    """

    peak: float
    colour_peak: float
    colour_grain: float
    bands: float
    band_share: float

    def features(self) -> NDArray[np.float64]:
        """Return the values, (5,), as NAMES lists them; the last three by their logarithms."""
        grain, bands, share = (np.log(max(one, 1e-5)) for one in (self.colour_grain, self.bands, self.band_share))
        return np.array([self.peak, self.colour_peak, grain, bands, share])


def screen_traces(sequence: FaceSequence) -> ScreenTraces:
    """Measure the traces of a screen in the patches, which have the camera's own pixels, and in the views."""
    grey = luma(sequence.patches)
    colour = sequence.patches[..., 0].astype(np.float32) - sequence.patches[..., 2]
    bright, red = mean_spectrum(grey), mean_spectrum(colour)
    fine = _fineness() > _LOW
    grain = float(red[fine].sum() / max(float(bright[fine].sum()), 1e-6))
    bands, share = row_flicker(sequence.views)
    return ScreenTraces(peak_of(bright), peak_of(red), grain, bands, share)


def mean_spectrum(patches: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean power spectrum of patches (n, PATCH, PATCH), with the middle frequency first."""
    window = np.hanning(PATCH)
    shown = (patches - patches.mean(axis=(1, 2), keepdims=True)) * (window[:, None] * window)
    power = np.abs(np.fft.fft2(shown)) ** 2
    return np.asarray(power.mean(axis=0), np.float64)


def peak_of(spectrum: NDArray[np.float64]) -> float:
    """Return how far the strongest frequencies stand above others that are as fine, in natural logarithms.

    The spectrum of a face falls evenly; that of a grid of pixels has a few sharp peaks. Along the axes lie the edges of
    blocks that compression leaves, so these frequencies are left out.
    """
    level = np.log(spectrum + 1e-3)
    fineness = _fineness()
    away, off_axis = np.zeros_like(level), _off_axis()
    edges = np.linspace(_LOW, _HIGH, _RINGS + 1)
    for low, high in pairwise(edges):
        ring = (fineness >= low) & (fineness < high) & off_axis
        values = level[ring]
        spread = max(float(np.median(np.abs(values - np.median(values)))), 0.1)
        away[ring] = (values - np.median(values)) / spread
    return float(np.sort(away[off_axis & (fineness >= _LOW)])[-_PEAKS:].mean())


def row_flicker(views: Pixels) -> tuple[float, float]:
    """Return the share by which rows flicker apart from the whole face, and that over the flicker of the whole."""
    middle = views[:, 16:112, 40:88]
    rows = luma(middle).mean(axis=2).astype(np.float64) + 1.0
    rows = np.log(rows)
    rows -= rows.mean(axis=0)
    whole = rows.mean(axis=1, keepdims=True)
    apart = rows - whole
    length = apart.shape[1] // _SMOOTH * _SMOOTH
    smooth = apart[:, :length].reshape(len(apart), -1, _SMOOTH).mean(axis=2)
    change = np.diff(smooth, axis=0)
    return float(change.std()), float(change.std() / max(float(np.diff(whole, axis=0).std()), 1e-4))


def _fineness() -> NDArray[np.float64]:
    at = np.fft.fftfreq(PATCH)
    return np.asarray(np.hypot(at[:, None], at[None]), np.float64)


def _off_axis() -> NDArray[np.bool_]:
    at = np.abs(np.fft.fftfreq(PATCH))
    away = at > 1.5 / PATCH
    return np.asarray(away[:, None] & away[None], np.bool_)
