"""WAV files: read as one channel of samples, and written as 16-bit PCM."""

import io
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.errors import StyleError
from recog.printable import printable
from recog.style.files import ResultKind

WAV = ResultKind("sound", (".wav",))

LEAST_RATE, MOST_RATE = 4_000, 192_000
"""Samples a second."""
MOST_SECONDS = 120
"""What longer sounds would need: see docs/decisions/axes.md."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of samples, (n,) float32 in -1..1, at `rate` samples a second; channels is how many the file had."""

    samples: NDArray[np.float32]
    rate: int
    channels: int = 1

    @property
    def seconds(self) -> float:
        """The length."""
        return len(self.samples) / self.rate


def read_wav(path: Path) -> Sound:
    """Read a WAV file of PCM samples with 8, 16, 24 or 32 bits; several channels become their mean.

    Raises:
        StyleError: the file cannot be read, is no such file, is cut short, empty, silent or too long.
    """
    name = printable(path.name)
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, frames = file.getparams()[:4]
            if not LEAST_RATE <= rate <= MOST_RATE:
                raise StyleError(
                    f"{name} has {rate:,} samples a second: convert it to {LEAST_RATE:,} to {MOST_RATE:,}, "
                    "such as 44,100"
                )
            if frames > MOST_SECONDS * rate:
                raise StyleError(
                    f"{name} lasts {frames / rate:,.0f} seconds, which would need too much memory: cut it to at most "
                    f"{MOST_SECONDS}"
                )
            data = file.readframes(frames)
    except OSError as error:
        raise StyleError(f"{name} cannot be read ({error.strerror}): name a WAV file that you may read") from error
    except (wave.Error, EOFError) as error:
        raise StyleError(
            f"{name} is no WAV file of PCM samples ({str(error) or 'it ends early'}): convert it to a WAV file of 16 "
            "bits"
        ) from error
    if len(data) != frames * channels * width:
        raise StyleError(f"{name} is cut short: {len(data):,} of {frames * channels * width:,} bytes; copy it again")
    samples = _samples(data, width).reshape(-1, channels).mean(axis=1, dtype=np.float32)
    if not len(samples):
        raise StyleError(f"{name} holds no samples: choose a sound that lasts")
    if not samples.any():
        raise StyleError(f"{name} is silent: choose one with sound")
    return Sound(samples, rate, channels)


def encoded_wav(sound: Sound) -> bytes:
    """Encode a sound as 16-bit PCM; samples outside of -1..1 are clipped."""
    levels = np.rint(np.clip(sound.samples, -1.0, 1.0) * 32767.0).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(levels.tobytes())
    return buffer.getvalue()


def _samples(data: bytes, width: int) -> NDArray[np.float32]:
    """Return little-endian PCM samples of that many bytes as float32 in -1..1; those of one byte are unsigned."""
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128.0) / 128.0
    if width == 3:
        whole = np.zeros((len(data) // 3, 4), np.uint8)
        whole[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        data, width = whole.tobytes(), 4
    return np.frombuffer(data, f"<i{width}").astype(np.float32) / np.float32(2 ** (8 * width - 1))
