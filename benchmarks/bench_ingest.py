"""Compare photos per second of `recog index` and facenet-pytorch's own pipeline on the same files, with recall.

    python -m benchmarks.bench_ingest ../shared/data/wider_dev --photos 120 --large 24 --threads 2

Writes benchmarks/results/ingest.csv. The peer opens each photo with Pillow, finds every face with MTCNN(keep_all=True)
and embeds its crops with InceptionResnetV1 in float32; it stores nothing. recog's time includes the whole use case,
from an empty library: decoding in processes, digests, thumbnails, catalog. Loading the networks is not timed. All
pipelines have the same cores, warm up on a few photos, then take turns. Recall is as in bench_detect. By default, recog
looks for faces of 24 pixels or more and the peer for 20; a separate row has recog at 20. By default, recog embeds with
two networks; with facenet-casia it runs the same network as the peer. recog always embeds a face and its mirror image;
the peer does not.

The photos are those of the folder, and --large of them enlarged to 4000 pixels, with sensor noise, as JPEGs of quality
92 (12 megapixels for 4 : 3). Processor seconds include all threads and processes.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import MTCNN, InceptionResnetV1
from PIL import Image
from platformdirs import user_cache_path

from benchmarks.bench_detect import Boxes, faces_found, ground_truth, large
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.embed.trunk import Trunk
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary

LARGE_SIDE = 4000
NOISE = 4.0
"""Standard deviation of the noise, of 255, as from a phone's sensor in daylight; the files have 3 to 5 megabytes."""
WARM = 3

Index = Callable[[Path], dict[str, Boxes]]
"""A pipeline: folder of photos -> boxes of each photo, by file name."""


@dataclass(slots=True)
class Tally:
    """Times and boxes of a pipeline in its repeats."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    boxes: dict[str, Boxes] = field(default_factory=dict)


def peer_pipeline(cache: Path) -> Index:
    """Return facenet-pytorch's pipeline with the weights of recog's trunk, because its own need a download."""
    detector, network = MTCNN(keep_all=True), InceptionResnetV1(pretrained=None, classify=False).eval()
    network.load_state_dict(Trunk(cache=cache).network.state_dict())

    def index(folder: Path) -> dict[str, Boxes]:
        found = {}
        for path in sorted(folder.iterdir()):
            with Image.open(path) as file:
                image = file.convert("RGB")
            boxes, _ = detector.detect(image)
            found[path.name] = np.array([] if boxes is None else boxes, dtype=np.float64).reshape(-1, 4)
            if boxes is not None:
                crops = detector.extract(image, boxes, None)
                with torch.inference_mode():
                    network(crops)
        return found

    return index


def our_pipeline(cache: Path, **settings: object) -> Index:
    """Return `recog index` into a new library each time, with networks that are loaded once."""
    networks = Networks(read_settings(cache=cache, **settings))

    def index(folder: Path) -> dict[str, Boxes]:
        with (
            tempfile.TemporaryDirectory() as library,
            PhotoLibrary(read_settings(library=Path(library), cache=cache)) as photos,
        ):
            photos.context.networks = networks
            photos.index([folder])
            detector, network = networks.detector.sha256, networks.info.sha256
            found = {}
            for path, file in photos.context.catalog.files.under(folder, detector=detector, network=network).items():
                faces = [] if file.photo_id is None else photos.context.catalog.faces.of_photo(file.photo_id)
                boxes = [[face.box.left, face.box.top, face.box.right, face.box.bottom] for face in faces]
                found[path.name] = np.array(boxes, dtype=np.float64).reshape(-1, 4)
        return found

    return index


def processor_seconds() -> float:
    """Return processor seconds of this process and of its ended children; recog's decoders end with each run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def compare(folder: Path, warm: Path, pipelines: dict[str, Index], *, repeats: int) -> dict[str, Tally]:
    """Run all pipelines in turn over the folder, after a warm-up on a few of its photos."""
    tallies = {name: Tally() for name in pipelines}
    for index in pipelines.values():
        index(warm)
    for _ in range(repeats):
        for name, index in pipelines.items():
            before, start = processor_seconds(), time.perf_counter()
            tallies[name].boxes = index(folder)
            tallies[name].seconds.append(time.perf_counter() - start)
            tallies[name].processor.append(processor_seconds() - before)
    return tallies


def enlarged(path: Path, target: Path, *, seed: int) -> float:
    """Write the photo as a large JPEG; return the scale."""
    with Image.open(path) as file:
        image = file.convert("RGB")
    factor = LARGE_SIDE / max(image.size)
    size = (round(image.width * factor), round(image.height * factor))
    pixels = np.asarray(image.resize(size, Image.Resampling.BICUBIC)).astype(np.float32)
    pixels += np.random.default_rng(seed).normal(0, NOISE, pixels.shape).astype(np.float32)
    Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)).save(target, quality=92)
    return factor


def rows(name: str, tallies: dict[str, Tally], truth: dict[str, Boxes]) -> list[list[object]]:
    """Return a row of results per pipeline; the first pipeline is the peer."""
    valid = sum(len(faces) for faces in truth.values())
    medians = {pipeline: statistics.median(tally.seconds) for pipeline, tally in tallies.items()}
    slowest = next(iter(medians.values()))
    found = []
    for pipeline, tally in tallies.items():
        faces = sum(len(boxes) for boxes in tally.boxes.values())
        hits = sum(faces_found(truth[photo], tally.boxes[photo]) for photo in truth)
        found.append(
            [
                name,
                pipeline,
                f"{len(truth) / medians[pipeline]:.2f}",
                f"{slowest / medians[pipeline]:.2f}",
                f"{statistics.median(tally.processor) / len(truth):.3f}",
                faces,
                f"{hits / max(valid, 1):.4f}",
            ]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with ground_truth.txt and images/")
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--large", type=int, default=24, help="photos enlarged to 12 megapixels, one in so many")
    parser.add_argument("--least", type=float, default=30.0, help="smallest side of a face that counts, pixels")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="cores, for both")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))
    torch.set_num_threads(options.threads)
    drawn = [(path, large(faces, least=options.least)) for path, faces in ground_truth(options.folder)]
    drawn = drawn[:: max(1, len(drawn) // options.photos)][: options.photos]
    pipelines = {
        "facenet-pytorch": peer_pipeline(options.cache),
        "recog index": our_pipeline(options.cache),
        "recog index --min-face 20": our_pipeline(options.cache, min_face=20),
        "recog index, RECOG_NETWORK=facenet-casia": our_pipeline(options.cache, network="facenet-casia"),
    }
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, count in (("1 MP", options.photos), ("12 MP", options.large)):
            source, warm = Path(folder, name), Path(folder, f"{name}, warm")
            source.mkdir()
            warm.mkdir()
            truth = {}
            for number, (path, faces) in enumerate(drawn[:: max(1, len(drawn) // max(count, 1))][:count]):
                copy, factor = source / f"{number:06}.jpg", 1.0
                if name == "1 MP":
                    copy.write_bytes(path.read_bytes())
                else:
                    factor = enlarged(path, copy, seed=number)
                truth[copy.name] = faces * factor
                if number < WARM:
                    (warm / copy.name).write_bytes(copy.read_bytes())
            if truth:
                results += rows(name, compare(source, warm, pipelines, repeats=options.repeats), truth)
    comment = machine(threads=options.threads, torch=torch.__version__, photos=options.photos, large=options.large)
    header = ["photos", "pipeline", "photos/s", "x peer", "processor s a photo", "faces", "recall"]
    write_results("ingest.csv", comment, header, results)


if __name__ == "__main__":
    main()
