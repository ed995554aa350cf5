"""Measure what O-Net makes of boxes that people draw: results/drawn.csv.

    python -m benchmarks.measure_drawn ../shared/data

Drawn boxes are made up: those of found faces, enlarged or shrunk and moved at random, on photos of CelebA; the true
boxes of faces that the detector misses, and boxes where nobody is, on photos of WIDER FACE.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.measured import machine, write_results
from recog.boxes import clipped, iou, scaled
from recog.config import read_settings
from recog.crop import face_views
from recog.detect.drawn import DrawnFacePlacer
from recog.library.networks import Networks
from recog.photos import read_photo
from recog.quality import SURE_SCORE
from recog.types import Embeddings, FaceBox, Pixels
from recog.weights.device import cores

SEED = 1
PORTRAITS, SCENES, NOWHERE = 150, 70, 3
LEAST = 16
"""Pixels of the shorter side of a true box that is tried."""


class Measure:
    """The networks of the settings, and the placer."""

    def __init__(self) -> None:
        settings = read_settings()
        self.networks = Networks(settings)
        self.placer = DrawnFacePlacer(cache=settings.cache, offline_dir=settings.weights)
        self.random = Random(SEED)  # noqa: S311 - nothing is kept secret by it

    def embedded(self, pixels: Pixels, boxes: list[FaceBox]) -> Embeddings:
        """(H, W, 3) uint8, n boxes -> (n, dim)."""
        info = self.networks.info
        crops = face_views(pixels, boxes, scale=info.crop_scale, size=info.input_size, views=info.views)
        return self.networks.embedder.embed(crops)

    def drawn(self, face: FaceBox, pixels: Pixels) -> FaceBox:
        """Draw a box around a face as somebody might."""
        box = scaled(replace(face, landmarks=(), turn=0), self.random.uniform(0.85, 1.8))
        across = self.random.uniform(-0.15, 0.15) * box.width
        down = self.random.uniform(-0.2, 0.1) * box.height
        moved = replace(
            box, left=box.left + across, right=box.right + across, top=box.top + down, bottom=box.bottom + down
        )
        return clipped(moved, pixels.shape[1], pixels.shape[0])

    def portraits(self, folder: Path) -> Iterator[tuple[float, float, float]]:
        """Yield O-Net's probability, and the squared distance from the detector's face of the face placed and drawn."""
        files = sorted(folder.glob("celeba_*/*"))
        self.random.shuffle(files)
        for file in files[:PORTRAITS]:
            pixels = read_photo(file).pixels
            found = self.networks.detector.detect(pixels)
            if not found or found[0].score < SURE_SCORE:
                continue
            box = self.drawn(found[0], pixels)
            placed = self.placer.place(pixels, box)
            rows = self.embedded(pixels, [found[0], placed or box, box])
            distances = np.square(rows[1:] - rows[0]).sum(axis=1)
            yield (0.0 if placed is None else placed.score, float(distances[0]), float(distances[1]))

    def scenes(self, folder: Path) -> Iterator[tuple[str, float]]:
        """Yield 'missed' or 'nowhere', and O-Net's probability there, 0 if it sees no face."""
        for name, faces in list(truth(folder / "ground_truth.txt"))[:SCENES]:
            pixels = read_photo(next((folder / "images").rglob(Path(name).name))).pixels
            found = self.networks.detector.detect(pixels)
            for face in faces:
                if min(face.width, face.height) >= LEAST and all(iou(face, one) < 0.3 for one in found):
                    yield "missed", self._score(pixels, scaled(face, 1.15))
            for _ in range(NOWHERE):
                side = self.random.uniform(30, 150)
                left = self.random.uniform(0, pixels.shape[1] - side)
                top = self.random.uniform(0, pixels.shape[0] - side)
                box = FaceBox(left, top, left + side, top + side, 1.0, ())
                if all(iou(box, one) == 0 for one in (*found, *faces)):
                    yield "nowhere", self._score(pixels, box)

    def _score(self, pixels: Pixels, box: FaceBox) -> float:
        placed = self.placer.place(pixels, clipped(box, pixels.shape[1], pixels.shape[0]))
        return 0.0 if placed is None else placed.score


def truth(path: Path) -> Iterator[tuple[str, list[FaceBox]]]:
    """Yield the photos of WIDER FACE's list with their faces."""
    lines = iter(path.read_text().splitlines())
    for name in lines:
        rows = [next(lines).split() for _ in range(int(next(lines)))]
        sides = [tuple(map(float, row[:4])) for row in rows]
        yield name, [FaceBox(x, y, x + width, y + height, 1.0, ()) for x, y, width, height in sides]


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    measure = Measure()
    scores, placed, plain = (np.array(column) for column in zip(*measure.portraits(data / "identities"), strict=True))
    rows = [
        ("portraits", len(scores), int((scores > 0).sum()), int((scores >= SURE_SCORE).sum()),
         *(f"{value:.3f}" for value in (*np.quantile(placed, (0.5, 0.95)), *np.quantile(plain, (0.5, 0.95))))),
    ]  # fmt: skip
    scenes = list(measure.scenes(data / "wider_dev"))
    for kind in ("missed", "nowhere"):
        seen = np.array([score for one, score in scenes if one == kind])
        rows.append((kind, len(seen), int((seen > 0).sum()), int((seen >= SURE_SCORE).sum()), "", "", "", ""))
    header = (
        "boxes", "drawn", "seen", "surely_seen", "placed_median", "placed_95", "unplaced_median", "unplaced_95",
    )  # fmt: skip
    write_results("drawn.csv", machine(threads=cores(), seed=SEED), header, rows)


if __name__ == "__main__":
    main()
