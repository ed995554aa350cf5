"""The pulse in the colour of the skin (remote photoplethysmography), by POS and by CHROM.

POS: Wang, den Brinker, Stuijk, de Haan, "Algorithmic principles of remote PPG", IEEE TBME 2017. CHROM: de Haan and
Jeanne, "Robust pulse rate from chrominance-based rPPG", IEEE TBME 2013.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.live.sequence import RATE, VIEW, FaceSequence

Signal = NDArray[np.float64]
LOWEST, HIGHEST = 0.7, 3.0
"""Hz: 42 to 180 beats a minute."""
_WINDOW_SECONDS = 1.6
_FILL = 8
"""A spectrum is read at this many times as many frequencies as the signal has."""
_NEAR = 0.2
"""Hz on either side of the strongest frequency, and of its double, that count as the pulse."""
CHANNELS = 4
"""Signals that the network sees: POS and CHROM of the face, POS of its surroundings, and how the brightness moves."""
# Parts of a view, as rows and columns: both cheeks and the forehead, and the two upper corners.
_SKIN = ((slice(66, 84), slice(44, 56)), (slice(66, 84), slice(72, 84)), (slice(34, 46), slice(52, 76)))
_AROUND = ((slice(2, 40), slice(2, 18)), (slice(2, 40), slice(VIEW - 18, VIEW - 2)))


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the colour of the skin does: the strongest frequency in Hz, and its power over the rest of the band in dB.

    signals (CHANNELS, frames) float32 are what the network sees.
    """

    frequency: float
    decibels: float
    signals: NDArray[np.float32]


def pulse_of(sequence: FaceSequence) -> Pulse:
    """Look for a pulse in a face."""
    skin, around = traces(sequence, _SKIN), traces(sequence, _AROUND)
    by_pos, by_chrom, outside = pos(skin), chrom(skin), pos(around)
    frequency, decibels = strongest(by_pos)
    bright = _even(np.log(skin.mean(axis=1)))
    signals = np.stack([_even(by_pos), _even(by_chrom), _even(outside), bright])
    scale = np.array([_size(by_pos), _size(by_pos), _size(by_pos), max(float(bright.std()), 1e-4)])
    return Pulse(frequency, decibels, np.clip(signals / scale[:, None], -5, 5).astype(np.float32))


def traces(sequence: FaceSequence, parts: tuple[tuple[slice, slice], ...]) -> Signal:
    """Return the mean red, green and blue of some parts of the views, (frames, 3), above 0."""
    means = [sequence.views[:, rows, columns].mean(axis=(1, 2), dtype=np.float64) for rows, columns in parts]
    return np.asarray(np.maximum(np.mean(means, axis=0), 1.0), np.float64)


def pos(colours: Signal, rate: float = RATE) -> Signal:
    """Return the pulse signal of colours (frames, 3) by the plane orthogonal to the skin's tone: (frames,)."""
    length = round(_WINDOW_SECONDS * rate)
    signal = np.zeros(len(colours))
    for start in range(len(colours) - length + 1):
        part = colours[start : start + length]
        red, green, blue = (part / part.mean(axis=0)).T
        first, second = green - blue, green + blue - 2 * red
        beat = first + first.std() / max(float(second.std()), 1e-9) * second
        signal[start : start + length] += beat - beat.mean()
    return signal


def chrom(colours: Signal, rate: float = RATE) -> Signal:
    """Return the pulse signal of colours (frames, 3) by two differences of colour: (frames,)."""
    red, green, blue = (colours / colours.mean(axis=0)).T
    first = in_band(3 * red - 2 * green, rate)
    second = in_band(1.5 * red + green - 1.5 * blue, rate)
    return np.asarray(first - first.std() / max(float(second.std()), 1e-9) * second, np.float64)


def in_band(signal: Signal, rate: float = RATE) -> Signal:
    """Return the part of a signal between LOWEST and HIGHEST Hz."""
    spectrum = np.fft.rfft(signal - signal.mean())
    at = np.fft.rfftfreq(len(signal), 1 / rate)
    spectrum[(at < LOWEST) | (at > HIGHEST)] = 0
    return np.fft.irfft(spectrum, len(signal))


def strongest(signal: Signal, rate: float = RATE) -> tuple[float, float]:
    """Return the strongest frequency between LOWEST and HIGHEST Hz, and its power over the rest of the band in dB.

    The power of the double frequency counts as that of the pulse, as in de Haan and Jeanne 2013.
    """
    windowed = (signal - signal.mean()) * np.hanning(len(signal))
    power = np.abs(np.fft.rfft(windowed, _FILL * len(signal))) ** 2
    at = np.fft.rfftfreq(_FILL * len(signal), 1 / rate)
    band = (at >= LOWEST) & (at <= HIGHEST)
    best = float(at[band][np.argmax(power[band])])
    own = band & ((np.abs(at - best) <= _NEAR) | (np.abs(at - 2 * best) <= _NEAR))
    rest = float(power[band & ~own].sum())
    return best, float(10 * np.log10((power[own].sum() + 1e-12) / (rest + 1e-12)))


def _even(signal: Signal) -> Signal:
    """Return a signal without its mean and slow drift, which a parabola follows."""
    time = np.linspace(-1, 1, len(signal))
    return np.asarray(signal - np.polynomial.Polynomial.fit(time, signal, 2)(time), np.float64)


def _size(signal: Signal) -> float:
    return max(float(_even(signal).std()), 1e-6)
