"""Small batches of the painted world.

As a program, one batch, with a line an optimiser step: `python -m tests.library.styled LIBRARY PHOTOS STYLES OUT`.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from recog.library.styling_results import StylingProgress
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


def main() -> None:
    """Style all photos of one folder with all of another."""
    library, photos, styles, out = map(Path, sys.argv[1:])
    with painted_library(library) as opened:
        opened.style(sorted(styles.iterdir()), out, folder=photos, settings=QUICK, progress=tell)


if __name__ == "__main__":
    main()
