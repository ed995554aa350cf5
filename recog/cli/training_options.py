"""The options of `recog train head`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recog.cli.evaluation_options import Description, Pairs, Pattern, Photos, Tight
from recog.train.settings import BatchShape, Distance, Selection, TrainSettings

if TYPE_CHECKING:  # these load torch, which only a running verb needs
    from recog.train.options import TrainingData
    from recog.train.plans import HeadPlan, NetworkPlan

_USUAL = TrainSettings()
_GONE = ("--strangers", "--then", "--then-after")


def _refuse(value: str | None) -> None:
    if value is not None:
        raise typer.BadParameter("these options are gone, because they made no difference: leave them out")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainHeadOptions:
    """What to train, on which photos, by which recipe, and where the result goes."""

    photos: Photos
    pairs: Pairs
    train: Annotated[
        Literal["head", "blocks", "all"],
        typer.Option(help="Train the head alone, a trunk's last blocks with it, or a whole trunk."),
    ] = "head"
    trunk: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Blocks, all: the trunk to train.", show_default="the network's only one"),
    ] = None
    blocks: Annotated[
        int | None,
        typer.Option(min=1, help="Blocks: how many of the last ones.", show_default="3 of FaceNet, 2 of others"),
    ] = None
    rank: Annotated[
        int | None,
        typer.Option(
            min=1, help="Blocks, all: train changes of this rank, which make a small file.", show_default="all weights"
        ),
    ] = None
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the result goes.")] = Path()
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the result.", show_default="that of the network's head")
    ] = None
    data: Description = "a folder of people"
    pattern: Pattern = "*"
    tight: Tight = False
    leave_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Learn nothing from the photos of a report of `recog train clean`."),
    ] = None
    selection: Annotated[Selection, typer.Option(help="Triplets to learn from.")] = _USUAL.selection
    distance: Annotated[Distance, typer.Option(help="Distance that the margin is a difference of.")] = _USUAL.distance
    margin: Annotated[float, typer.Option(help="Margin between positives and negatives.")] = _USUAL.margin
    margin_to: Annotated[
        float | None, typer.Option(help="Margin at the last batch, reached evenly.", show_default="no change")
    ] = None
    bank: Annotated[int, typer.Option(min=0, help="Embeddings of earlier batches that serve as further negatives.")] = (
        _USUAL.bank
    )
    mine_every: Annotated[int, typer.Option(min=1, help="Batches between minings of offline triplets.")] = (
        _USUAL.mine_every
    )
    people: Annotated[int, typer.Option(min=2, help="People of a batch.")] = _USUAL.batch.people
    photos_each: Annotated[int, typer.Option(min=2, help="Photos of each of them.")] = _USUAL.batch.photos
    chunk: Annotated[
        int, typer.Option(min=1, help="Photos in memory at once; a larger batch is computed in such parts.")
    ] = _USUAL.chunk
    least: Annotated[int, typer.Option(min=2, help="Photos that a person needs to be one of them.")] = (
        _USUAL.batch.minimum
    )
    learning_rate: Annotated[
        float | None, typer.Option(help="Step size of AdamW.", show_default="1e-4; 2e-5 for blocks and all")
    ] = None
    hold: Annotated[
        float | None, typer.Option(help="How firmly embeddings are held near their start.", show_default="20; 0.5")
    ] = None
    steps: Annotated[int | None, typer.Option(min=1, help="Batches.", show_default="400; 100")] = None
    validate_every: Annotated[int, typer.Option(min=1, help="Batches between validations and checkpoints.")] = (
        _USUAL.validate_every
    )
    patience: Annotated[
        int | None,
        typer.Option(min=1, help="End after so many validations without a better one.", show_default="never"),
    ] = None
    augment: Annotated[
        bool, typer.Option(help="Blocks, all: move the box, use JPEG and grey too, besides mirror images.")
    ] = True
    bf16: Annotated[bool, typer.Option("--bf16", help="Blocks, all: compute the trunk in bfloat16.")] = False
    share: Annotated[
        list[float] | None,
        typer.Option(help="Head: weight of each trunk, once for each.", show_default="the network's"),
    ] = None
    centring: Annotated[
        list[float] | None,
        typer.Option(
            help="Head: share of the mean subtracted from each trunk's outputs, once for each.",
            show_default="the network's",
        ),
    ] = None
    flip: Annotated[
        bool, typer.Option("--flip/--no-flip", help="Average the embedding of a face with that of its mirror image.")
    ] = True
    tensorboard: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write loss and scores for TensorBoard to DIR/NAME.", show_default=False),
    ] = None
    resume: Annotated[bool, typer.Option("--resume", help="Resume this very run from its checkpoint.")] = False
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = _USUAL.seed
    gone: Annotated[str | None, typer.Option(*_GONE, hidden=True, callback=_refuse)] = None

    def photos_of(self, folder: Path) -> TrainingData:
        """Return the photos of the run; TrainingError if --leave-out is no report on `folder`."""
        from recog.assess.clean import read_report
        from recog.train.options import TrainingData

        left_out = frozenset() if self.leave_out is None else read_report(self.leave_out, folder=folder)
        return TrainingData(folder=folder, photos=self.photos, pairs=self.pairs, left_out=left_out)

    def settings(self, usual: TrainSettings = _USUAL) -> TrainSettings:
        """Return the recipe; `usual` has the values of the options that depend on --train."""
        return TrainSettings(
            batch=BatchShape(people=self.people, photos=self.photos_each, minimum=self.least),
            selection=self.selection,
            distance=self.distance,
            margin=self.margin,
            margin_to=self.margin_to,
            bank=self.bank,
            chunk=self.chunk,
            mine_every=self.mine_every,
            learning_rate=usual.learning_rate if self.learning_rate is None else self.learning_rate,
            hold=usual.hold if self.hold is None else self.hold,
            steps=usual.steps if self.steps is None else self.steps,
            validate_every=self.validate_every,
            patience=self.patience,
            seed=self.seed,
        )

    def head_plan(self, name: str) -> HeadPlan:
        """Return the plan to train a head of this name."""
        from recog.train.plans import HeadPlan

        return HeadPlan(
            name=name,
            pattern=self.pattern,
            tight=self.tight,
            shares=tuple(self.share or ()),
            centrings=tuple(self.centring or ()),
            flip=self.flip,
            data=self.data,
            settings=self.settings(),
        )

    def network_plan(self, name: str) -> NetworkPlan:
        """Return the plan to train the last blocks or the whole of a trunk under this name."""
        from recog.train.augment import Augmentation
        from recog.train.plans import NetworkPlan

        return NetworkPlan(
            name=name,
            trunk=self.trunk,
            blocks=self.blocks,
            rank=self.rank,
            part="blocks" if self.train == "blocks" else "all",
            pattern=self.pattern,
            tight=self.tight,
            flip=self.flip,
            data=self.data,
            bf16=self.bf16,
            augmentation=Augmentation() if self.augment else Augmentation(jitter=0.0, jpeg=0.0, grey=0.0),
            settings=self.settings(NetworkPlan().settings),
        )
