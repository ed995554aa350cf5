"""One transfer of sound from samples to samples."""

import numpy as np
import pytest
import torch

from recog.errors import ConfigError, StyleError
from recog.style.filtered import Filters, distances
from recog.style.sound.settings import SoundSettings
from recog.style.sound.spectrogram import transformed
from recog.style.sound.transfer import StyledSound, stylize_sound
from recog.style.sound.wav import Sound

RATE = 4000
QUICK = SoundSettings(steps=60, filters=512, rounds=20)


def silent(_done: int, _all: int) -> None:
    """Draw no bar."""


def tones(seconds: float = 2.0, rate: int = RATE) -> Sound:
    time = np.arange(int(seconds * rate)) / rate
    note = np.where(time % 1.0 < 0.5, 300.0, 400.0)
    return Sound((0.4 * np.sin(2 * np.pi * note * time)).astype(np.float32), rate)


def hiss(seconds: float = 2.0, rate: int = RATE) -> Sound:
    noise = np.random.default_rng(0).normal(size=int(seconds * rate))
    return Sound((0.28 * noise).astype(np.float32), rate)


def levels(sound: Sound) -> torch.Tensor:
    return transformed(torch.from_numpy(sound.samples), 512).abs().log1p()[None] / 5.0


@pytest.fixture(scope="module")
def styled() -> StyledSound:
    return stylize_sound(tones(), hiss(), QUICK, silent)


def test_the_samples_themselves_are_nearer_to_the_style_than_the_content_is(styled: StyledSound) -> None:
    """Measured anew from the samples, after the search for phases, by filters that no search has seen."""
    content, style, made = levels(tones()), levels(hiss()), levels(styled.sound)
    judge = Filters(counts=(64,), size=11).trunk(content, 99)
    assert distances(judge, made, content, style).style < 0.5 * distances(judge, content, content, style).style
    assert distances(judge, made, content, style).content < 0.8 * distances(judge, style, content, style).content


def test_the_report_says_the_same(styled: StyledSound) -> None:
    assert styled.before.content == 0.0
    assert styled.after.style < 0.5 * styled.before.style


def test_the_result_is_as_long_as_the_content_about_as_loud_and_not_clipped(styled: StyledSound) -> None:
    assert styled.sound.samples.shape == tones().samples.shape
    assert styled.sound.samples.dtype == np.float32
    assert float(np.square(styled.sound.samples).mean()) == pytest.approx(0.08, rel=0.5)
    assert float(np.abs(styled.sound.samples).max()) <= 1.0


def test_the_notes_are_still_heard(styled: StyledSound) -> None:
    """In each half second the strongest frequency is that of its note."""
    quarter = RATE // 2
    for number, note in enumerate((300.0, 400.0, 300.0, 400.0)):
        part = styled.sound.samples[number * quarter : (number + 1) * quarter]
        strongest = float(np.fft.rfftfreq(quarter, 1 / RATE)[np.abs(np.fft.rfft(part * np.hanning(quarter))).argmax()])
        assert strongest == pytest.approx(note, abs=10.0)


def test_a_style_of_weight_zero_leaves_the_content() -> None:
    found = stylize_sound(tones(1.0), hiss(1.0), SoundSettings(steps=2, filters=8, rounds=2, weight=0.0), silent)
    np.testing.assert_allclose(found.sound.samples, tones(1.0).samples, atol=1e-3)


def test_the_style_may_be_longer_or_shorter() -> None:
    quick = SoundSettings(steps=1, filters=8, rounds=1)
    for seconds in (0.8, 3.1):
        assert len(stylize_sound(tones(), hiss(seconds), quick, silent).sound.samples) == 2 * RATE


@pytest.mark.parametrize(
    ("content", "style", "said"),
    [
        (tones(), hiss(rate=8000), "4,000 samples a second and the style 8,000: convert one of them"),
        (tones(0.2), hiss(), r"the content lasts 0\.20 seconds, and the filters see 0\.35: choose a longer one"),
        (tones(), hiss(0.1), r"the style lasts 0\.10 seconds, and the filters see 0\.35: choose a longer one"),
    ],
)
def test_sounds_that_do_not_fit_are_refused(content: Sound, style: Sound, said: str) -> None:
    with pytest.raises(StyleError, match=said):
        stylize_sound(content, style, QUICK, silent)


def test_a_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError, match="beta must be from 0"):
        stylize_sound(tones(), hiss(), SoundSettings(weight=float("nan")), silent)
