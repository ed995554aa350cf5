"""Compare LFW accuracy of the shipped head, its trunk's own 512-d output and the head's start, in one run.

    python -m benchmarks.bench_accuracy

Writes benchmarks/results/accuracy.csv. All rows use the same photos, detector, crops and features, once as they are and
once averaged with their mirror images. The network is the product's default. The PCA start is fitted on --people
without those that the shipped head's run held out, under the seed of its record. Intervals resample people and repeat
the whole protocol. Features are computed once and cached, so a second run takes seconds.
"""

import argparse
import csv
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from recog.config import read_settings
from recog.datasets.people import labelled_photos
from recog.detect.registry import load_detector
from recog.embed.encoder import choose_encoder
from recog.embed.head import Head, load_head
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.evaluate.pair_bootstrap import pair_intervals
from recog.evaluate.photo_pairs import PhotoPairs, lfw_pairs
from recog.train.blocks import joined_bottleneck, network_blocks
from recog.train.head import AnyHead, LinearHead
from recog.train.pca import read_bottleneck
from recog.train.plans import HeadPlan
from recog.train.settings import TrainSettings
from recog.train.training_faces import pca_start, training_faces
from recog.train.validation import Validation, mean_val, read_pair_list
from recog.weights.loading import LoadOptions
from recog.weights.pull import ensure_weights
from recog.weights.sface import FEATURES as SFACE_FEATURES

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FARS = (1e-2, 1e-3)
RESULTS = Path(__file__).parent / "results" / "accuracy.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=DATA / "lfw_view1", help="photos in LFW's layout")
    parser.add_argument("pairs", type=Path, nargs="?", help="pairs in LFW's format; PHOTOS/pairsDevTest.txt")
    parser.add_argument("--people", type=Path, default=DATA / "identities", help="the people the head was trained on")
    parser.add_argument("--pattern", default="celeba_*")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pairs = arguments.pairs or arguments.photos / "pairsDevTest.txt"

    settings = read_settings()
    network = network_named(settings.network)
    encoder = choose_encoder(settings.encoder, device="cpu")
    shipped = load_head(network.head)
    plan = plan_of(shipped, pattern=arguments.pattern)
    faces = training_faces(
        labelled_photos(arguments.people, pattern=plan.pattern),
        read_pair_list(arguments.photos, pairs),
        load_detector(settings.detector, LoadOptions(cache=settings.cache, runtime=encoder)),
        load_trunks(network, cache=settings.cache, encoder=encoder),
        plan,
        views=network.views,
        cache=settings.cache / "features" / encoder,
        on_photo=lambda done, total: print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True),
    )
    blocks = network_blocks(network, shares=plan.shares, centrings=plan.centrings, cache=settings.cache)
    joined = joined_bottleneck(faces.with_mirrored()[0], blocks)
    heads: dict[str, AnyHead] = {
        "512-d output": first_output(ensure_weights(network.parts[0].weights, cache=settings.cache), network.features),
        "PCA start": pca_start(faces, joined, dim=len(shipped.weight)),
        "shipped head": shipped,
    }
    found = dict(faces.validation.pair_features.counts())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {arguments.threads} threads, {network.name} on {encoder}"
    print(f"\n{pairs.name}: {len(faces.validation.pairs.same)} pairs, photos {found}; {machine}")
    listed = lfw_pairs(arguments.photos, pairs)
    rows = list(measured(faces.validation, listed, heads, default_flip=shipped.flip))
    write(rows, pairs=pairs.name, seed=plan.settings.seed, machine=machine)


def first_output(weights: Path, features: int) -> LinearHead:
    """Return a head that gives the first trunk's own embedding from the features of all trunks."""
    own = read_bottleneck(weights) or LinearHead(
        np.eye(SFACE_FEATURES, dtype=np.float32), np.zeros(SFACE_FEATURES, np.float32)
    )
    others = np.zeros((len(own.weight), features - own.weight.shape[1]), dtype=np.float32)
    return LinearHead(np.concatenate([own.weight, others], axis=1), own.bias)


def plan_of(head: Head, *, pattern: str) -> HeadPlan:
    """Return the plan of the shipped head's run from its record: who was held out, and how the start is made."""
    arguments = head.record["arguments"]
    if not isinstance(arguments, dict):
        raise TypeError("the run record has no arguments")
    return HeadPlan(
        pattern=pattern,
        shares=tuple(arguments.get("shares", ())),
        centrings=tuple(arguments.get("centrings", ())),
        crop_scale=head.crop_scale,
        flip=head.flip,
        held_out=float(arguments["held_out"]),
        settings=TrainSettings(seed=int(arguments["settings"]["seed"])),
    )


def measured(
    validation: Validation, listed: PhotoPairs, heads: Mapping[str, AnyHead], *, default_flip: bool
) -> Iterator[dict[str, str | int | float]]:
    """Print and yield a row for each head, without and with flip averaging."""
    print(f"{'':14} flip  accuracy  +-    AUC      EER    VAL@1e-2  VAL@1e-3  held-out mean VAL")
    for name, head in heads.items():
        for flip in (False, True):
            as_used = replace(validation, flip=flip)
            scores = as_used.lfw(head)
            intervals, _ = pair_intervals(
                as_used.pair_distances(head),
                listed.same,
                listed.fold,
                (listed.people[listed.left], listed.people[listed.right]),
                fars=FARS,
            )
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
                "interval_low": round(intervals.accuracy[0], 5),
                "interval_high": round(intervals.accuracy[1], 5),
                "auc": round(scores.auc, 6),
                "eer": round(scores.eer, 5),
                "val_1e-2": round(val[1e-2], 5),
                "val_1e-3": round(val[1e-3], 5),
                "val_1e-3_low": round(intervals.val[1][0], 5),
                "val_1e-3_high": round(intervals.val[1][1], 5),
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
