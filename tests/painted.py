"""A world of painted faces: photos, a detector and an embedder simple enough to predict by hand.

A face is a square of one colour on black; its colour is the person. The detector finds bright cells of a grid, the
embedding is the direction of the mean colour. Nothing is trained, everything is computed.

As a program, it indexes a folder into a library and prints a line after each committed batch:
`python -m tests.painted LIBRARY FOLDER`.
"""

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from recog.config import Settings, read_settings
from recog.distance import unit_rows
from recog.library.indexing.results import IngestProgress
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary
from recog.store.catalog import Catalog
from recog.types import Calibration, Crops, Detector, Embedder, Embeddings, FaceBox, FacePlacer, NetworkInfo, Pixels

if TYPE_CHECKING:  # torch loads only in the tests that style
    from recog.style.layers import StyleNetwork

CELL = 64
"""Side of a grid cell in pixels; a painted face fills the middle of one."""
FACE = 40
RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 230, 20), (20, 20, 230), (230, 230, 230)

Colour = tuple[int, int, int]


def paint(path: Path, *colours: Colour | None, noise: int = 0) -> Path:
    """Write a PNG with one face a cell, from left to right; None leaves a cell black. noise tells photos apart."""
    pixels = np.zeros((CELL, CELL * max(1, len(colours)), 3), np.uint8)
    pixels[0, 0] = noise % 256, noise // 256 % 256, 0
    margin = (CELL - FACE) // 2
    for cell, colour in enumerate(colours):
        if colour is not None:
            left = cell * CELL + margin
            pixels[margin : margin + FACE, left : left + FACE] = colour
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


MISSED = (CELL // 2 + 4, 4, FACE // 2, FACE // 2)
"""Left, top, width and height of the face that `paint_missed` adds: no middle of a cell is bright there."""


def paint_missed(path: Path, colour: Colour, *cells: Colour | None) -> Path:
    """Write a PNG as `paint` does, by default black, with one more face, which CellDetector does not find."""
    pixels = np.array(Image.open(paint(path, *(cells or (None, None)))))
    left, top, width, height = MISSED
    pixels[top : top + height, left : left + width] = colour
    Image.fromarray(pixels).save(path)
    return path


class CellDetector:
    """Finds cells that are brighter than black."""

    sha256 = "d" * 64

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """One box a bright cell."""
        margin = (CELL - FACE) // 2
        boxes = []
        for top in range(0, pixels.shape[0] - CELL + 1, CELL):
            for left in range(0, pixels.shape[1] - CELL + 1, CELL):
                if pixels[top : top + CELL, left : left + CELL].max() > 0 and (
                    pixels[top + CELL // 2, left + CELL // 2].max() > 0
                ):
                    x, y = left + margin, top + margin
                    boxes.append(FaceBox(x, y, x + FACE, y + FACE, 0.999, landmarks_in(x, y, x + FACE, y + FACE)))
        return boxes


class BrightPlacer:
    """Moves a drawn box to the bright pixels in it, which may lie off the grid where CellDetector finds nothing."""

    def place(self, pixels: Pixels, box: FaceBox) -> FaceBox | None:
        """The box around everything bright in the drawn one; None if all of it is dark."""
        left, top = max(0, int(box.left)), max(0, int(box.top))
        rows, columns = np.nonzero(pixels[top : int(box.bottom), left : int(box.right)].max(axis=2) > 100)
        if not len(rows):
            return None
        x, y = float(left + columns.min()), float(top + rows.min())
        right, bottom = float(left + columns.max() + 1), float(top + rows.max() + 1)
        return FaceBox(x, y, right, bottom, 0.99, landmarks_in(x, y, right, bottom))


def landmarks_in(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    """Return the landmarks of a painted face in a box."""
    places = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    return tuple((left + (right - left) * u, top + (bottom - top) * v) for u, v in places)


class ColourEmbedder:
    """The direction of a crop's mean colour, (n, 3)."""

    info = NetworkInfo("colour", "c" * 64, 3, 16, 1.4, "nothing", "none", "tests")

    def embed(self, crops: Crops) -> Embeddings:
        """(n, 16, 16, 3) uint8 -> (n, 3) float32 of unit length; black, where boxes may be drawn, counts as grey."""
        colours = crops.astype(np.float32).mean(axis=(1, 2))
        colours[~colours.any(axis=1)] = 1
        return unit_rows(colours)


class PaintedNetworks(Networks):
    """The networks of the painted world; at a squared distance of 0.5 colours are different people."""

    @cached_property
    def device(self) -> str:
        """There is no network to place."""
        return "cpu"

    @cached_property
    def detector(self) -> Detector:
        """Cells."""
        return CellDetector()

    @cached_property
    def embedder(self) -> Embedder:
        """Colours."""
        return ColourEmbedder()

    @cached_property
    def placer(self) -> FacePlacer:
        """Bright pixels."""
        return BrightPlacer()

    @cached_property
    def info(self) -> NetworkInfo:
        """Colours."""
        return ColourEmbedder.info

    @cached_property
    def calibration(self) -> Calibration:
        """Even odds at 0.5."""
        return Calibration("c" * 64, 0.5, 0.001, 10.0, -5.0, "painted faces", 1000)

    def style_network(self, name: str) -> "StyleNetwork":
        """A drawn one."""
        from tests.drawn_vgg import drawn_network

        return drawn_network(name)


class PaintedLibrary(PhotoLibrary):
    """A PhotoLibrary that sees painted faces."""

    def __init__(
        self, settings: Settings, *, networks: PaintedNetworks | None = None, catalog: Catalog | None = None
    ) -> None:
        self.networks = PaintedNetworks(settings) if networks is None else networks
        super().__init__(settings, networks=self.networks, catalog=catalog)


def painted_library(directory: Path) -> PaintedLibrary:
    """The library in a directory."""
    return PaintedLibrary(read_settings(library=directory))


def tell(step: IngestProgress) -> None:
    """Write a line."""
    sys.stdout.write(f"{step.done}\n")
    sys.stdout.flush()


def step(progress: IngestProgress) -> None:
    """Write a line, and go on when standard input has a byte more, or has ended."""
    tell(progress)
    sys.stdin.buffer.read(1)


def main() -> None:
    """Index one folder; a line a photo goes to standard output as soon as the run is past it.

    With `stepped` as a third word, each photo costs a byte of standard input.
    """
    library, folder, *stepped = sys.argv[1:]
    with painted_library(Path(library)) as photos:
        if photos.index([Path(folder)], progress=step if stepped else tell).interrupted:
            sys.exit(130)


if __name__ == "__main__":
    main()
