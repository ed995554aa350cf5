"""LFW accuracy of the shipped head beside the network's own 512-d output and the head's PCA start, in one run.

    python benchmarks/bench_accuracy.py ../shared/data/lfw_view1 ../shared/data/lfw_view1/pairsDevTest.txt \
        --people ../shared/data/identities --pattern 'celeba_*'

Same photos, detector, crops and features for every row; each once as it is and once averaged with its mirror image.
The PCA start is fitted on --people less those that the shipped head's run held out, under the seed of its record.
Features are computed once and kept in the cache, so a second run takes seconds.
"""

import argparse
import csv
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from platformdirs import user_cache_path

from recog.detect.mtcnn import MtcnnDetector
from recog.embed.head import load_head
from recog.embed.trunk import Trunk
from recog.evaluate.lfw import LfwScores
from recog.train.folder import HeadPlan, pca_start, training_faces
from recog.train.head import LinearHead
from recog.train.pca import read_bottleneck
from recog.train.people import labelled_photos
from recog.train.settings import TrainSettings
from recog.train.validation import Validation, mean_val, read_pair_list
from recog.weights.pull import ensure_weights

NETWORK = "facenet-casia"
HEAD = f"{NETWORK}-triplet128"
RESULTS = Path(__file__).parent / "results" / "accuracy.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="photos in LFW's layout")
    parser.add_argument("pairs", type=Path, help="pairs in LFW's format")
    parser.add_argument("--people", type=Path, required=True, help="the folder of people the head was trained on")
    parser.add_argument("--pattern", default="celeba_*")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    shipped = load_head(HEAD)
    seed, held_out = recorded(shipped.record)
    plan = HeadPlan(
        pattern=arguments.pattern,
        crop_scale=shipped.crop_scale,
        flip=shipped.flip,
        held_out=held_out,
        settings=TrainSettings(seed=seed),
    )
    faces = training_faces(
        labelled_photos(arguments.people, pattern=plan.pattern),
        read_pair_list(arguments.photos, arguments.pairs),
        MtcnnDetector(cache=arguments.cache),
        Trunk(NETWORK, cache=arguments.cache),
        plan,
        cache=arguments.cache / "features",
        on_photo=lambda done, total: print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True),
    )
    bottleneck = read_bottleneck(ensure_weights(NETWORK, cache=arguments.cache))
    heads = {
        "512-d output": bottleneck,
        "PCA start": pca_start(faces, bottleneck, dim=len(shipped.weight)),
        "shipped head": LinearHead(shipped.weight, shipped.bias),
    }
    found = dict(faces.validation.pair_features.counts())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {arguments.threads} threads, torch {torch.__version__}"
    print(f"\n{arguments.pairs.name}: {len(faces.validation.pairs.same)} pairs, photos {found}; {machine}")
    rows = list(measured(faces.validation, heads, default_flip=shipped.flip))
    write(rows, pairs=arguments.pairs.name, seed=plan.settings.seed, machine=machine)


def recorded(record: Mapping[str, object]) -> tuple[int, float]:
    """The seed of the shipped head's run and its share of people held out: together they say who."""
    arguments = record["arguments"]
    if not isinstance(arguments, dict):
        raise TypeError("the run record has no arguments")
    return int(arguments["settings"]["seed"]), float(arguments["held_out"])


def measured(
    validation: Validation, heads: Mapping[str, LinearHead], *, default_flip: bool
) -> Iterator[dict[str, str | int | float]]:
    """Print and yield a row for every head, without and with flip averaging."""
    print(f"{'':14} flip  accuracy  +-    AUC      EER    VAL@1e-2  VAL@1e-3  held-out mean VAL")
    for name, head in heads.items():
        for flip in (False, True):
            as_used = replace(validation, flip=flip)
            scores: LfwScores = as_used.lfw(head)
            held_out = mean_val(*as_used.held_out_pairs(head))
            val = {at.far: at.val for at in scores.val}
            percent = [scores.accuracy, scores.standard_error, scores.eer, val[1e-2], val[1e-3], held_out]
            accuracy, error, eer, val_2, val_3, held = (f"{100 * share:.2f}" for share in percent)
            used = "<- the product" if name == "shipped head" and flip == default_flip else ""
            print(
                f"{name:14} {'yes' if flip else 'no':4}  {accuracy:>8}  {error}  {scores.auc:.5f}  {eer:>5}"
                f"  {val_2:>8}  {val_3:>8}  {held:>8}  {used}"
            )
            yield {
                "head": name,
                "flip": int(flip),
                "accuracy": round(scores.accuracy, 5),
                "standard_error": round(scores.standard_error, 5),
                "interval_low": scores.interval[0],
                "interval_high": scores.interval[1],
                "auc": round(scores.auc, 6),
                "eer": round(scores.eer, 5),
                "val_1e-2": round(val[1e-2], 5),
                "val_1e-3": round(val[1e-3], 5),
                "held_out_mean_val": round(held_out, 5),
            }


def write(rows: list[dict[str, str | int | float]], *, pairs: str, seed: int, machine: str) -> None:
    """Replace the committed table."""
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["pairs", *rows[0], "seed", "machine"])
        writer.writeheader()
        writer.writerows({"pairs": pairs, **row, "seed": seed, "machine": machine} for row in rows)


if __name__ == "__main__":
    main()
