"""Measure explanations: results/explained.csv, results/explained_speed.csv and results/explained_layers.csv.

    python -m benchmarks.measure_explained ../shared/data faces --network sface
    python -m benchmarks.measure_explained ../shared/data speed --photos 1000
    python -m benchmarks.measure_explained ../shared/data layers

faces: how much of the weight of occlusion map and gradient lies inside the detector's box, over 100 faces of CelebA,
one a person. A map without meaning would have as much inside as the box's share of the picture.

speed: photos a second, processor time and peak memory of `explain layers` beside `index`, each in a process of its own,
one after the other on the same photos. The processor's time is what to compare on a machine that does other things too.

layers: how many layers and units each network has, and the processor's time for the peaks of nine units of all
layers.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from platformdirs import user_cache_path

from benchmarks.measured import kept_rows, machine, write_results
from recog.config import read_settings
from recog.errors import RecogError
from recog.explain.network import chosen_units
from recog.explain.sources import layered_network
from recog.library.explaining.layers import BATCH
from recog.library.explaining.results import ExplainedFace
from recog.library.photo_library import PhotoLibrary
from recog.weights.device import cores
from recog.weights.loading import LoadOptions

FACES = 100
UNITS = 9
"""Of each layer: as many as `explain layers` shows by itself."""
NETWORKS = ("facenet-casia", "sface", "dlib-resnet", "vgg16-hed")
_PEAK = (
    "import os, resource, sys; from recog.cli.start import main\n"
    "try: main()\n"
    "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, sum(os.times()[:4]), file=sys.stderr)"
)
"""Run recog, then tell its peak memory in kB and the processor's seconds, with those of the decoding processes."""


def main() -> None:
    """Measure one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("what", choices=["faces", "speed", "layers"])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--network", default=None, help="for faces: another network than that of the settings")
    given = parser.parse_args()
    if given.what == "faces":
        measure_faces(given.data, given.network)
    elif given.what == "speed":
        measure_speed(given.data, given.photos)
    else:
        measure_layers()


def measure_faces(data: Path, network: str | None) -> None:
    """Explain one face each of 100 people."""
    found: list[ExplainedFace] = []
    with TemporaryDirectory() as folder, PhotoLibrary(read_settings(library=Path(folder), network=network)) as library:
        used = library.context.settings.network
        for person in sorted((data / "identities").glob("celeba_*")):
            if len(found) == FACES:
                break
            try:
                found.append(library.explaining.face(min(person.iterdir())))
            except RecogError:
                continue  # no face, or several: the next person
    inside = [one.inside for one in found]
    by_gradient = [_inside_of_gradient(one) for one in found]
    shares = [one.box_share for one in found]
    rows = [_row(used, "occlusion", inside, shares), _row(used, "gradient", by_gradient, shares)]
    parts = {name: float(np.mean([one.parts[name] for one in found])) for name in found[0].parts}
    rows += [[used, f"part: {name}", f"{share:.3f}", "", "", "", ""] for name, share in parts.items()]
    rows = [*kept_rows("explained.csv", 1, {(used,)}), *rows]
    header = [
        "network",
        "map",
        "mean inside the face",
        "median",
        "least",
        "faces with most inside",
        "box's share of the picture",
    ]
    write_results("explained.csv", machine(threads=cores(), faces=len(found)), header, rows)


def _inside_of_gradient(one: ExplainedFace) -> float:
    if one.gradient is None:
        raise RuntimeError("the default network has gradients")
    box = one.box
    rows, columns = slice(round(box.top), round(box.bottom)), slice(round(box.left), round(box.right))
    return float(one.gradient[rows, columns].sum() / one.gradient.sum())


def _row(network: str, name: str, inside: Sequence[float], shares: Sequence[float]) -> list[str]:
    most = sum(one > 0.5 for one in inside)
    numbers = np.mean(inside), np.median(inside), min(inside)
    return [network, name, *(f"{one:.3f}" for one in numbers), f"{most} of {len(inside)}", f"{np.mean(shares):.3f}"]


def measure_speed(data: Path, photos: int) -> None:
    """Index and explain the same photos."""
    rows: list[list[str]] = []
    with TemporaryDirectory() as name:
        folder = Path(name) / "photos"
        folder.mkdir()
        for number, path in enumerate(sorted((data / "identities").glob("*/*"))[:photos]):
            shutil.copyfile(path, folder / f"{number:05}{path.suffix}")
        rows.append(_timed("index", photos, Path(name), ["index", str(folder)]))
        for network in NETWORKS:
            out = Path(name) / f"{network}.html"
            words = ["explain", "layers", network, str(folder), "--out", str(out)]
            rows.append(_timed(f"explain layers {network}", photos, Path(name), words))
    rows = [*kept_rows("explained_speed.csv", 2, {(str(row[0]), str(row[1])) for row in rows}), *rows]
    header = ["run", "photos", "photos/s", "processor s a photo", "peak memory in MB"]
    write_results("explained_speed.csv", machine(threads=cores(), photos=photos), header, rows)


def measure_layers() -> None:
    """Count the layers and units of recog's own networks, and time a batch through each."""
    rows = []
    batch = np.random.default_rng(0).integers(0, 256, (BATCH, 224, 224, 3), np.uint8)
    for name in (*NETWORKS, "pnet", "rnet", "onet", "yunet"):
        network = layered_network(name, LoadOptions(cache=user_cache_path("recog")), own_networks=Path("nowhere"))
        chosen = chosen_units(network, (), (), UNITS)
        inputs = np.ascontiguousarray(batch[:, : network.side, : network.side])
        if network.side > batch.shape[1]:
            inputs = np.tile(batch, (1, 2, 2, 1))[:, : network.side, : network.side]
        times = []
        for _ in range(3):
            start = time.process_time()
            network.peaks(inputs, chosen)
            times.append((time.process_time() - start) * 1000 / BATCH)
        units = sum(layer.units for layer in network.layers)
        rows.append([name, len(network.layers), units, f"{min(times):.1f}"])
    header = ["network", "layers", "units", "processor ms an input"]
    write_results("explained_layers.csv", machine(threads=cores(), batch=BATCH, units=UNITS), header, rows)


def _timed(name: str, photos: int, folder: Path, words: list[str]) -> list[str]:
    environment = os.environ | {"RECOG_LIBRARY": str(folder / "library")}
    start = time.perf_counter()
    command = [sys.executable, "-c", _PEAK, *words]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr)
    peak, processor = done.stderr.split()[-2:]
    return [name, str(photos), f"{photos / seconds:.2f}", f"{float(processor) / photos:.3f}", str(int(peak) // 1024)]


if __name__ == "__main__":
    main()
