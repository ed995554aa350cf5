"""WAV files: read as they were written, and refused in one sentence."""

import wave
from pathlib import Path

import numpy as np
import pytest

from recog.errors import StyleError
from recog.style.sound.wav import Sound, encoded_wav, read_wav

RATE = 8000


def wav(path: Path, frames: bytes, *, channels: int = 1, width: int = 2, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return path


def test_a_sound_comes_back_within_a_level_of_sixteen_bits(tmp_path: Path) -> None:
    samples = np.linspace(-1.0, 1.0, 999, dtype=np.float32)
    path = tmp_path / "ramp.wav"
    path.write_bytes(encoded_wav(Sound(samples, RATE)))
    found = read_wav(path)
    assert (found.rate, found.channels, len(found.samples)) == (RATE, 1, 999)
    assert float(np.abs(found.samples - samples).max()) < 1.5 / 32768


def test_samples_outside_of_the_range_are_clipped_and_not_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    path.write_bytes(encoded_wav(Sound(np.array([2.0, -3.0], dtype=np.float32), RATE)))
    np.testing.assert_allclose(read_wav(path).samples, [1.0, -1.0], atol=1e-4)


@pytest.mark.parametrize(
    ("width", "frames"),
    [
        (1, bytes([0, 64, 128, 192])),
        (2, np.array([-32768, -16384, 0, 16384], "<i2").tobytes()),
        (3, bytes([0, 0, 128, 0, 0, 192, 0, 0, 0, 0, 0, 64])),
        (4, np.array([-(2**31), -(2**30), 0, 2**30], "<i4").tobytes()),
    ],
)
def test_every_width_of_pcm_has_the_same_range(tmp_path: Path, width: int, frames: bytes) -> None:
    found = read_wav(wav(tmp_path / "steps.wav", frames, width=width))
    np.testing.assert_array_equal(found.samples, np.array([-1.0, -0.5, 0.0, 0.5], np.float32))


def test_two_channels_become_their_mean(tmp_path: Path) -> None:
    frames = np.array([[16384, 0], [-16384, -16384]], "<i2").tobytes()
    found = read_wav(wav(tmp_path / "stereo.wav", frames, channels=2))
    assert found.channels == 2
    np.testing.assert_array_equal(found.samples, np.array([0.25, -0.5], np.float32))


def of_floats(path: Path) -> Path:
    """A WAV file of 32-bit floats: format 3, which the standard library does not read."""
    data = bytearray(encoded_wav(Sound(np.ones(8, np.float32), RATE)))
    data[20] = 3
    path.write_bytes(data)
    return path


def cut_short(path: Path) -> Path:
    path.write_bytes(encoded_wav(Sound(np.ones(100, np.float32), RATE))[:-60])
    return path


def no_wav(path: Path) -> Path:
    path.write_bytes(b"ID3 this is a song")
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (no_wav, r"a\.wav is no WAV file of PCM samples .*: convert it to a WAV file of 16 bits"),
        (of_floats, r"a\.wav is no WAV file of PCM samples \(unknown format: 3\)"),
        (cut_short, r"a\.wav is cut short: 140 of 200 bytes; copy it again"),
        (lambda path: path, r"a\.wav cannot be read \(No such file or directory\)"),
        (lambda path: wav(path, b""), r"a\.wav holds no samples"),
        (lambda path: wav(path, bytes(100)), r"a\.wav is silent"),
        (lambda path: wav(path, b"\1\2", rate=100), r"a\.wav has 100 samples a second: convert it to 4,000 to 192,000"),
        (
            lambda path: wav(path, bytes(121 * 4000), width=1, rate=4000),
            r"lasts 121 seconds, .*: cut it to at most 120",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_way_out(tmp_path: Path, make: object, said: str) -> None:
    with pytest.raises(StyleError, match=said):
        read_wav(make(tmp_path / "a.wav"))  # type: ignore[operator]
