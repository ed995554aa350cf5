"""Measure time and memory of style transfers of sounds and volumes: `python -m benchmarks.measure_axes`.

Each case runs in a process of its own, whose peak memory is told. The figures stand in docs/decisions/axes.md.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from documents.made_signals import ball, weave
from recog.style.sound.settings import SoundSettings
from recog.style.sound.transfer import stylize_sound
from recog.style.sound.wav import Sound
from recog.style.volume.files import Volume
from recog.style.volume.settings import VolumeSettings
from recog.style.volume.transfer import stylize_volume

_RATE = 44_100
_CASES = (("volume", 48, 5), ("sound", 10, 3), ("sound", 60, 2), ("volume", 100, 2))
"""What, seconds or voxels a side, and optimiser steps."""


def main() -> None:
    """Run every case, or the one that the arguments name."""
    if len(sys.argv) > 1:
        _measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        return
    for what, size, steps in _CASES:
        subprocess.run([sys.executable, "-m", "benchmarks.measure_axes", what, str(size), str(steps)], check=True)


def _measure(what: str, size: int, steps: int) -> None:
    moments = [time.perf_counter()]

    def progress(_done: int, _all: int) -> None:
        moments.append(time.perf_counter())

    if what == "sound":
        noise = np.random.default_rng(0).normal(size=(2, size * _RATE)).astype(np.float32) / 8
        content, style = (Sound(samples, _RATE) for samples in noise)
        stylize_sound(content, style, SoundSettings(steps=steps), progress)
    else:
        body, texture = (Volume(made(size)[None]) for made in (ball, weave))
        stylize_volume(body, texture, VolumeSettings(steps=steps), progress)
    a_step = (moments[-1] - moments[1]) / (len(moments) - 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{what} {size}: {a_step:.2f} s a step, {time.perf_counter() - moments[0]:.0f} s in all, peak {peak:.2f} GB")


if __name__ == "__main__":
    main()
