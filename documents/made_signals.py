"""Sounds and volumes that are made by arithmetic, for the pictures and the examples of the documents."""

import numpy as np
from numpy.typing import NDArray

from recog.style.sound.wav import Sound

RATE = 11_025
SECONDS = 4
_NOTES = (262, 330, 392, 523, 392, 330, 294, 349)
"""Of the melody, in hertz."""


def melody() -> Sound:
    """Return eight soft notes of half a second with three overtones each."""
    samples = np.zeros(RATE * SECONDS)
    length = RATE * SECONDS // len(_NOTES)
    time = np.arange(length) / RATE
    rise = np.clip(np.minimum(time / 0.03, (time[-1] - time) / 0.08), 0.0, 1.0)
    for number, note in enumerate(_NOTES):
        tone = sum(np.sin(2 * np.pi * note * overtone * time) / overtone**1.5 for overtone in (1, 2, 3, 4))
        samples[number * length : (number + 1) * length] = rise * tone
    return Sound((0.5 * samples / np.abs(samples).max()).astype(np.float32), RATE)


def shaker() -> Sound:
    """Return four bursts of high noise a second, the first of each four louder."""
    generator = np.random.default_rng(0)
    samples = np.zeros(RATE * SECONDS)
    noise = np.diff(generator.normal(size=len(samples) + 1))
    period = RATE // 4
    time = np.arange(period) / RATE
    for number in range(len(samples) // period):
        loud = 1.0 if number % 4 == 0 else 0.6
        span = slice(number * period, (number + 1) * period)
        samples[span] = loud * np.exp(-time / 0.05) * noise[span]
    return Sound((0.5 * samples / np.abs(samples).max()).astype(np.float32), RATE)


def ball(side: int = 48) -> NDArray[np.float32]:
    """Return a volume, (side, side, side) in 0..1: a soft ball with a hole through it."""
    depth, down, right = np.mgrid[0:side, 0:side, 0:side] / (side - 1) * 2 - 1
    inside = np.sqrt(depth**2 + down**2 + right**2) - 0.75
    hole = 0.3 - np.sqrt(down**2 + right**2)
    soft: NDArray[np.float32] = (1.0 / (1.0 + np.exp(20.0 * np.maximum(inside, hole)))).astype(np.float32)
    return soft


def weave(side: int = 48) -> NDArray[np.float32]:
    """Return a volume, (side, side, side) in 0..1: blobs on a lattice, eight voxels apart."""
    along = [np.cos(places) for places in np.mgrid[0:side, 0:side, 0:side] * (2 * np.pi / 8)]
    waves = along[0] * along[1] + along[1] * along[2] + along[2] * along[0]
    blobs: NDArray[np.float32] = (0.5 + 0.5 * np.tanh(2.0 * waves)).astype(np.float32)
    return blobs
