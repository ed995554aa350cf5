"""Pictures of styled sounds and volumes: `python -m documents.axes_pictures [DIR]` writes docs/pictures/*-style.webp.

`make pictures` makes them too. With DIR, the sounds are written there as WAV files, to be judged by ear.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from documents.made_signals import ball, melody, shaker, weave
from recog.style.sound.settings import SoundSettings
from recog.style.sound.spectrogram import transformed, window_length
from recog.style.sound.transfer import stylize_sound
from recog.style.sound.wav import Sound, encoded_wav
from recog.style.volume.files import Volume
from recog.style.volume.settings import VolumeSettings
from recog.style.volume.transfer import stylize_volume

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
_GAP = 6
_WHITE = 255
_VOXEL = 4
"""Pixels a voxel."""


def draw_axes(folder: Path | None = None) -> None:
    """Make both pictures, and the sounds if there is a folder for them."""
    made = stylize_sound(melody(), shaker(), SoundSettings(), _silent)
    print(f"sound: {made.before} before, {made.after} after")
    sounds = {"melody": melody(), "shaker": shaker(), "melody-in-shaker": made.sound}
    if folder is not None:
        for name, sound in sounds.items():
            (folder / f"{name}.wav").write_bytes(encoded_wav(sound))
    _save("sound-style", [_spectrogram(sound) for sound in sounds.values()])
    volume = stylize_volume(Volume(ball()[None]), Volume(weave()[None]), VolumeSettings(), _silent)
    print(f"volume: {volume.before} before, {volume.after} after")
    rows = [_slices(voxels) for voxels in (ball(), weave(), volume.volume.voxels[0])]
    _save("volume-style", rows)


def _silent(_done: int, _all: int) -> None:
    """Draw no bar."""


def _spectrogram(sound: Sound) -> NDArray[np.float32]:
    """Return the logarithms of the magnitudes, low frequencies at the bottom."""
    levels = transformed(torch.from_numpy(sound.samples), window_length(sound.rate)).abs().log1p()
    found: NDArray[np.float32] = np.flipud(levels.numpy())
    return found


def _slices(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return three slices below each other."""
    depth = len(voxels)
    shown = [voxels[depth * part // 8].repeat(_VOXEL, 0).repeat(_VOXEL, 1) for part in (2, 3, 4)]
    found: NDArray[np.float32] = np.concatenate(shown)
    return found


def _save(name: str, panels: Sequence[NDArray[np.float32]]) -> None:
    """Save panels side by side in grey, black at 0 and white at the largest value of all."""
    highest = max(float(panel.max()) for panel in panels)
    framed = [
        np.pad(np.rint(panel / highest * _WHITE), ((0, 0), (0, _GAP)), constant_values=_WHITE) for panel in panels
    ]
    picture = np.concatenate(framed, axis=1)[:, :-_GAP].clip(0, _WHITE).astype(np.uint8)
    path = PICTURES / f"{name}.webp"
    Image.fromarray(picture).convert("RGB").save(path, quality=80)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    draw_axes(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
