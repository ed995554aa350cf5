"""Train SFace from the pixels: its last stages and then all, in large batches, and beside a FaceNet that stays.

    python -m benchmarks.bench_pixels ../shared/data --recipe 'blocks, then all layers'
    python -m benchmarks.bench_pixels ../shared/data --recipe 'blocks, then all layers' --judge

Adds its recipes to benchmarks/results/sface_pixels.csv and, with --judge, to sface_trained.csv (see
benchmarks.bench_below, whose sets choose and judge). The people of CelebA that are not held out teach, and those of
families whose folder ends with 0 to 4. Each validated step is written at once, so a run that was stopped leaves its
curve.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from platformdirs import user_cache_path

from benchmarks.bench_below import (
    BATCH,
    HARD,
    HEADER,
    RECIPES,
    Curve,
    Data,
    Embed,
    choosing_scores,
    chosen_data,
    judged,
    taught,
    told,
    trained,
    vals,
    write_judged,
)
from benchmarks.measured import kept_rows, machine, write_results
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import held_out_people
from recog.embed.trunks import load_trunk
from recog.errors import TrainingError
from recog.train.augment import Augmentation
from recog.train.checkpoint import Progress
from recog.train.located import LocatedFaces
from recog.train.loop import Scores, train
from recog.train.network import Seen, TunableNetwork
from recog.train.network_folder import NetworkStart, load_start
from recog.train.network_training import Cropping, NetworkLearner
from recog.train.options import Runtime
from recog.train.plans import NetworkPlan
from recog.train.settings import BatchShape, TrainSettings
from recog.train.trunk_choice import FrozenTrunks, trained_part
from recog.types import Embeddings

Rows = list[list[object]]
Name = Literal["sface", "facenet-sface"]
FLIPS = Augmentation(jitter=0.0, jpeg=0.0, grey=0.0)
"""Mirror images alone: the features of a frozen trunk are then computed once."""
FIRST = RECIPES["two stages, whole, rate 1e-5"]
"""The recipe of benchmarks.bench_below that trains the last stages, on kept maps, before all layers are trained."""


@dataclass(frozen=True)
class PixelRecipe:
    """A recipe of all layers of SFace: the network around it, and the steps of the last stages before (0: none)."""

    settings: TrainSettings
    network: Name = "sface"
    first: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


ALL = replace(HARD, batch=BatchShape(people=16, photos=4), learning_rate=1e-5, steps=50)
ALL_FACES = BatchShape(people=225, photos=40)
PIXELS: Mapping[str, PixelRecipe] = {
    "blocks, then all layers": PixelRecipe(ALL, first=25),
    "all layers, batches of 1800": PixelRecipe(
        replace(ALL, batch=ALL_FACES, learning_rate=5e-5, steps=2, validate_every=1, chunk=96)
    ),
    "all layers, FaceNet frozen": PixelRecipe(ALL, network="facenet-sface", augmentation=FLIPS),
}
"""A batch of 1,800 is 225 people with all their photos, 8 on average: nobody of these sets has 40."""


def together(first: LocatedFaces, second: LocatedFaces) -> LocatedFaces:
    """Join the faces of two sets of different people."""
    one, other = first.photos, second.photos
    labels = np.concatenate([one.labels, other.labels + len(one.people)])
    return LocatedFaces(
        LabelledPhotos(one.paths + other.paths, labels, one.people + other.people),
        np.concatenate([first.rows, second.rows + len(one.paths)]),
        first.boxes + second.boxes,
        np.concatenate([first.found, second.found]),
    )


@dataclass(frozen=True)
class Sets:
    """The faces that teach, and the two sets that choose the step."""

    learnt: LocatedFaces
    celeba: LocatedFaces
    families: LocatedFaces


def sets_of(data: Data, faces: tuple[LocatedFaces, LocatedFaces]) -> Sets:
    """Split the faces of CelebA as benchmarks.bench_below does, and find those of the families that teach."""
    celeba, families = faces
    plan = NetworkPlan()
    out = held_out_people(np.unique(celeba.labels), share=plan.held_out, seed=plan.settings.seed)
    more = data.faces(labelled_photos(data.folder / "identities", pattern="fiw_*[0-4]"), Undetected.PAD)
    learnt = together(celeba.of_people(np.setdiff1d(celeba.labels, out)), more)
    return Sets(learnt, celeba.of_people(out), families)


class Inputs:
    """What all trained stages of a network see of the faces of sets, computed once."""

    def __init__(self, data: Data, network: TunableNetwork) -> None:
        self._data, self._network = data, network
        self._kept: dict[str, Seen] = {}

    def embeddings(self, name: str, faces: LocatedFaces, network: TunableNetwork) -> Embeddings:
        """Embed all faces of a set with this name by a network of the same frozen trunks as it is now."""
        if name not in self._kept:
            count = len(faces.rows)
            parts = [self._seen(faces, range(at, min(at + BATCH, count))) for at in range(0, count, BATCH)]
            self._kept[name] = Seen(*(torch.cat(each) for each in zip(*parts, strict=True)))
        seen = self._kept[name]
        with torch.inference_mode():
            batches = (slice(at, at + BATCH) for at in range(0, len(seen.map), BATCH))
            return np.concatenate(
                [network.embeddings(Seen(seen.map[one], seen.beside[one])).numpy() for one in batches]
            )

    def of(self, network: TunableNetwork) -> Embed:
        """Return what embeds the faces of a set by this network."""
        return lambda name, faces: self.embeddings(name, faces, network)

    def _seen(self, faces: LocatedFaces, rows: range) -> Seen:
        told(rows[-1] + 1, len(faces.rows))
        return self._network.stem(np.stack([self._data.cropping.cut(faces, row) for row in rows]))


def scores(embed: Embed, sets: Sets) -> Scores:
    """Score a network on the sets that choose."""
    return choosing_scores(
        vals(embed("celeba", sets.celeba), sets.celeba.labels),
        vals(embed("families", sets.families), sets.families.labels),
    )


def start_of(recipe: PixelRecipe, runtime: Runtime) -> NetworkStart:
    """Load the recipe's network under its shipped head; a trunk beside SFace runs on OpenVINO, as in the product."""
    plan = NetworkPlan(trunk="sface", part="all")
    start = load_start(plan, replace(runtime, network=recipe.network))
    if not isinstance(start.others, FrozenTrunks):
        raise TypeError(f"{recipe.network} has no trunks")
    network = start.others.network
    part = trained_part(network, "sface")
    trunks = [load_trunk(each, cache=runtime.cache, encoder="openvino") for each in network.parts]
    return replace(start, others=FrozenTrunks(network, part, trunks))


def all_layers(start: NetworkStart, settings: TrainSettings) -> TunableNetwork:
    """Return a network of which all layers of SFace and the head are trained, in bfloat16."""
    return TunableNetwork(start.trunk, start.head, part="all", bf16=True, others=start.others, seed=settings.seed)


def trained_from_pixels(
    name: str,
    recipe: PixelRecipe,
    data: Data,
    faces: tuple[LocatedFaces, LocatedFaces],
    keep: Callable[[Rows], None],
) -> tuple[TunableNetwork, Inputs, bool]:
    """Train by a recipe; return the network at its best step, the inputs of the sets that chose it, and whether it won.

    keep gets the rows so far at each validated step.
    """
    start, rows = start_of(recipe, data.runtime), Rows()
    if recipe.first:
        first = TunableNetwork(start.trunk, start.head, part="blocks", blocks=FIRST.blocks, others=start.others)
        settings = replace(FIRST.settings, steps=recipe.first)
        rows = trained(f"{name}: last stages", settings, first, chosen_data(data, faces, first), data.maps).rows
        keep(rows)
        start = replace(start, head=first.head())
    network = all_layers(start, recipe.settings)
    sets, inputs, curve = sets_of(data, faces), Inputs(data, network), Curve(name, network)

    def add(progress: Progress) -> None:
        curve.add(progress)
        keep(rows + curve.rows)

    seed = recipe.settings.seed
    learner = NetworkLearner(network, sets.learnt, data.cropping, augmentation=recipe.augmentation, seed=seed)
    try:
        run = train(
            learner, sets.learnt.labels, recipe.settings,
            validate=lambda: scores(inputs.of(network), sets), score="mean", progress=add,
        )  # fmt: skip
        network.load(run.best)
        said = run.warnings
    except TrainingError as error:
        said = (str(error),)
    for warning in said:
        print(f"{name}: {warning}", file=sys.stderr)
    return network, inputs, any(row[-1] for row in (rows + curve.rows)[1:])


def keep(comment: str, rows: Rows) -> None:
    """Write the rows of a recipe beside those of other recipes."""
    named = {(str(row[0]),) for row in rows}
    write_results("sface_pixels.csv", comment, HEADER, [*rows, *kept_rows("sface_pixels.csv", 1, named)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="a folder with identities, lfw_view1 and cfp_dev")
    parser.add_argument("--recipe", nargs="*", choices=list(PIXELS), default=list(PIXELS))
    parser.add_argument("--steps", type=int, help="other than the recipe's")
    parser.add_argument("--judge", action="store_true", help="judge a best step that is not the start too")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    parser.add_argument("--maps", type=Path, default=user_cache_path("recog") / "features" / "sface-maps")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in arguments.recipe:
        recipe = PIXELS[name]
        steps = arguments.steps or recipe.settings.steps
        recipe = replace(recipe, settings=replace(recipe.settings, steps=steps))
        runtime = Runtime(cache=arguments.cache, network=recipe.network, detector="yunet-mtcnn")
        start = start_of(recipe, runtime)
        data = Data(arguments.data, arguments.maps, runtime, Cropping(NetworkPlan().crop_scale, start.views))
        comment = machine(threads=arguments.threads, torch=torch.__version__, network="sface", people="577 trained on")
        network, inputs, improved = trained_from_pixels(name, recipe, data, taught(data), partial(keep, comment))
        if arguments.judge and improved:
            untrained = all_layers(start, recipe.settings)
            ends = {f"{recipe.network}, start": untrained, f"{recipe.network}, {name}": network}
            write_judged(comment, {who: judged(inputs.of(one), data) for who, one in ends.items()})


if __name__ == "__main__":
    main()
