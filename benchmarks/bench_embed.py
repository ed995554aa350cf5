"""Compare faces per second of recog's encoders and facenet-pytorch's InceptionResnetV1 in float32, eager.

    python -m benchmarks.bench_embed ../shared/data/identities --threads 2

Writes benchmarks/results/embed.csv. All encoders take turns on the same crops, after a warm-up; times are medians of
the repeats. The cosine compares 128-d embeddings with those of torch's float32 features: under the shipped head where
the trunk is a network of its own, else under seeded random directions of the centred features. The crop's centre
replaces the aligned views, because the time does not depend on the content.
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
from recog.embed.encoder import precision
from recog.embed.info import head_of
from recog.embed.network import DLIB_RESNET, NETWORKS, SFACE, NetworkTrunk, network_named
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.trunk import Trunk
from recog.embed.trunks import FeatureNetwork, SideBySide, load_trunk
from recog.photos import read_photo
from recog.types import Crops, FaceBox

DEFAULT = "facenet-sface-dlib"
PEER = "facenet-pytorch"
TITLES = {"facenet-casia": "facenet-casia", SFACE: "sface", DLIB_RESNET: "dlib's network"}
"""What the table calls each trunk, by the name of its weights."""
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


def directions(features: Features) -> Callable[[Features], Features]:
    """Return a linear map of centred features to 128 seeded directions."""
    axes = np.random.default_rng(SEED).normal(size=(features.shape[1], 128))
    mean = features.mean(axis=0)
    return lambda rows: unit_rows(((rows - mean) @ axes).astype(np.float32))


def seeing(part: NetworkTrunk, encode: Encode) -> Encode:
    """Return an encoder of all views that passes on the view of this trunk."""
    return lambda views: encode(network_named(DEFAULT).seen(part, views))


def encoders_of(cache: Path, threads: int) -> dict[str, dict[str, Encode]]:
    """Return encoders by name, for each network; they turn all views (n, 160, 160, 9) into features.

    The peers come first. The first other encoder of each network is torch in float32, which the others are held to.
    """
    network = network_named(DEFAULT)
    encoders: dict[str, dict[str, Encode]] = {}
    exact: list[FeatureNetwork] = []
    fast: list[FeatureNetwork] = []
    for part in network.parts:
        title = TITLES[part.weights]
        torch_trunk = load_trunk(part, cache=cache)
        rounded = OpenVinoTrunk(part.weights, cache=cache, threads=threads)
        single = OpenVinoTrunk(part.weights, cache=cache, threads=threads, ranges={})
        exact.append(torch_trunk)
        fast.append(rounded)
        peers: dict[str, Encode] = {}
        if isinstance(torch_trunk, Trunk):
            peers = {f"{PEER}, batch {size}": seeing(part, peer_encoder(torch_trunk, size)) for size in (8, 16, 32)}
        encoders[part.weights] = peers | {
            f"recog, {title}, torch float32": seeing(part, torch_trunk.features),
            f"recog, {title}, openvino float32": seeing(part, single.features),
            f"recog, {title}, openvino {precision('openvino', part.weights)}": seeing(part, rounded.features),
        }
    encoders[DEFAULT] = {
        f"recog, {DEFAULT}, torch float32": SideBySide(network, exact).features,
        f"recog, {DEFAULT}, openvino (the default)": SideBySide(network, fast).features,
    }
    return encoders


def least_cosines(encoders: dict[str, dict[str, Encode]], views: Crops) -> dict[str, float]:
    """Return the least cosine of each encoder's 128-d embeddings to those of torch in float32."""
    least = {}
    for network, named in encoders.items():
        features = {name: encode(views) for name, encode in named.items()}
        reference = next(rows for name, rows in features.items() if name.endswith("torch float32"))
        embed = head_of(network).embed if network in NETWORKS else directions(reference)
        expected = embed(reference)
        for name, rows in features.items():
            least[name] = float(np.einsum("nd,nd->n", embed(rows), expected).min())
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
    views = np.concatenate([crops] * (1 + len(network_named(DEFAULT).views)), axis=3)
    by_network = encoders_of(options.cache, options.threads)
    cosines = least_cosines(by_network, views)
    encoders = {name: encode for named in by_network.values() for name, encode in named.items()}
    clock: dict[str, list[float]] = {name: [] for name in encoders}
    processor: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(options.repeats):
        for name, encode in encoders.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            encode(views)
            processor[name].append(time.process_time() - start_cpu)
            clock[name].append(time.perf_counter() - start)
    peers = [name for name in encoders if name.startswith(PEER)]
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
