"""Compare heads trained by each recipe on the same cached features and budget, measured on people not trained on.

    python -m benchmarks.bench_train ../shared/data/lfw_view1 ../shared/data/lfw_view1/pairsDevTest.txt \
        --people ../shared/data/identities --pattern 'celeba_*'

Writes benchmarks/results/training.csv. Each recipe begins at the same PCA start, sees the same batches of the same
people under one seed, and is measured after its last step, even if that is worse than the start, so that no recipe
gains from picking its best step. Held-out people are those that the training folder holds out under the seed; they and
the pairs file take no part in training. Features are cached, so a second run only trains.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_path

from benchmarks.measured import machine, write_results
from recog.assess.clean import centre_distances, far_limit
from recog.config import read_settings
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.detect.registry import load_detector
from recog.embed.encoder import choose_encoder
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels, all_pairs
from recog.evaluate.roc import Bools, accepted, threshold_at_far
from recog.train.blocks import joined_bottleneck, network_blocks
from recog.train.features import FaceFeatures, face_features
from recog.train.head import LinearHead, embed_flipped
from recog.train.head_training import LinearLearner
from recog.train.loop import Learner, train
from recog.train.plans import HeadPlan
from recog.train.settings import TrainSettings
from recog.train.training_faces import TrainingFaces, pca_start, training_faces
from recog.train.validation import Validation, mean_val, read_pair_list
from recog.types import Distances
from recog.weights.loading import LoadOptions

HOLD = 2.0
"""A tenth of the product's value, because all recipes would end within their noise of the start with the full value."""
EUCLIDEAN = TrainSettings(hold=HOLD, distance="euclidean", margin=0.1)
SQUARED = TrainSettings(hold=HOLD)
RECIPES: Mapping[str, TrainSettings] = {
    "semi-hard": SQUARED,
    "batch-all": replace(SQUARED, selection="batch-all"),
    "batch-hard": replace(SQUARED, selection="batch-hard"),
    "offline semi-hard": replace(SQUARED, selection="offline", mine_every=50),
    "semi-hard, not squared": EUCLIDEAN,
    "batch-all, not squared": replace(EUCLIDEAN, selection="batch-all"),
    "batch-hard, not squared": replace(EUCLIDEAN, selection="batch-hard"),
    "semi-hard, margin 0.1": replace(SQUARED, margin=0.1),
    "semi-hard, margin 0.4": replace(SQUARED, margin=0.4),
    "semi-hard, held firmly": replace(SQUARED, hold=20.0),
    "semi-hard, not held": replace(SQUARED, hold=0.0),
}
CLEANED = "semi-hard, doubtful labels left out"
HEADER = (
    "recipe",
    "steps",
    "seconds",
    "held_out_val_1e-3",
    "held_out_mean_val",
    "other_val_1e-3",
    "other_mean_val",
    "lfw_view1_accuracy",
    "lfw_view1_val_1e-2",
    "lfw_view1_mean_val",
    "last_loss",
    "last_active",
    "spread",
    "ended",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="photos in LFW's layout")
    parser.add_argument("pairs", type=Path, help="pairs in LFW's format")
    parser.add_argument("--people", type=Path, required=True, help="a folder with a folder per person")
    parser.add_argument("--pattern", default="celeba_*", help="people to train on, less those held out")
    parser.add_argument("--other", default="pins105_*", help="people of another origin, to measure on alone")
    parser.add_argument("--network", default="facenet-dlib")
    parser.add_argument("--detector", default=read_settings().detector, help="by default that of the settings")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    faces, other, bottleneck = prepared(arguments)
    start = pca_start(faces, bottleneck, dim=HeadPlan().dim)
    features, labels = faces.with_mirrored()
    rows: list[list[object]] = [["PCA start", 0, 0.0, *scores(start, faces.validation, other), "", "", "", ""]]
    wanted = right_labels(start, faces.train)
    for name, settings in {**RECIPES, CLEANED: SQUARED}.items():
        rows_of = np.flatnonzero(np.tile(wanted, 2)) if name == CLEANED else np.arange(len(labels))
        recipe = replace(settings, steps=arguments.steps, validate_every=arguments.steps, seed=arguments.seed)
        learner = LinearLearner(features[rows_of], start)
        began = time.perf_counter()
        last, ended = trained(learner, labels[rows_of], recipe)
        seconds = time.perf_counter() - began
        measured = scores(learner.head(), faces.validation, other)
        rows.append([name, arguments.steps, round(seconds, 1), *measured, *last, ended])
        print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    comment = machine(
        threads=arguments.threads,
        torch=torch.__version__,
        network=arguments.network,
        detector=arguments.detector,
        people=f"{people(faces.train)} trained on, {people(faces.validation.held_out)} held out, "
        f"{people(other)} of {arguments.other}",
        seed=arguments.seed,
    )
    write_results("training.csv", comment, HEADER, rows)


def prepared(arguments: argparse.Namespace) -> tuple[TrainingFaces, FaceFeatures, LinearHead]:
    """Return features of training people, held-out people and pairs; of people of another origin; the bottleneck."""
    plan = HeadPlan(pattern=arguments.pattern, settings=TrainSettings(seed=arguments.seed))
    named = network_named(arguments.network)
    encoder = choose_encoder("auto", device="cpu")
    detector = load_detector(arguments.detector, LoadOptions(cache=arguments.cache, runtime=encoder))
    trunk = load_trunks(named, cache=arguments.cache, encoder=encoder)
    cache = arguments.cache / "features" / encoder
    pairs = read_pair_list(arguments.photos, arguments.pairs)

    def tell(done: int, total: int) -> None:
        print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True)

    trained_on = labelled_photos(arguments.people, pattern=plan.pattern)
    faces = training_faces(trained_on, pairs, detector, trunk, plan, views=named.views, cache=cache, on_photo=tell)
    other = face_features(
        labelled_photos(arguments.people, pattern=arguments.other), detector, trunk, crop_scale=plan.crop_scale,
        undetected=Undetected.PAD, views=named.views, cache=cache, progress=tell,
    )  # fmt: skip
    blocks = network_blocks(named, cache=arguments.cache)
    return faces, other, joined_bottleneck(faces.with_mirrored()[0], blocks)


def right_labels(head: LinearHead, faces: FaceFeatures) -> Bools:
    """Return which faces `recog train clean` would keep, (n,), by the embeddings of this head."""
    embeddings = embed_flipped(head, faces.features, faces.mirrored)
    measured = centre_distances(embeddings, faces.labels)
    limit = far_limit(embeddings, faces.labels)
    kept: Bools = ~(
        (measured.other < measured.own) | (measured.own > limit)
    )  # a person's only face stays, because its distance is NaN
    return kept


def trained(learner: Learner, labels: Labels, recipe: TrainSettings) -> tuple[tuple[object, ...], str]:
    """Take all steps; return the last step's loss, active share and spread, and why the run ended early, if it did."""
    try:
        run = train(learner, labels, recipe, validate=lambda: {"none": 0.0}, score="none")
    except TrainingError as error:
        return ("", "", ""), str(error)
    last = run.history[-1]
    return (round(last.loss, 4), round(last.active, 4), round(last.spread, 4)), "; ".join(run.warnings)


def scores(head: LinearHead, validation: Validation, other: FaceFeatures) -> tuple[float, ...]:
    """Return the scores in HEADER's order: held-out people, people of another origin, the pairs file."""
    measured: list[float] = []
    for faces in (validation.held_out, other):
        distances, same = all_pairs(validation.embed(head, faces), faces.labels)
        measured += [val(distances, same, 1e-3), mean_val(distances, same)]
    lfw = validation.lfw(head)
    distances, same = validation.pair_distances(head), validation.pairs.same
    measured += [lfw.accuracy, val(distances, same, 1e-2), mean_val(distances, same)]
    return tuple(round(value, 4) for value in measured)


def people(faces: FaceFeatures) -> int:
    """Return the number of people."""
    return len(np.unique(faces.labels))


def val(distances: Distances, same: Bools, far: float) -> float:
    """Return the share of same pairs accepted at the threshold that accepts `far` of the different pairs."""
    return float(accepted(distances[same], threshold_at_far(distances[~same], far)).mean())


if __name__ == "__main__":
    main()
