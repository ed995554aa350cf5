"""The transform there and back, and the search for phases."""

import numpy as np
import pytest
import torch

from recog.style.sound.spectrogram import transformed, untransformed, window_length, with_phases


def drawn(length: int) -> torch.Tensor:
    return torch.randn(length, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("rate", "window"), [(4000, 512), (7000, 512), (8000, 1024), (22050, 2048), (48000, 4096)])
def test_a_window_is_the_power_of_two_nearest_to_93_milliseconds(rate: int, window: int) -> None:
    assert window_length(rate) == window


@pytest.mark.parametrize("length", [300, 4000, 4001])
def test_the_way_back_gives_the_samples(length: int) -> None:
    samples = drawn(length)
    torch.testing.assert_close(untransformed(transformed(samples, 256), 256, length), samples, rtol=1e-4, atol=1e-5)


def test_a_bin_is_a_frequency() -> None:
    """A sine at bin 20 against numpy's transform of one windowed frame in the middle."""
    samples = torch.sin(2 * torch.pi * 20 / 256 * torch.arange(2048))
    magnitudes = transformed(samples, 256).abs()
    assert int(magnitudes[:, 10].argmax()) == 20
    frame = samples[10 * 64 - 128 : 10 * 64 + 128].numpy() * np.hanning(257)[:-1]
    np.testing.assert_allclose(magnitudes[:, 10], np.abs(np.fft.rfft(frame)), atol=1e-3)


def test_the_true_phases_are_kept() -> None:
    samples = drawn(3000)
    waves = transformed(samples, 256)
    found = with_phases(waves.abs(), waves.angle(), 256, 3000, rounds=5)
    torch.testing.assert_close(found, samples, rtol=1e-3, atol=1e-3)


def test_rounds_bring_the_magnitudes_nearer() -> None:
    """From no phases at all; the error is relative to the magnitudes."""
    wanted = transformed(drawn(6000), 256).abs()
    errors = []
    for rounds in (0, 5, 60):
        made = transformed(with_phases(wanted, torch.zeros_like(wanted), 256, 6000, rounds=rounds), 256).abs()
        errors.append(float((made - wanted).norm() / wanted.norm()))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.25
