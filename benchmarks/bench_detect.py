"""Recall and time of recog's detector beside facenet-pytorch's MTCNN, on photos with known faces.

    python -m benchmarks.bench_detect ../shared/data/wider_dev --threads 2

Writes results/detect.csv. Both search the same decoded pixels with the same settings (min_face 20), in turn on every
photo, who begins changing from photo to photo, after a warm-up, on the same cores. One photo is one thread's work for
recog on a processor, which searches as many photos at once as there are cores (see bench_ingest); processor time is of
all threads. A face counts that is valid and has both sides of at
least --least pixels; it is found when a box overlaps it by IoU >= 0.4, each box for one face. Memory and disk reads are
not part of the time.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from benchmarks.measured import machine, write_results
from recog.detect.mtcnn import MtcnnDetector
from recog.evaluate.detection import matched, read_wider
from recog.photos import read_photo
from recog.types import Pixels

Boxes = NDArray[np.float64]
"""(n, 4) as left, top, right, bottom."""
Find = Callable[[Pixels], Boxes]


@dataclass(slots=True)
class Tally:
    """What one detector did: valid faces found, boxes in all, seconds of each photo."""

    found: int = 0
    boxes: int = 0
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """Both detectors on the same photos; nearest is, per peer's box, the largest corner distance of our nearest box."""

    faces: int = 0
    ours: Tally = field(default_factory=Tally)
    peer: Tally = field(default_factory=Tally)
    nearest: list[float] = field(default_factory=list)


def ground_truth(folder: Path, *, least: float) -> list[tuple[Path, Boxes]]:
    """Every photo of a folder in WIDER FACE's format, with its valid faces of at least `least` pixels on both sides."""
    photos = []
    for drawn in read_wider(folder / "ground_truth.txt"):
        large = (drawn.boxes[:, 2:] - drawn.boxes[:, :2]).min(axis=1, initial=np.inf) >= least
        photos.append((folder / "images" / drawn.name, drawn.boxes[large & ~drawn.invalid]))
    return photos


def faces_found(faces: Boxes, boxes: Boxes) -> int:
    """How many faces have a box of their own at IoU >= 0.4, best overlaps first."""
    return len(matched(faces, boxes))


def our_detector(cache: Path, device: str) -> Find:
    """The detector under test."""
    detector = MtcnnDetector(cache=cache, device=device)

    def find(pixels: Pixels) -> Boxes:
        return np.array([[b.left, b.top, b.right, b.bottom] for b in detector.detect(pixels)]).reshape(-1, 4)

    return find


def peer_detector(device: str) -> Find:
    """facenet-pytorch's, which takes PIL images where OpenCV is not installed."""
    from facenet_pytorch import MTCNN
    from PIL import Image

    detector = MTCNN(keep_all=True, device=torch.device(device))

    def find(pixels: Pixels) -> Boxes:
        boxes, _ = detector.detect(Image.fromarray(pixels))
        return np.array([] if boxes is None else boxes, dtype=np.float64).reshape(-1, 4)

    return find


def compare(photos: list[tuple[Path, Boxes]], ours: Find, peer: Find, *, repeats: int) -> Comparison:
    """Both detectors on every photo; a photo's time is the median of its repeats."""
    result = Comparison()
    sides = [(ours, result.ours), (peer, result.peer)]
    for place, (path, faces) in enumerate(photos):
        pixels = read_photo(path).pixels
        if place == 0:
            ours(pixels)
            peer(pixels)
        result.faces += len(faces)
        boxes: dict[int, Boxes] = {}
        times: dict[int, list[float]] = {0: [], 1: []}
        processor: dict[int, list[float]] = {0: [], 1: []}
        for repeat in range(repeats):
            for side in (0, 1) if (place + repeat) % 2 == 0 else (1, 0):
                start, before = time.perf_counter(), time.process_time()
                boxes[side] = sides[side][0](pixels)
                times[side].append(time.perf_counter() - start)
                processor[side].append(time.process_time() - before)
        for side, (_, tally) in enumerate(sides):
            tally.found += faces_found(faces, boxes[side])
            tally.boxes += len(boxes[side])
            tally.seconds.append(statistics.median(times[side]))
            tally.processor.append(statistics.median(processor[side]))
        result.nearest += nearest_corners(boxes[1], boxes[0])
    return result


def nearest_corners(boxes: Boxes, others: Boxes) -> list[float]:
    """Per box the largest coordinate difference to the most alike of the others, in pixels; inf without others."""
    differences = np.abs(boxes[:, None] - others[None]).max(axis=2)  # (n, m)
    return [float(value) for value in differences.min(axis=1, initial=np.inf)]


def report(result: Comparison, *, photos: int, device: str) -> None:
    """Write results/detect.csv, and print it."""
    near = sum(value <= 1.0 for value in result.nearest)
    comment = machine(
        threads=torch.get_num_threads(),
        device=device,
        torch=torch.__version__,
        photos=photos,
        faces=result.faces,
        note=f"{near} of the peer's {len(result.nearest)} boxes have one of recog's within a pixel at every side",
    )
    rows = [
        [
            name,
            tally.found,
            f"{tally.found / max(result.faces, 1):.4f}",
            tally.boxes,
            f"{1000 * statistics.median(tally.seconds):.0f}",
            f"{1000 * statistics.mean(tally.seconds):.0f}",
            f"{1000 * statistics.mean(tally.processor):.0f}",
        ]
        for name, tally in (("recog", result.ours), ("facenet-pytorch MTCNN", result.peer))
    ]
    header = ["detector", "found", "recall", "boxes", "ms a photo, median", "mean", "processor ms, mean"]
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
    photos = ground_truth(options.folder, least=options.least)[: options.photos]
    ours, peer = our_detector(options.cache, options.device), peer_detector(options.device)
    report(compare(photos, ours, peer, repeats=options.repeats), photos=len(photos), device=options.device)


if __name__ == "__main__":
    main()
