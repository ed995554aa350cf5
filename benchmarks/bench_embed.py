"""Compare faces per second of recog's encoders and facenet-pytorch's InceptionResnetV1 in float32, eager.

    python -m benchmarks.bench_embed ../shared/data/identities --threads 2

Writes benchmarks/results/embed.csv. All encoders take turns on the same crops, after a warm-up; times are medians of
the repeats. The cosine compares 128-d embeddings with those of torch's float32 features: of facenet-casia under its
head; of dlib's network and of both trunks under seeded random directions of the centred features, with half of the
variance from each trunk. The crop's centre replaces the aligned view, because the time does not depend on the content.
Processor seconds are given beside wall seconds, because they are the fairer measure on a shared machine.
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
from recog.distance import unit_rows
from recog.embed.crops import INPUT_SIZE
from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.encoder import precision
from recog.embed.info import head_of
from recog.embed.network import NetworkTrunk, network_named
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.trunk import Trunk
from recog.embed.trunks import SideBySide
from recog.photos import read_photo
from recog.types import Crops, FaceBox

NETWORK = "facenet-casia"
BOTH = "facenet-dlib"
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
    """Return the network as its package runs it: float32, eager, contiguous; features are those at its dropout."""
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


def directions(blocks: list[Features]) -> Callable[[Features], Features]:
    """Return a linear map of features to 128 seeded directions, centred, with the same share of variance per block."""
    whole = np.concatenate(blocks, axis=1)
    scale = np.concatenate([np.full(block.shape[1], np.sqrt(block.var(axis=0).sum())) for block in blocks])
    axes = np.random.default_rng(SEED).normal(size=(whole.shape[1], 128)) / scale[:, None]
    mean = whole.mean(axis=0)
    return lambda rows: unit_rows(((rows - mean) @ axes).astype(np.float32))


def seeing(part: NetworkTrunk, encode: Encode) -> Encode:
    """Return an encoder of both views that passes on the view of this trunk."""
    return lambda views: encode(network_named(BOTH).seen(part, views))


def encoders_of(cache: Path, threads: int) -> dict[str, Encode]:
    """Return encoders by name, from both views (n, 160, 160, 6) to features; the peers come first."""
    network = network_named(BOTH)
    box, aligned = network.parts
    trunk, dlib = Trunk(box.weights, cache=cache), DlibTrunk(cache=cache)
    fast, fast_dlib = (OpenVinoTrunk(part.weights, cache=cache, threads=threads) for part in network.parts)
    exact, exact_dlib = (OpenVinoTrunk(part.weights, cache=cache, threads=threads, ranges={}) for part in network.parts)
    numbers = precision("openvino", box.weights)
    return {
        **{f"facenet-pytorch, batch {size}": seeing(box, peer_encoder(trunk, size)) for size in (8, 16, 32)},
        "recog, torch float32": seeing(box, trunk.features),
        "recog, openvino float32": seeing(box, exact.features),
        f"recog, openvino {numbers}": seeing(box, fast.features),
        "dlib's network, torch float32": seeing(aligned, dlib.features),
        "dlib's network, openvino float32": seeing(aligned, exact_dlib.features),
        f"dlib's network, openvino {numbers}": seeing(aligned, fast_dlib.features),
        "both, torch float32": SideBySide(network, [trunk, dlib]).features,
        f"both, openvino {numbers} (the default)": SideBySide(network, [fast, fast_dlib]).features,
    }


def least_cosines(features: dict[str, Features]) -> dict[str, float]:
    """Return the least cosine of each encoder's 128-d embeddings to those of torch in float32."""
    first, second = features["recog, torch float32"], features["dlib's network, torch float32"]
    maps = {
        first.shape[1]: head_of(NETWORK).embed,
        second.shape[1]: directions([second]),
        first.shape[1] + second.shape[1]: directions([first, second]),
    }
    references = {
        features[name].shape[1]: features[name]
        for name in ("recog, torch float32", "dlib's network, torch float32", "both, torch float32")
    }
    least = {}
    for name, rows in features.items():
        embed = maps[rows.shape[1]]
        least[name] = float(np.einsum("nd,nd->n", embed(rows), embed(references[rows.shape[1]])).min())
    return least


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
    views = np.concatenate([crops, crops], axis=3)
    encoders = encoders_of(options.cache, options.threads)
    cosines = least_cosines({name: encode(views) for name, encode in encoders.items()})
    clock: dict[str, list[float]] = {name: [] for name in encoders}
    processor: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(options.repeats):
        for name, encode in encoders.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            encode(views)
            processor[name].append(time.process_time() - start_cpu)
            clock[name].append(time.perf_counter() - start)
    peers = [name for name in encoders if name.startswith("facenet")]
    best = min(statistics.median(clock[name]) for name in peers)
    best_cpu = min(statistics.median(processor[name]) for name in peers)
    rows = []
    for name in encoders:
        seconds, cpu = statistics.median(clock[name]), statistics.median(processor[name])
        rows.append(
            [
                name,
                f"{len(crops) / seconds:.1f}",
                f"{best / seconds:.2f}",
                f"{len(crops) / cpu:.1f}",
                f"{best_cpu / cpu:.2f}",
                f"{cosines[name]:.5f}",
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
