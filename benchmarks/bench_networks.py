"""Compare recog's networks on sets of faces that none of them was trained on, and their time for a face.

    python -m benchmarks.bench_networks ../shared/data

Writes benchmarks/results/networks.csv; rows of networks that are not measured now stay. Every network gets the faces of
the same detector, and the features of the same trunks: those of facenet-sface-dlib, which has all of them. They are
computed once and cached, so that a second run takes a minute. docs/decisions/sface.md says which sets chose a network
and which only judged it.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import kept_rows, machine, write_results
from recog.config import read_settings
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos, unlabelled
from recog.datasets.split import held_out_people
from recog.detect.registry import load_detector
from recog.distance import paired_squared_distances
from recog.embed.encoder import choose_encoder
from recog.embed.head import Head, load_head
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.evaluate.cfp import Poses, cfp_pairs
from recog.evaluate.identification import identification
from recog.evaluate.labelled_faces import all_pairs
from recog.evaluate.lfw import ten_folds
from recog.evaluate.photo_pairs import PhotoPairs, lfw_pairs
from recog.evaluate.roc import accepted, threshold_at_far
from recog.library.networks import Networks
from recog.train.features import FaceFeatures, FeatureNetwork, face_features
from recog.train.head import embed_flipped
from recog.types import Detector, Embeddings
from recog.weights.loading import LoadOptions

JUDGED_FAMILIES = "fiw_*[a-f]"
"""Families in the Wild whom no calibration is fitted to either; the others count in the gallery of 1,000 alone."""
ALL_TRUNKS = network_named("facenet-sface-dlib")
NETWORKS_COMPARED = ("facenet-dlib", "sface", "facenet-sface", "sface-dlib", "facenet-sface-dlib")
GALLERY = 1000
BATCH, REPEATS = 16, 7

Scores = Mapping[str, float]


@dataclass(frozen=True)
class Features:
    """The features of all trunks, of any labelled photos."""

    detector: Detector
    trunks: FeatureNetwork
    cache: Path

    def __call__(self, photos: LabelledPhotos, undetected: Undetected) -> FaceFeatures:
        """Return the features of the labelled faces of photos."""
        return face_features(
            photos,
            self.detector,
            self.trunks,
            crop_scale=load_head(ALL_TRUNKS.head).crop_scale,
            undetected=undetected,
            views=ALL_TRUNKS.views,
            cache=self.cache,
            progress=told,
        )


@dataclass(frozen=True)
class Embedded:
    """Embeddings of faces, (n, dim), the labels of their people, (n,), and the names of all people."""

    embeddings: Embeddings
    labels: NDArray[np.int64]
    people: Sequence[str]

    def matching(self, pattern: str) -> "Embedded":
        """Return the faces of the people whose folder matches."""
        chosen = np.isin(self.labels, [row for row, name in enumerate(self.people) if fnmatchcase(name, pattern)])
        return Embedded(self.embeddings[chosen], self.labels[chosen], self.people)


@dataclass(frozen=True)
class Folder:
    """The data, and what embeds it: a head, and the columns of its network's trunks among all features."""

    data: Path
    features: Features
    head: Head
    columns: NDArray[np.int64]

    def embed(self, faces: FaceFeatures) -> Embeddings:
        """Return the embeddings of faces, averaged with those of their mirror images if the head is."""
        features = faces.features[:, self.columns]
        return (
            embed_flipped(self.head, features, faces.mirrored[:, self.columns])
            if self.head.flip
            else self.head.embed(features)
        )

    def people(self, pattern: str, undetected: Undetected = Undetected.PAD) -> Embedded:
        """Return the faces of the people whose folder matches; tight crops are searched padded."""
        photos = labelled_photos(self.data / "identities", pattern=pattern)
        faces = self.features(photos, undetected)
        return Embedded(self.embed(faces), faces.labels, photos.people)

    def pairs(self, listed: PhotoPairs) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the squared distances of listed pairs, and which show one person."""
        faces = self.features(unlabelled(listed.photos), Undetected.CENTRE)
        if len(faces.photos) != len(listed.photos):
            raise SystemExit(f"{len(listed.photos) - len(faces.photos)} photos of the pairs cannot be read")
        embeddings = self.embed(faces)
        return paired_squared_distances(embeddings[listed.left], embeddings[listed.right]), listed.same


def columns_of(network: str) -> NDArray[np.int64]:
    """Return the columns of a network's trunks among the features of all trunks."""
    starts = np.cumsum([0, *(part.features for part in ALL_TRUNKS.parts)]).tolist()
    first = {(part.weights, part.view, part.side): start for part, start in zip(ALL_TRUNKS.parts, starts, strict=False)}
    return np.concatenate(
        [np.arange(part.features) + first[part.weights, part.view, part.side] for part in network_named(network).parts]
    )


def val(embeddings: Embeddings, labels: NDArray[np.int64], far: float) -> float:
    """Return the share of same pairs accepted at a false accept rate, over all pairs of faces."""
    distances, same = all_pairs(embeddings, labels)
    return float(accepted(distances[same], threshold_at_far(distances[~same], far)).mean())


def scores(folder: Folder, held_out: NDArray[np.int64]) -> Scores:
    """Score a network on every set."""
    view1 = lfw_pairs(folder.data / "lfw_view1", folder.data / "lfw_view1" / "pairsDevTest.txt")
    distances, same = folder.pairs(view1)
    lfw = ten_folds(distances, same, view1.fold)
    found = {"view1_accuracy": lfw.accuracy, "view1_val_1e-3": next(at.val for at in lfw.val if at.far == 1e-3)}
    celeba = folder.people("celeba_*", Undetected.LEAVE_OUT)
    mine = np.isin(celeba.labels, held_out)
    found["celeba_val_1e-3"] = val(celeba.embeddings[mine], celeba.labels[mine], 1e-3)
    parts = [(celeba.embeddings[mine], celeba.labels[mine])]
    families = folder.people("fiw_*")
    for name, judged in (("pins", folder.people("pins105_*")), ("fiw", families.matching(JUDGED_FAMILIES))):
        found[f"{name}_val_1e-3"] = val(judged.embeddings, judged.labels, 1e-3)
        found[f"{name}_val_1e-4"] = val(judged.embeddings, judged.labels, 1e-4)
        found[f"{name}_rank_1"] = one_shot(judged.embeddings, judged.labels)
        whole = families if name == "fiw" else judged
        parts.append((whole.embeddings, whole.labels))
    for pose in Poses:
        pairs = cfp_pairs(folder.data / "cfp_dev", pose)
        distances, same = folder.pairs(pairs)
        folds = ten_folds(distances, same, pairs.fold)
        found[f"cfp_{pose.value.lower()}_accuracy"] = folds.accuracy
        found[f"cfp_{pose.value.lower()}_val_1e-3"] = next(at.val for at in folds.val if at.far == 1e-3)
    starts = np.cumsum([0, *(int(labels.max()) + 1 for _, labels in parts)])
    labels = np.concatenate([own + start for (_, own), start in zip(parts, starts[:-1], strict=True)])
    found["rank_1_of_1000"] = identification(
        np.concatenate([own for own, _ in parts]), labels, gallery=GALLERY, photos=1
    ).rank_1
    return found


def one_shot(embeddings: Embeddings, labels: NDArray[np.int64]) -> float:
    """Return how often the nearest of one photo of each person is the right one; the mean of five draws."""
    rates = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(labels))
        gallery = order[np.unique(labels[order], return_index=True)[1]]
        probes = np.setdiff1d(np.arange(len(labels)), gallery)
        nearest = (embeddings[probes] @ embeddings[gallery].T).argmax(axis=1)
        rates.append(float((labels[gallery][nearest] == labels[probes]).mean()))
    return statistics.mean(rates)


def milliseconds(networks: Mapping[str, Networks]) -> dict[str, float]:
    """Return the processor's time to embed a face by each network, which take turns; the median of the rounds."""
    random = np.random.default_rng(0)
    spent: dict[str, list[float]] = {name: [] for name in networks}
    given = {
        name: random.integers(0, 256, (BATCH, 160, 160, 3 + 3 * len(each.info.views)), dtype=np.uint8)
        for name, each in networks.items()
    }
    for _ in range(REPEATS + 1):
        for name, each in networks.items():
            start = time.process_time()
            each.embedder.embed(given[name])
            spent[name].append(1000 * (time.process_time() - start) / BATCH)
    return {name: statistics.median(times[1:]) for name, times in spent.items()}


def held_out_of(network: str, data: Path) -> NDArray[np.int64]:
    """Return the labels of the people of CelebA held out from the training of a network's head.

    The detector finds a face of each of the 231 people, so that the draw is that of the training.
    """
    record = load_head(network_named(network).head).record
    arguments = record["arguments"]
    if not isinstance(arguments, dict):
        raise TypeError("the run record has no arguments")
    people = np.arange(len(labelled_photos(data / "identities", pattern="celeba_*").people))
    return held_out_people(people, share=float(arguments["held_out"]), seed=int(arguments["settings"]["seed"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a folder with identities, lfw_view1 and cfp_dev")
    parser.add_argument("--network", nargs="*", choices=NETWORKS_COMPARED, default=list(NETWORKS_COMPARED))
    parser.add_argument("--detector", default="yunet-mtcnn")
    arguments = parser.parse_args()
    networks = {name: Networks(read_settings(network=name, detector=arguments.detector)) for name in arguments.network}
    cost = milliseconds(networks)
    settings = read_settings()
    encoder = choose_encoder(settings.encoder, device="cpu")
    features = Features(
        load_detector(arguments.detector, LoadOptions(cache=settings.cache, runtime=encoder)),
        load_trunks(ALL_TRUNKS, cache=settings.cache, encoder=encoder),
        settings.cache / "features" / encoder,
    )
    rows: list[Sequence[object]] = []
    header: list[str] = []
    for name, each in networks.items():
        folder = Folder(arguments.data, features, load_head(network_named(name).head), columns_of(name))
        found = scores(folder, held_out_of(name, arguments.data))
        header = ["network", "flip", "ms_per_face", *found]
        rows.append([name, int(each.facts.flip), round(cost[name], 1), *(round(one, 5) for one in found.values())])
    rows += kept_rows("networks.csv", 1, {(name,) for name in networks})
    encoders = ", ".join(f"{name} {each.encoder}" for name, each in networks.items())
    write_results("networks.csv", machine(threads=1, detector=arguments.detector, encoders=encoders), header, rows)


def told(done: int, total: int) -> None:
    print(f"\r{done} of {total} photos", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
