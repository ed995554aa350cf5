"""Photos with white rectangles for faces, and a detector that finds them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from recog.types import FaceBox, Pixels

SIDE = 80
"""The side of a photo in pixels."""


@dataclass
class WhiteFaces:
    """A detector of white rectangles: one bounding box in the left half of the photo, one in the right half."""

    sha256: str = "d" * 64
    seen: list[tuple[int, int]] = field(default_factory=list)

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        self.seen.append((pixels.shape[1], pixels.shape[0]))
        middle = pixels.shape[1] // 2
        boxes = []
        for shift, half in ((0, pixels[:, :middle]), (middle, pixels[:, middle:])):
            rows, columns = np.nonzero(half.min(axis=2) > 200)
            if len(rows):
                left, right = int(columns.min()) + shift, int(columns.max()) + shift + 1
                boxes.append(FaceBox(left, int(rows.min()), right, int(rows.max()) + 1, 0.9, ((left, rows.min()),) * 5))
        return boxes


def white_photo(path: Path, *faces: tuple[int, int, int, int], width: int = SIDE) -> Path:
    pixels = np.zeros((SIDE, width, 3), dtype=np.uint8)
    for left, top, right, bottom in faces:
        pixels[top:bottom, left:right] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def white_people(root: Path) -> Path:
    """Make two people with five files, one of them without a face and one that is no photo."""
    white_photo(root / "ann" / "1.png", (4, 20, 30, 50))
    white_photo(root / "ann" / "2.png", (8, 20, 30, 50), (50, 30, 56, 36))
    white_photo(root / "ann" / "3.png")
    white_photo(root / "bob" / "1.png", (44, 20, 76, 60))
    (root / "bob" / "2.png").write_bytes(b"no photo")
    (root / "bob" / "notes.txt").write_text("no photo either")
    (root / "empty").mkdir()
    (root / ".hidden").mkdir()
    return root
