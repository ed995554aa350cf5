"""The magnitudes of a sound by frequency and time, and the way back, which has to find the lost phases."""

import torch
from torch import Tensor

_WINDOW_SECONDS = 0.093
"""2,048 samples at 22,050 a second, as in Ulyanov and Lebedev 2016."""
_OVERLAP = 4
_MOMENTUM = 0.99
_TINY = 1e-12


def window_length(rate: int) -> int:
    """Return the power of two that is nearest to 93 ms, in samples."""
    length = 1
    while length * 2**0.5 < _WINDOW_SECONDS * rate:
        length *= 2
    return length


def transformed(samples: Tensor, window: int) -> Tensor:
    """Return the short-time Fourier transform of (n,) samples, (window / 2 + 1, frames) complex, four frames a window.

    n is more than half a window.
    """
    hann = torch.hann_window(window)
    return torch.stft(samples, window, window // _OVERLAP, window=hann, return_complex=True)


def untransformed(waves: Tensor, window: int, length: int) -> Tensor:
    """Return the `length` samples whose transform is nearest to waves, in the least squares."""
    hann = torch.hann_window(window)
    samples: Tensor = torch.istft(waves, window, window // _OVERLAP, window=hann, length=length)
    return samples


def with_phases(magnitudes: Tensor, phases: Tensor, window: int, length: int, *, rounds: int) -> Tensor:
    """Return `length` samples whose transform has about these magnitudes, (bins, frames).

    phases are those to start from, of the same shape, in radians.

    The fast algorithm of Perraudin, Balazs, Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013: transform back
    and forth, keep the magnitudes, and go a little further along the last change.
    """
    waves = torch.polar(magnitudes, phases)
    before = torch.zeros_like(waves)
    for _ in range(rounds):
        now = transformed(untransformed(waves, window, length), window)
        ahead = now + _MOMENTUM * (now - before)
        waves, before = magnitudes * ahead / ahead.abs().clamp_min(_TINY), now
    return untransformed(waves, window, length)
