"""Measure naming as a gallery grows: by the threshold for a pair, and by the threshold that falls with the gallery.

    python -m benchmarks.bench_naming

Writes benchmarks/results/naming.csv, in a minute if the embeddings are cached (by recog calibrate or a first run). Each
person is enrolled by some photos; the probes are their other photos and those of everybody else; see
recog.evaluate.identification. The threshold for a pair and its tail were calibrated on Pins (recog calibrate), not on
LFW's View 1 or Families in the Wild. How the threshold falls follows the equation of
recog.identify.identification_threshold, which was fitted to no set.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.evaluate.identification import gallery_sizes, identification
from recog.identify import identification_threshold
from recog.library.networks import Networks
from recog.types import Calibration, Embeddings
from recog.weights.device import cores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PHOTOS = (1, 2, 5)
HEADER = ["set", "faces", "people", "enrolled", "photos_each", "dir_pair", "fpir_pair", "threshold", "dir", "fpir"]

Labels = NDArray[np.int64]


def rows(name: str, embeddings: Embeddings, labels: Labels, calibration: Calibration) -> list[Sequence[object]]:
    """Return a row for each gallery size of a set."""
    made: list[Sequence[object]] = []
    for number in PHOTOS:
        if np.count_nonzero(np.unique(labels, return_counts=True)[1] > number) < 10:
            break
        for size in gallery_sizes(labels, photos=number):
            own = identification_threshold(calibration, people=size, faces=size * number)
            limits = (calibration.threshold, own)
            pair, fallen = identification(embeddings, labels, gallery=size, photos=number, thresholds=limits).fixed
            rates = (pair.dir, pair.fpir, own, fallen.dir, fallen.fpir)
            people = len(np.unique(labels))
            made.append([name, len(labels), people, size, number, *(f"{rate:.4f}" for rate in rates)])
            print(*made[-1], flush=True)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="with lfw_view1 and identities")
    data = parser.parse_args().data
    settings = read_settings()
    networks = Networks(settings)
    sets = {
        "lfw_view1": (labelled_photos(data / "lfw_view1" / "images"), False),
        "Pins": (labelled_photos(data / "identities", pattern="pins105_*"), True),
        "Families in the Wild": (labelled_photos(data / "identities", pattern="fiw_*[0-4]").first_of_each(), True),
    }
    embeddings: list[Embeddings] = []
    labels: list[Labels] = []
    for photos, tight in sets.values():
        faces = embedded_faces(
            photos, Pipeline(networks.detector, networks.embedder, networks.kept),
            undetected=Undetected.PAD if tight else Undetected.LEAVE_OUT,
        )  # fmt: skip
        embeddings.append(faces.embeddings)
        labels.append(faces.labels + (labels[-1].max() + 1 if labels else 0))
    calibration = networks.calibration
    table = rows("lfw_view1", embeddings[0], labels[0], calibration)
    table += rows("Pins", embeddings[1], labels[1], calibration)
    table += rows("all three", np.concatenate(embeddings), np.concatenate(labels), calibration)
    write_results("naming.csv", machine(threads=cores(), network=networks.info.sha256[:12]), HEADER, table)


if __name__ == "__main__":
    main()
