"""Measure explanations: results/explained.csv and results/explained_speed.csv.

    python -m benchmarks.measure_explained ../shared/data faces --network sface
    python -m benchmarks.measure_explained ../shared/data speed --photos 1000

faces: how much of the weight of occlusion map and gradient lies inside the detector's box, over 100 faces of CelebA,
one a person. A map without meaning would have as much inside as the box's share of the picture.

speed: photos a second and peak memory of `explain layers` beside `index`, each in a process of its own, one after the
other on the same photos.
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

from benchmarks.measured import kept_rows, machine, write_results
from recog.config import read_settings
from recog.errors import RecogError
from recog.library.explaining.results import ExplainedFace
from recog.library.photo_library import PhotoLibrary
from recog.weights.device import cores

FACES = 100
NETWORKS = ("facenet-casia", "sface", "dlib-resnet", "vgg16-hed")
_PEAK = (
    "import resource, sys; from recog.cli.start import main\n"
    "try: main()\n"
    "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)


def main() -> None:
    """Measure one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("what", choices=["faces", "speed"])
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--network", default=None, help="for faces: another network than that of the settings")
    given = parser.parse_args()
    if given.what == "faces":
        measure_faces(given.data, given.network)
    else:
        measure_speed(given.data, given.photos)


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
    rows = []
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
    header = ["run", "photos", "photos/s", "peak memory in MB"]
    write_results("explained_speed.csv", machine(threads=cores(), photos=photos), header, rows)


def _timed(name: str, photos: int, folder: Path, words: list[str]) -> list[object]:
    environment = os.environ | {"RECOG_LIBRARY": str(folder / "library")}
    start = time.perf_counter()
    command = [sys.executable, "-c", _PEAK, *words]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [name, photos, f"{photos / seconds:.2f}", int(done.stderr.split()[-1]) // 1024]


if __name__ == "__main__":
    main()
