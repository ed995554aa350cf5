"""Measure the gain on LFW's pairs and the cost of mirror images and a second crop, with the product's network.

    python -m benchmarks.bench_options

Writes benchmarks/results/options.csv. Photos are read, detected and cropped once. Each row embeds the same crops, on
--threads threads, and is scored by the ten folds; other_val counts all pairs of the people of --others, many more than
1,000. Milliseconds are for embedding one face, with its mirror image if that is used: the median of --repeats over
--timed faces, doubled for two crops. Detection is the same for all rows and is not timed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.bench_train import val
from benchmarks.measured import machine, write_results
from recog.assess.embedding_options import SECOND_CROP
from recog.config import read_settings
from recog.datasets.faces import Undetected, labelled_crops
from recog.datasets.people import labelled_photos
from recog.distance import paired_squared_distances, unit_rows
from recog.evaluate.labelled_faces import all_pairs
from recog.evaluate.lfw import ten_folds
from recog.evaluate.pair_bootstrap import pair_intervals
from recog.evaluate.photo_pairs import lfw_pairs
from recog.library.networks import Networks
from recog.types import Crops, Embedder, Embeddings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BATCH = 32
FARS = (1e-2, 1e-3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=DATA / "lfw_view1", help="photos in LFW's layout")
    parser.add_argument("pairs", type=Path, nargs="?", help="pairs in LFW's format; PHOTOS/pairsDevTest.txt")
    parser.add_argument("--people", type=Path, default=DATA / "identities", help="a folder per person")
    parser.add_argument("--others", default="pins105_*", help="people who were not trained on, tight crops")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--timed", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pairs_file = arguments.pairs or arguments.photos / "pairsDevTest.txt"

    networks = Networks(read_settings())
    info = networks.info
    listed = lfw_pairs(arguments.photos, pairs_file)
    first, second = crops_of(listed.photos, networks, undetected=Undetected.CENTRE)
    others = labelled_photos(arguments.people, pattern=arguments.others)
    first_of_others, second_of_others = crops_of(others.paths, networks, undetected=Undetected.PAD)
    rows = []
    for flip in (False, True):
        embedder = networks.embedder_with(flip=flip)
        one = embedded(embedder, first)
        both = unit_rows(one + embedded(embedder, second))
        one_of_others = embedded(embedder, first_of_others)
        both_of_others = unit_rows(one_of_others + embedded(embedder, second_of_others))
        cost = milliseconds(embedder, first[: arguments.timed], repeats=arguments.repeats)
        for crops, embeddings, of_others in ((1, one, one_of_others), (2, both, both_of_others)):
            distances = paired_squared_distances(embeddings[listed.left], embeddings[listed.right])
            scores = ten_folds(distances, listed.same, listed.fold, fars=FARS)
            people = listed.people[listed.left], listed.people[listed.right]
            intervals, _ = pair_intervals(distances, listed.same, listed.fold, people, fars=FARS)
            rows.append(
                [
                    int(flip),
                    crops,
                    round(cost * crops, 2),
                    *(round(value, 5) for value in (scores.accuracy, *intervals.accuracy, scores.auc, scores.eer)),
                    *(round(at.val, 5) for at in scores.val),
                    *(round(bound, 5) for bound in intervals.val[1]),
                    round(val(*all_pairs(of_others, others.labels), 1e-3), 5),
                ]
            )
    header = ["flip", "crops", "ms_per_face", "accuracy", "accuracy_low", "accuracy_high", "auc", "eer"]
    header += ["val_1e-2", "val_1e-3", "val_1e-3_low", "val_1e-3_high", "other_val_1e-3"]
    facts = {"network": f"{info.name} on {networks.encoder}", "pairs": pairs_file.name, "others": arguments.others}
    write_results("options.csv", machine(threads=arguments.threads, **facts), header, rows)


def crops_of(photos: Sequence[Path], networks: Networks, *, undetected: Undetected) -> tuple[Crops, Crops]:
    """Return the first and the second crop of each photo; ValueError if a photo cannot be read."""
    info = networks.info
    found = list(
        labelled_crops(
            photos,
            networks.detector,
            crop_scale=info.crop_scale,
            size=info.input_size,
            undetected=undetected,
            views=info.views,
            more_scales=(info.crop_scale * SECOND_CROP,),
            progress=lambda done, total: print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True),
        )
    )
    crops = [(one.crop, *one.more) for one in found if one.crop is not None]
    if len(crops) != len(found):
        raise ValueError(f"{len(found) - len(crops)} photos cannot be read")
    first, second = zip(*crops, strict=True)
    return np.stack(first), np.stack(second)


def embedded(embedder: Embedder, crops: Crops) -> Embeddings:
    """Embed all crops, one batch at a time."""
    return np.concatenate([embedder.embed(crops[start : start + BATCH]) for start in range(0, len(crops), BATCH)])


def milliseconds(embedder: Embedder, crops: Crops, *, repeats: int) -> float:
    """Return the median time per crop, in milliseconds."""
    embedder.embed(crops[:BATCH])
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        embedded(embedder, crops)
        times.append(1000 * (time.perf_counter() - start) / len(crops))
    return statistics.median(times)


if __name__ == "__main__":
    main()
