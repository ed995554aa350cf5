"""Train SFace's last stages by recipes on people of CelebA, and judge the result on sets that chose nothing.

    python -m benchmarks.bench_below ../shared/data --recipe 'last layer, rank 8' 'two stages, rank 8'
    python -m benchmarks.bench_below ../shared/data --recipe 'last layer, rank 8' --judge

Writes benchmarks/results/sface_training.csv, a row for each validated step of each recipe, and with --judge
sface_trained.csv, the start against the best step of the best recipe; rows of recipes that are not trained now stay.
Every recipe starts from SFace under its shipped head and sees the same batches under one seed. The 35 people of CelebA
held out and the families whose folder ends with 5 to 9 choose the step and the recipe. Outputs of the frozen stages are
kept in --maps, so that only the first run computes them.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from torch import Tensor

from benchmarks.bench_train import val
from benchmarks.measured import kept_rows, machine, write_results
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos, unlabelled
from recog.datasets.split import held_out_people
from recog.distance import paired_squared_distances
from recog.errors import TrainingError
from recog.evaluate.cfp import Poses, cfp_pairs
from recog.evaluate.labelled_faces import Labels, all_pairs
from recog.evaluate.lfw import ten_folds
from recog.evaluate.photo_pairs import PhotoPairs, lfw_pairs
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.located import LocatedFaces, located_faces
from recog.train.loop import Scores, train
from recog.train.network import Seen, TunableNetwork
from recog.train.network_folder import load_start
from recog.train.network_training import Cropping
from recog.train.options import Runtime
from recog.train.plans import NetworkPlan
from recog.train.sampler import Rows
from recog.train.settings import BatchShape, TrainSettings
from recog.train.validation import mean_val
from recog.types import Detector, Embeddings

Maps = NDArray[np.float16]
Embed = Callable[[str, LocatedFaces], Embeddings]
"""Embeds the faces of a set with this name."""

BATCH = 64
HARD = TrainSettings(
    batch=BatchShape(people=24, photos=4), selection="batch-hard", hold=2.0, learning_rate=1e-4, validate_every=25
)


@dataclass(frozen=True)
class Recipe:
    """How many of SFace's last stages are trained, the rank of their changes (None: whole kernels), and the settings.

    The last stage is the layer to 128 numbers, the one before it the pair of convolutions conv_14.
    """

    blocks: int
    rank: int | None
    settings: TrainSettings


LAST = Recipe(1, 8, HARD)
RECIPES: Mapping[str, Recipe] = {
    "last layer, rank 8": LAST,
    "last layer, rank 8, rate 1e-5": Recipe(1, 8, replace(HARD, learning_rate=1e-5)),
    "last layer, rank 8, rate 1e-3": Recipe(1, 8, replace(HARD, learning_rate=1e-3)),
    "last layer, rank 32": Recipe(1, 32, HARD),
    "last layer, whole, rate 1e-5": Recipe(1, None, replace(HARD, learning_rate=1e-5)),
    "last layer, rank 8, held 0.5": Recipe(1, 8, replace(HARD, hold=0.5)),
    "last layer, rank 8, held 8": Recipe(1, 8, replace(HARD, hold=8.0)),
    "last layer, rank 8, not held": Recipe(1, 8, replace(HARD, hold=0.0)),
    "last layer, rank 8, semi-hard": Recipe(1, 8, replace(HARD, selection="semi-hard")),
    "last layer, rank 8, bank of 2000": Recipe(1, 8, replace(HARD, bank=2000)),
    "last layer, rank 8, margin 0.1 to 0.4": Recipe(1, 8, replace(HARD, margin=0.1, margin_to=0.4)),
    "last layer, rank 8, mined every 25": Recipe(1, 8, replace(HARD, selection="offline", mine_every=25)),
    "last layer, rank 8, batches of 1800": Recipe(1, 8, replace(HARD, batch=BatchShape(people=45, photos=40))),
    "two stages, rank 8": Recipe(2, 8, HARD),
    "two stages, whole, rate 1e-5": Recipe(2, None, replace(HARD, learning_rate=1e-5)),
}
HEADER = ("recipe", "trained", "step", "seconds", "loss", "active", "spread", "celeba_val_1e-3", "celeba_mean_val",
          "families_val_1e-3", "families_mean_val", "mean", "best")  # fmt: skip


@dataclass(frozen=True)
class Data:
    """Where the photos are, what finds and cuts their faces, and the folder of kept maps."""

    folder: Path
    maps: Path
    runtime: Runtime
    cropping: Cropping

    def faces(self, photos: LabelledPhotos, undetected: Undetected) -> LocatedFaces:
        """Find the labelled faces of photos."""
        cache = self.runtime.cache / "features"
        return located_faces(photos, self.detector, undetected=undetected, cache=cache, progress=told)

    @cached_property
    def detector(self) -> Detector:
        """The detector of the product."""
        return self.runtime.load_detector()

    def map(self, faces: LocatedFaces, name: str, network: TunableNetwork, *, mirrored: bool = False) -> Maps:
        """Return the outputs of the frozen stages for all faces, (n, 1024, 7, 7) float16, kept on disk."""
        path = self.maps / f"{name}{'_mirrored' if mirrored else ''}_{len(network.trained_stages)}.npy"
        if not path.exists():
            self.maps.mkdir(parents=True, exist_ok=True)
            parts = []
            for start in range(0, len(faces.rows), BATCH):
                rows = range(start, min(start + BATCH, len(faces.rows)))
                crops = np.stack([self.cropping.cut(faces, row) for row in rows])
                given = np.ascontiguousarray(crops[:, :, ::-1] if mirrored else crops)
                parts.append(network.stem(given).map.half().numpy())
                told(rows[-1] + 1, len(faces.rows))
            np.save(path, np.concatenate(parts))
        kept: Maps = np.load(path, mmap_mode="r")
        return kept


class MapLearner:
    """The last stages and the head on kept maps of faces and of their mirror images, held near their start."""

    def __init__(self, network: TunableNetwork, maps: Sequence[Maps], rows: Rows, *, seed: int) -> None:
        self.tensors = network.tensors
        self._network, self._maps, self._rows, self._seed = network, maps, rows, seed
        self._held = torch.from_numpy(self.embed_all())

    def embed(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:
        """Return the embeddings of faces, mirrored at random, and the embeddings to hold them near."""
        mirrored = np.random.default_rng((self._seed, step, 1)).random(len(self._rows))[rows] < 0.5
        seen = np.stack([self._maps[int(side)][self._rows[row]] for side, row in zip(mirrored, rows, strict=True)])
        return embedded(self._network, seen), self._held[torch.from_numpy(rows)]

    def embed_all(self) -> Embeddings:
        """Return the embeddings of all faces, not mirrored."""
        return embeddings(self._network, self._maps[0], self._rows)


def embedded(network: TunableNetwork, maps: Maps) -> Tensor:
    """Return the embeddings of maps (b, 1024, 7, 7), with a gradient if gradients are on."""
    return network.embeddings(Seen(torch.from_numpy(np.ascontiguousarray(maps)), torch.empty(len(maps), 0)))


def embeddings(network: TunableNetwork, maps: Maps, rows: Rows | None = None) -> Embeddings:
    """Return the embeddings of the faces in these rows, or of all."""
    chosen = np.arange(len(maps)) if rows is None else rows
    with torch.inference_mode():
        parts = [
            embedded(network, maps[chosen[start : start + BATCH]]).numpy() for start in range(0, len(chosen), BATCH)
        ]
    return np.concatenate(parts)


def vals(found: Embeddings, labels: Labels) -> tuple[float, float]:
    """Return VAL at FAR 1e-3 and the mean VAL over all pairs of faces."""
    distances, same = all_pairs(found, labels)
    return val(distances, same, 1e-3), mean_val(distances, same)


@dataclass(frozen=True)
class Chosen:
    """What a recipe learns from and what chooses its step: maps of CelebA and of families, with labels."""

    celeba: LocatedFaces
    maps: Sequence[Maps]
    learnt: Rows
    held_out: Rows
    families: LocatedFaces
    family_maps: Maps

    def scores(self, network: TunableNetwork) -> Scores:
        """Score the network as it is."""
        return choosing_scores(
            vals(embeddings(network, self.maps[0], self.held_out), self.celeba.labels[self.held_out]),
            vals(embeddings(network, self.family_maps), self.families.labels),
        )


def choosing_scores(celeba: tuple[float, float], families: tuple[float, float]) -> Scores:
    """Return the scores that choose a step, from the `vals` of both sets; "mean" of the two mean VALs decides."""
    return {
        "celeba_val_1e-3": celeba[0],
        "celeba_mean_val": celeba[1],
        "families_val_1e-3": families[0],
        "families_mean_val": families[1],
        "mean": (celeba[1] + families[1]) / 2,
    }


def taught(data: Data) -> tuple[LocatedFaces, LocatedFaces]:
    """Find the faces of CelebA, and of the families that choose."""
    identities = data.folder / "identities"
    return (
        data.faces(labelled_photos(identities, pattern="celeba_*"), Undetected.LEAVE_OUT),
        data.faces(labelled_photos(identities, pattern="fiw_*[5-9]"), Undetected.PAD),
    )


def chosen_data(data: Data, faces: tuple[LocatedFaces, LocatedFaces], network: TunableNetwork) -> Chosen:
    """Compute the maps of the sets that teach and choose, and hold people out as the training of the heads did."""
    celeba, families = faces
    plan = NetworkPlan()
    out = held_out_people(np.unique(celeba.labels), share=plan.held_out, seed=plan.settings.seed)
    return Chosen(
        celeba,
        [data.map(celeba, "celeba", network, mirrored=mirrored) for mirrored in (False, True)],
        np.flatnonzero(~np.isin(celeba.labels, out)),
        np.flatnonzero(np.isin(celeba.labels, out)),
        families,
        data.map(families, "families", network),
    )


def trained(name: str, settings: TrainSettings, network: TunableNetwork, chosen: Chosen, checkpoints: Path) -> "Curve":
    """Train a network by a recipe, and leave it at its best step; return the rows."""
    curve = Curve(name, network)
    file = CheckpointFile(checkpoints / f"{name}.checkpoint.safetensors", {"recipe": name, "settings": repr(settings)})
    learner = MapLearner(network, chosen.maps, chosen.learnt, seed=settings.seed)
    try:
        run = train(
            learner, chosen.celeba.labels[chosen.learnt], settings,
            validate=lambda: chosen.scores(network), score="mean", checkpoint=file, progress=curve.add,
        )  # fmt: skip
        network.load(run.best)
        said = run.warnings
    except TrainingError as error:
        said = (str(error),)
    file.remove()
    for warning in said:
        print(f"{name}: {warning}", file=sys.stderr)
    return curve


class Curve:
    """The rows of sface_training.csv of one recipe, a row for each validated step; each is printed too."""

    def __init__(self, name: str, network: TunableNetwork) -> None:
        self._name, self._began = name, time.process_time()
        self._count = sum(tensor.numel() for tensor in network.tensors.values())
        self.rows: list[list[object]] = []

    def add(self, progress: Progress) -> None:
        """Add a validated step."""
        seconds = round(time.process_time() - self._began)
        facts = [round(one, 4) for one in (progress.loss, progress.active, progress.spread)]
        scores = [round(one, 5) for one in progress.scores.values()]
        self.rows.append([self._name, self._count, progress.step, seconds, *facts, *scores, int(progress.best)])
        print(*self.rows[-1], sep="  ", file=sys.stderr, flush=True)


def network_of(recipe: Recipe, runtime: Runtime) -> TunableNetwork:
    """Load SFace under its shipped head, to train its last stages."""
    start = load_start(NetworkPlan(), runtime)
    return TunableNetwork(
        start.trunk, start.head, part="blocks", blocks=recipe.blocks, rank=recipe.rank, others=start.others
    )


def on_maps(network: TunableNetwork, data: Data) -> Embed:
    """Return what embeds the faces of a set by the kept maps of the network's frozen stages."""
    return lambda name, faces: embeddings(network, data.map(faces, name, network))


def judged(embed: Embed, data: Data) -> Mapping[str, float]:
    """Score a network on the sets that chose nothing."""
    identities = data.folder / "identities"
    found: dict[str, float] = {}
    for name, pattern in (("families", "fiw_*[a-f]"), ("pins", "pins105_*")):
        faces = data.faces(labelled_photos(identities, pattern=pattern), Undetected.PAD)
        distances, same = all_pairs(embed(f"{name}_judged", faces), faces.labels)
        found |= {f"{name}_val_{far:g}": val(distances, same, far) for far in (1e-3, 1e-4)}
    lists = {"view1": lfw_pairs(data.folder / "lfw_view1", data.folder / "lfw_view1" / "pairsDevTest.txt")}
    lists |= {f"cfp_{pose.value.lower()}": cfp_pairs(data.folder / "cfp_dev", pose) for pose in Poses}
    for name, pairs in lists.items():
        faces = data.faces(unlabelled(pairs.photos), Undetected.CENTRE)
        found |= {f"{name}_{what}": score for what, score in pair_scores(embed(name, faces), pairs).items()}
    return found


def pair_scores(made: Embeddings, pairs: PhotoPairs) -> Mapping[str, float]:
    """Return the accuracy on listed pairs, and VAL at FAR 1e-3, over the folds."""
    folds = ten_folds(paired_squared_distances(made[pairs.left], made[pairs.right]), pairs.same, pairs.fold)
    return {"accuracy": folds.accuracy, "val_1e-3": next(at.val for at in folds.val if at.far == 1e-3)}


def write_judged(comment: str, scores: Mapping[str, Mapping[str, float]]) -> None:
    """Write the scores of networks on the sets that chose nothing to sface_trained.csv."""
    table: list[Sequence[object]] = [
        *([who, *(round(one, 5) for one in found.values())] for who, found in scores.items()),
        *kept_rows("sface_trained.csv", 1, {(who,) for who in scores}),
    ]
    header = ["network", *next(iter(scores.values()))]
    write_results("sface_trained.csv", comment, header, table)


def told(done: int, total: int) -> None:
    print(f"\r{done} of {total}", end="", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a folder with identities, lfw_view1 and cfp_dev")
    parser.add_argument("--recipe", nargs="*", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--judge", action="store_true", help="judge the best step of each recipe too")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    parser.add_argument("--maps", type=Path, default=user_cache_path("recog") / "features" / "sface-maps")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    runtime = Runtime(cache=arguments.cache, network="sface", detector="yunet-mtcnn")
    data = Data(
        arguments.data,
        arguments.maps,
        runtime,
        Cropping(NetworkPlan().crop_scale, load_start(NetworkPlan(), runtime).views),
    )
    faces = taught(data)
    comment = machine(threads=arguments.threads, torch=torch.__version__, network="sface", people="196 trained on")
    for name in arguments.recipe:
        recipe = RECIPES[name]
        start, network = network_of(recipe, runtime), network_of(recipe, runtime)
        settings = replace(recipe.settings, steps=arguments.steps)
        rows = trained(name, settings, network, chosen_data(data, faces, start), arguments.maps).rows
        write_results("sface_training.csv", comment, HEADER, [*rows, *kept_rows("sface_training.csv", 1, {(name,)})])
        if arguments.judge:
            ends = {"start": start, name: network}
            write_judged(comment, {who: judged(on_maps(one, data), data) for who, one in ends.items()})


if __name__ == "__main__":
    main()
