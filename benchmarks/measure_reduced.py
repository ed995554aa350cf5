"""Measure how far an embedding moves if the face is cut out of a photo of half the size, by the side of the face.

    python -m benchmarks.measure_reduced ../shared/data --portraits 500

Writes benchmarks/results/reduced.csv. The photos are those of wider_dev and photos, and --portraits each of CelebA and
of CFP. Each is saved as a JPEG of quality 92 and decoded in full and at half the size (recog.photos.turbo_jpeg). Faces
are found in full, at scores above 0.9. Two other changes are the measure: the photo saved anew at quality 85, and all
boxes and landmarks shifted to the right by 2 % of the box. recog.library.close_up chooses its limit by the half `chose`
of the photos; `judged` is the other half.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measured import machine, write_results
from recog.boxes import rescaled
from recog.config import read_settings
from recog.library.networks import Networks
from recog.library.probes import cut_faces
from recog.photos import read_photo
from recog.photos.turbo_jpeg import decode_whole
from recog.quality import sharpness
from recog.types import DecodedPhoto, FaceBox, Pixels

SIDES = (10, 16, 24, 32, 40, 48, 56, 64, 80, 100, 130, 200, 1000)
"""Bounds of the classes, in pixels of the halved photo."""
SURE = 0.9
SHIFT = 0.02


def drawn(data: Path, portraits: int) -> list[Path]:
    """Return the photos in the order of their halves: every second one was chosen on."""
    photos = sorted((data / "wider_dev" / "images").rglob("*.jpg")) + sorted((data / "photos").rglob("*.jp*g"))
    for pattern in ("identities/celeba_*/*.jpg", "cfp_dev/Data/Images/*/frontal/*.jpg"):
        found = sorted(data.glob(pattern))
        photos += found[:: max(1, len(found) // portraits)][:portraits]
    return photos


def saved(pixels: Pixels, quality: int) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def whole(data: bytes, size: tuple[int, int], factor: int) -> Pixels:
    pixels = decode_whole(data, size, factor)
    if pixels is None:
        raise ValueError("a JPEG that was just written cannot be read")
    return pixels


def shifted(box: FaceBox) -> FaceBox:
    step = SHIFT * box.width
    points = tuple((x + step, y) for x, y in box.landmarks)
    return replace(box, left=box.left + step, right=box.right + step, landmarks=points)


def moved(path: Path, networks: Networks) -> Iterator[tuple[float, ...]]:
    """Yield for each face its side in the halved photo, three squared distances, and its share of the sharpness."""

    def cut(pixels: Pixels, boxes: Sequence[FaceBox]) -> tuple[np.ndarray, np.ndarray]:
        crops = cut_faces(DecodedPhoto("0" * 64, pixels, "JPEG", None), networks, boxes).crops
        return networks.embedder.embed(crops), sharpness(crops)

    pixels = read_photo(path).pixels
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    data, size = saved(pixels[:height, :width], 92), (width, height)
    full = whole(data, size, 1)
    boxes = [box for box in networks.detector.detect(full) if box.score > SURE]
    if not boxes:
        return
    at_first, sharp = cut(full, boxes)
    halved, less_sharp = cut(whole(data, size, 2), [rescaled(box, 0.5, 0.5) for box in boxes])
    again, _ = cut(whole(saved(full, 85), size, 1), boxes)
    beside, _ = cut(full, [shifted(box) for box in boxes])
    distances = [np.square(other - at_first).sum(axis=1).tolist() for other in (halved, again, beside)]
    for box, *each, share in zip(boxes, *distances, (less_sharp / np.maximum(sharp, 1e-6)).tolist(), strict=True):
        yield min(box.width, box.height) / 2, *each, share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--portraits", type=int, default=500, help="of each of two sets")
    options = parser.parse_args()
    networks = Networks(read_settings())
    found = [
        (number % 2, *row)
        for number, path in enumerate(drawn(options.data, options.portraits))
        for row in moved(path, networks)
    ]
    table = np.array(found)
    results: list[list[object]] = []
    for half, name in enumerate(("chose", "judged")):
        for low, high in pairwise(SIDES):
            rows = table[(table[:, 0] == half) & (table[:, 1] >= low) & (table[:, 1] < high)]
            if len(rows):
                quantiles = np.percentile(rows[:, 2:5], (50, 95), axis=0).T.ravel()
                values = [f"{value:.4f}" for value in (*quantiles, rows[:, 2].max(), np.median(rows[:, 5]))]
                results.append([name, low, high, len(rows), *values])
    header = [
        "half",
        "side from",
        "side below",
        "faces",
        "halved, median",
        "halved, 95 %",
        "saved, median",
        "saved, 95 %",
    ]
    header += ["shifted, median", "shifted, 95 %", "halved, most", "share of sharpness"]
    write_results("reduced.csv", machine(threads=2, network=networks.info.name), header, results)


if __name__ == "__main__":
    main()
