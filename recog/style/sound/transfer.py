"""The texture of one sound over the content of another.

The road of Ulyanov and Lebedev, "Audio texture synthesis and style transfer", 2016: the logarithms of a spectrogram's
magnitudes are a signal over time whose channels are the frequencies; one wide layer of random filters over time
describes it; the Gram matrix over time is the style. Departures: L-BFGS starts from the content instead of noise, the
costs are relative, and the search for phases starts from those of the content.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from recog.errors import StyleError
from recog.style.filtered import Distances, Filters, Progress, filter_settings, least_length, transferred
from recog.style.sound.settings import SoundSettings
from recog.style.sound.spectrogram import transformed, window_length, with_phases
from recog.style.sound.wav import Sound


@dataclass(frozen=True, slots=True)
class StyledSound:
    """The result, as long as the content, and the distances before and after. message is mostly empty."""

    sound: Sound
    before: Distances
    after: Distances
    message: str


def stylize_sound(content: Sound, style: Sound, settings: SoundSettings, progress: Progress) -> StyledSound:
    """Play the content in the texture of the style, which is first brought to the loudness of the content.

    Raises:
        StyleError: the rates differ, or a sound is too short for the filters.
        ConfigError: a setting is out of its range.
    """
    window = window_length(content.rate)
    filters = Filters(counts=(settings.filters,), size=settings.size)
    _check(content, style, least=least_length(filters) * window // 4)
    waves = transformed(torch.from_numpy(content.samples), window)
    loudness = _loudness(content) / _loudness(style)
    levels = [each.abs().log1p() for each in (waves, transformed(torch.from_numpy(style.samples) * loudness, window))]
    highest = max(float(level.max()) for level in levels)
    found = transferred(
        levels[0][None] / highest,
        levels[1][None] / highest,
        filters,
        filter_settings(
            filters, beta=settings.weight, steps=settings.steps, seed=settings.seed, variation=0.0, scales=1
        ),
        progress,
    )
    magnitudes = (found.values[0] * highest).clamp(0.0, highest).expm1()
    samples = with_phases(magnitudes, waves.angle(), window, len(content.samples), rounds=settings.rounds)
    return StyledSound(Sound(_unclipped(samples.numpy()), content.rate), found.before, found.after, found.message)


def _check(content: Sound, style: Sound, *, least: int) -> None:
    if content.rate != style.rate:
        raise StyleError(
            f"the content has {content.rate:,} samples a second and the style {style.rate:,}: convert one of them "
            "to the rate of the other"
        )
    for what, sound in (("content", content), ("style", style)):
        if len(sound.samples) < least:
            raise StyleError(
                f"the {what} lasts {sound.seconds:.2f} seconds, and the filters see {least / sound.rate:.2f}: choose a "
                "longer one"
            )


def _loudness(sound: Sound) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.square(sound.samples, dtype=np.float64).mean()))


def _unclipped(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples within -1..1, made quieter if they would be clipped."""
    return samples / np.float32(max(1.0, float(np.abs(samples).max())))
