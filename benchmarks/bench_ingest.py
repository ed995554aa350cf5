"""Photos a second of `recog index` beside facenet-pytorch's own pipeline on the same files, with recall.

    python -m benchmarks.bench_ingest ../shared/data/wider_dev --photos 40 --threads 2

Writes benchmarks/results/ingest.csv. The peer opens each photo with Pillow, finds every face with MTCNN(keep_all=True)
and embeds its crops with InceptionResnetV1, float32; it stores nothing. recog's time is that of the whole use case,
from an empty library: decoding, digests, thumbnails, catalog. Loading the networks is in neither time. Recall as in
bench_detect.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import MTCNN, InceptionResnetV1
from PIL import Image
from platformdirs import user_cache_path

from benchmarks.bench_detect import Boxes, faces_found, ground_truth
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.embed.trunk import Trunk
from recog.library.photo_library import PhotoLibrary


def peer(photos: list[Path], detector: MTCNN, network: InceptionResnetV1) -> dict[Path, Boxes]:
    """Boxes of every photo; its embeddings are made, and let go."""
    found = {}
    for path in photos:
        with Image.open(path) as file:
            image = file.convert("RGB")
        boxes, _ = detector.detect(image)
        found[path] = np.array([] if boxes is None else boxes, dtype=np.float64).reshape(-1, 4)
        if boxes is not None:
            crops = detector.extract(image, boxes, None)
            with torch.inference_mode():
                network(crops)
    return found


def ours(photos: list[Path], folder: Path, cache: Path) -> tuple[dict[Path, Boxes], float]:
    """Boxes that the library holds after indexing copies of the photos, and the seconds that indexing took."""
    source = folder / "photos"
    source.mkdir()
    copies = {source / f"{number:06}{path.suffix}": path for number, path in enumerate(photos)}
    for copy, path in copies.items():
        copy.write_bytes(path.read_bytes())
    with PhotoLibrary(read_settings(library=folder / "library", cache=cache)) as library:
        networks = library.networks
        detector, network = networks.detector.sha256, networks.embedder.info.sha256  # loads both
        report = library.index([source])
        found = {}
        for copy, file in library.catalog.files_under(source, detector=detector, network=network).items():
            faces = [] if file.photo_id is None else library.catalog.faces_of_photo(file.photo_id)
            boxes = [[face.box.left, face.box.top, face.box.right, face.box.bottom] for face in faces]
            found[copies[copy]] = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    return found, report.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with ground_truth.txt and images/")
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--least", type=float, default=30.0, help="smallest side of a face that counts, pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    truth = dict(ground_truth(options.folder, least=options.least)[: options.photos])
    photos = list(truth)
    detector, network = MTCNN(keep_all=True), InceptionResnetV1(pretrained=None, classify=False).eval()
    network.load_state_dict(Trunk(cache=options.cache).network.state_dict())
    peer(photos[:2], detector, network)
    seconds: dict[str, list[float]] = {"facenet-pytorch": [], "recog index": []}
    boxes: dict[str, dict[Path, Boxes]] = {}
    for _ in range(options.repeats):
        start = time.perf_counter()
        boxes["facenet-pytorch"] = peer(photos, detector, network)
        seconds["facenet-pytorch"].append(time.perf_counter() - start)
        with tempfile.TemporaryDirectory() as folder:
            boxes["recog index"], taken = ours(photos, Path(folder), options.cache)
        seconds["recog index"].append(taken)
    valid = sum(len(faces) for faces in truth.values())
    slowest = statistics.median(seconds["facenet-pytorch"])
    rows = []
    for name, times in seconds.items():
        median = statistics.median(times)
        found = sum(faces_found(truth[path], boxes[name][path]) for path in photos)
        faces = sum(len(rows) for rows in boxes[name].values())
        rows.append(
            [
                name,
                f"{len(photos) / median:.2f}",
                f"{slowest / median:.2f}",
                f"{faces / median:.1f}",
                faces,
                f"{found / max(valid, 1):.4f}",
            ]
        )
    comment = machine(threads=options.threads, torch=torch.__version__, photos=len(photos), faces=valid)
    write_results("ingest.csv", comment, ["pipeline", "photos/s", "x peer", "faces/s", "faces", "recall"], rows)


if __name__ == "__main__":
    main()
