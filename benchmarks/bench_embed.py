"""Faces a second of recog's encoders beside facenet-pytorch's InceptionResnetV1 in float32.

    python -m benchmarks.bench_embed ../shared/data/identities --threads 2

Writes benchmarks/results/embed.csv. One pass of the trunk over the same crops for everybody, in turn, after a warm-up;
medians of the repeats. The cosine is between 128-d embeddings and those of the peer's features under the same head.
Processor seconds are told beside the clock's: on a shared machine they are the fairer measure.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import InceptionResnetV1
from numpy.typing import NDArray
from platformdirs import user_cache_path

from benchmarks.measured import machine, write_results
from recog.crop import crop_faces
from recog.embed.crops import INPUT_SIZE
from recog.embed.encoder import precision
from recog.embed.info import head_of
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.trunk import Trunk
from recog.photos import read_photo
from recog.types import Crops, FaceBox

NETWORK = "facenet-casia"
SEED = 0
Features = NDArray[np.float32]
Encode = Callable[[Crops], Features]


def crops_of(folder: Path, count: int) -> Crops:
    """Photos drawn from a folder of tight face crops: (count, 160, 160, 3) uint8."""
    paths = sorted(folder.glob("*/*.jpg"))
    rows = []
    for number in np.random.default_rng(SEED).choice(len(paths), count, replace=False):
        pixels = read_photo(paths[number]).pixels
        whole = FaceBox(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]), 1.0, ())
        rows.append(crop_faces(pixels, [whole], scale=1.0, size=INPUT_SIZE))
    return np.concatenate(rows)


def peer_encoder(weights: Trunk, batch: int) -> Encode:
    """The network as its package runs it: float32, eager, contiguous; features are taken where its dropout stands."""
    network = InceptionResnetV1(pretrained=None, classify=False).eval()
    network.load_state_dict(weights.network.state_dict())

    def encode(crops: Crops) -> Features:
        features: list[Features] = []
        hook = network.dropout.register_forward_hook(lambda _, __, out: features.append(out.flatten(1).numpy()))
        with torch.inference_mode():
            for part in np.array_split(crops, max(1, len(crops) // batch)):
                network((torch.from_numpy(part).permute(0, 3, 1, 2).contiguous().float() - 127.5) / 128.0)
        hook.remove()
        return np.concatenate(features)

    return encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with a folder of tight face crops for each person")
    parser.add_argument("--faces", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    crops = crops_of(options.folder, options.faces)
    head = head_of(NETWORK)
    trunk = Trunk(NETWORK, cache=options.cache)
    chosen = OpenVinoTrunk(NETWORK, cache=options.cache, threads=options.threads)
    float32 = OpenVinoTrunk(NETWORK, cache=options.cache, threads=options.threads, ranges={})
    encoders: dict[str, Encode] = {f"facenet-pytorch, batch {size}": peer_encoder(trunk, size) for size in (8, 16, 32)}
    encoders["recog, torch float32"] = trunk.features
    encoders["recog, openvino float32"] = float32.features
    encoders[f"recog, openvino {precision('openvino', NETWORK)} (the default)"] = chosen.features
    features = {name: encode(crops) for name, encode in encoders.items()}
    clock: dict[str, list[float]] = {name: [] for name in encoders}
    processor: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(options.repeats):
        for name, encode in encoders.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            encode(crops)
            processor[name].append(time.process_time() - start_cpu)
            clock[name].append(time.perf_counter() - start)
    peers = [name for name in encoders if name.startswith("facenet")]
    best = min(statistics.median(clock[name]) for name in peers)
    best_cpu = min(statistics.median(processor[name]) for name in peers)
    reference = head.embed(features[peers[0]])
    rows = []
    for name in encoders:
        seconds, cpu = statistics.median(clock[name]), statistics.median(processor[name])
        cosine = np.einsum("nd,nd->n", head.embed(features[name]), reference).min()
        rows.append(
            [
                name,
                f"{len(crops) / seconds:.1f}",
                f"{best / seconds:.2f}",
                f"{len(crops) / cpu:.1f}",
                f"{best_cpu / cpu:.2f}",
                f"{cosine:.5f}",
            ]
        )
    comment = machine(threads=options.threads, torch=torch.__version__, faces=len(crops), seed=SEED)
    header = [
        "encoder",
        "faces/s",
        "x best peer",
        "faces a processor second",
        "x best peer (processor)",
        "least cosine",
    ]
    write_results("embed.csv", comment, header, rows)


if __name__ == "__main__":
    main()
