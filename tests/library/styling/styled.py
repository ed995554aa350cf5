"""Style small batches of painted photos.

As a program, style one batch and write a line for each optimiser step:
`python -m tests.library.styling.styled LIBRARY PHOTOS STYLES OUT`.
`--size PX` sets the size, and `--spare MB` the most memory that may be added from the first step on.
"""

import argparse
import resource
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from recog.library.styling.results import StylingProgress
from recog.style.settings import StyleSettings
from tests.painted import painted_library

QUICK = StyleSettings(size=64, steps=3, scales=1)


def paint_style(path: Path, colour: tuple[int, int, int], *, side: int = 48) -> Path:
    """Diagonal stripes of a colour on black."""
    rows, columns = np.mgrid[0:side, 0:side]
    pixels = np.where(((rows + columns) % 8 < 4)[..., None], colour, (0, 0, 0)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def tell(step: StylingProgress) -> None:
    """Write a line."""
    sys.stdout.write(f"{step.picture} {step.step}\n")
    sys.stdout.flush()


def limit_memory(spare: int) -> None:
    """Limit memory to this many MB beyond what the process has mapped now."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + spare * 1_000_000,) * 2)


def main() -> None:
    """Style all photos of one folder with all of another."""
    parser = argparse.ArgumentParser()
    for name in ("library", "photos", "styles", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--size", type=int, default=QUICK.size)
    parser.add_argument("--spare", type=int)
    options = parser.parse_args()
    limited = options.spare is None

    def tell_and_limit(step: StylingProgress) -> None:
        nonlocal limited
        tell(step)
        if not limited:
            limit_memory(options.spare)
            limited = True

    with painted_library(options.library) as opened:
        opened.styles.run(
            sorted(options.styles.iterdir()),
            options.out,
            folder=options.photos,
            settings=replace(QUICK, size=options.size),
            progress=tell_and_limit,
        )


if __name__ == "__main__":
    main()
