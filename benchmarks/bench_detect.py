"""Compare recall, wrong boxes and time of recog's detectors, facenet-pytorch's MTCNN and dlib's HOG detector.

    python -m benchmarks.bench_detect ../shared/data/wider_dev --threads 2

Writes results/detect.csv. All detectors search the same decoded pixels, on the same cores, after a warm-up. They take
turns on each photo, and the first one changes from photo to photo. MTCNN runs in recog and in facenet-pytorch with the
default smallest face (24 and 20 pixels) and with the other's. dlib runs if dlib-bin is installed, with the photo
enlarged once, which is its own way to find faces under 80 pixels. recog uses one thread per photo on a processor, and
searches as many photos at once as there are cores (see bench_ingest). Processor time includes all threads; reading from
disk is not timed.

A face counts if it is valid and both of its sides have at least --least pixels. It is found if a box overlaps it by
IoU >= 0.4; each box finds one face. Recall from 20 px counts all valid faces of 20 pixels or more. A box is wrong if it
overlaps no annotated face of any size by as much.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from benchmarks.measured import machine, write_results
from recog.boxes import overlaps
from recog.detect.mtcnn import MtcnnDetector
from recog.detect.yunet import YunetMtcnnDetector
from recog.evaluate.detection import IOU, DrawnFaces, matched, read_wider
from recog.photos import read_photo
from recog.types import Detector, Pixels

Boxes = NDArray[np.float64]
"""(n, 4) as left, top, right, bottom."""
Find = Callable[[Pixels], Boxes]
Photo = tuple[Path, DrawnFaces]
SMALL = 20.0
"""Least side of a face that counts for the second recall, in pixels."""


@dataclass(slots=True)
class Tally:
    """Results of a detector: valid faces and those found, all boxes and wrong ones, seconds per photo.

    small_faces, found_small: counts of all faces from SMALL pixels.
    """

    faces: int = 0
    found: int = 0
    small_faces: int = 0
    found_small: int = 0
    boxes: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def count(self, drawn: DrawnFaces, boxes: Boxes, *, least: float) -> None:
        """Add one photo's boxes."""
        faces = large(drawn, least=least)
        self.faces += len(faces)
        self.found += faces_found(faces, boxes)
        small = large(drawn, least=SMALL)
        self.small_faces += len(small)
        self.found_small += faces_found(small, boxes)
        self.boxes += len(boxes)
        self.wrong += int((overlaps(boxes, drawn.boxes).max(axis=1, initial=0.0) < IOU).sum())


def ground_truth(folder: Path) -> list[Photo]:
    """Return the photos of a folder in WIDER FACE's format, with their faces."""
    return [(folder / "images" / drawn.name, drawn) for drawn in read_wider(folder / "ground_truth.txt")]


def large(drawn: DrawnFaces, *, least: float) -> Boxes:
    """Return the valid faces of at least `least` pixels on both sides."""
    sides = drawn.boxes[:, 2:] - drawn.boxes[:, :2]
    faces: Boxes = drawn.boxes[(sides.min(axis=1, initial=np.inf) >= least) & ~drawn.invalid]
    return faces


def faces_found(faces: Boxes, boxes: Boxes) -> int:
    """Return the number of faces with a separate box at IoU >= 0.4, matched by falling overlap."""
    return len(matched(faces, boxes))


def our_detector(detector: Detector) -> Find:
    """Return recog's detector."""

    def find(pixels: Pixels) -> Boxes:
        return np.array([[b.left, b.top, b.right, b.bottom] for b in detector.detect(pixels)]).reshape(-1, 4)

    return find


def peer_detector(device: str, *, min_face: int = 20) -> Find:
    """Return facenet-pytorch's detector, which takes PIL images if OpenCV is not installed."""
    from facenet_pytorch import MTCNN
    from PIL import Image

    detector = MTCNN(keep_all=True, min_face_size=min_face, device=torch.device(device))

    def find(pixels: Pixels) -> Boxes:
        boxes, _ = detector.detect(Image.fromarray(pixels))
        return np.array([] if boxes is None else boxes, dtype=np.float64).reshape(-1, 4)

    return find


def dlib_detector() -> Find:
    """Return dlib's frontal face detector on the photo enlarged once, as in dlib's examples."""
    import dlib

    detector = dlib.get_frontal_face_detector()

    def find(pixels: Pixels) -> Boxes:
        found = detector(pixels, 1)
        return np.array([[b.left(), b.top(), b.right(), b.bottom()] for b in found], np.float64).reshape(-1, 4)

    return find


def compare(photos: Sequence[Photo], detectors: dict[str, Find], *, least: float, repeats: int) -> dict[str, Tally]:
    """Run all detectors on every photo; the time of a photo is the median of its repeats."""
    tallies = {name: Tally() for name in detectors}
    names = list(detectors)
    for place, (path, drawn) in enumerate(photos):
        pixels = read_photo(path).pixels
        if place == 0:
            for find in detectors.values():
                find(pixels)
        seconds: dict[str, list[float]] = {name: [] for name in names}
        processor: dict[str, list[float]] = {name: [] for name in names}
        boxes: dict[str, Boxes] = {}
        for repeat in range(repeats):
            first = (place + repeat) % len(names)
            for name in names[first:] + names[:first]:
                start, before = time.perf_counter(), time.process_time()
                boxes[name] = detectors[name](pixels)
                seconds[name].append(time.perf_counter() - start)
                processor[name].append(time.process_time() - before)
        for name, tally in tallies.items():
            tally.count(drawn, boxes[name], least=least)
            tally.seconds.append(statistics.median(seconds[name]))
            tally.processor.append(statistics.median(processor[name]))
    return tallies


def report(tallies: dict[str, Tally], *, photos: int, device: str, least: float) -> None:
    """Write results/detect.csv, and print it."""
    comment = machine(
        threads=torch.get_num_threads(),
        device=device,
        torch=torch.__version__,
        photos=photos,
        faces=next(iter(tallies.values())).faces,
        least=least,
    )
    rows = [
        [
            name,
            tally.found,
            f"{tally.found / max(tally.faces, 1):.4f}",
            f"{tally.found_small / max(tally.small_faces, 1):.4f}",
            tally.boxes,
            tally.wrong,
            f"{1000 * statistics.median(tally.seconds):.0f}",
            f"{1000 * statistics.mean(tally.seconds):.0f}",
            f"{1000 * statistics.mean(tally.processor):.0f}",
        ]
        for name, tally in tallies.items()
    ]
    header = [
        *("detector", "found", "recall", f"recall from {SMALL:.0f} px", "boxes", "wrong boxes"),
        *("ms a photo, median", "mean", "processor ms, mean"),
    ]
    write_results("detect.csv", comment, header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with ground_truth.txt and images/")
    parser.add_argument("--photos", type=int, default=None, help="only the first N")
    parser.add_argument("--least", type=float, default=30.0, help="smallest side of a face that counts, pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))
    torch.set_num_threads(options.threads)
    photos = ground_truth(options.folder)[: options.photos]
    detectors = {
        "recog": our_detector(YunetMtcnnDetector(cache=options.cache, device=options.device)),
        "recog, mtcnn": our_detector(MtcnnDetector(cache=options.cache, device=options.device)),
        "recog, mtcnn from 20 px": our_detector(MtcnnDetector(cache=options.cache, device=options.device, min_face=20)),
        "facenet-pytorch MTCNN": peer_detector(options.device),
        "facenet-pytorch MTCNN, from 24 px": peer_detector(options.device, min_face=24),
        **({"dlib HOG": dlib_detector()} if find_spec("dlib") else {}),
    }
    tallies = compare(photos, detectors, least=options.least, repeats=options.repeats)
    report(tallies, photos=len(photos), device=options.device, least=options.least)


if __name__ == "__main__":
    main()
