"""The verbs that make a network: train head, train clean."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.failures import say
from recog.cli.folders import check_file, check_folder
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb

if TYPE_CHECKING:  # these load torch, and only a verb that runs needs it
    from recog.train.checkpoint import Progress

Photos = Annotated[
    Path,
    typer.Option("--photos", metavar="DIR", help="Photos in LFW's layout, NAME/NAME_0001.jpg.", show_default=False),
]
Pairs = Annotated[Path, typer.Option("--pairs", metavar="FILE", help="Pairs in LFW's format.", show_default=False)]
Folder = Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]
Pattern = Annotated[str, typer.Option(metavar="GLOB", help="Take the people whose folder matches GLOB.")]
Tight = Annotated[bool, typer.Option("--tight", help="The photos are crops whose faces meet the border.")]


class Selection(StrEnum):
    """Which triplets are learnt from."""

    SEMI_HARD = "semi-hard"
    NEAREST_SEMI_HARD = "nearest-semi-hard"
    BATCH_HARD = "batch-hard"
    BATCH_ALL = "batch-all"
    OFFLINE = "offline"


class Distance(StrEnum):
    """What a margin is a difference of."""

    SQUARED = "squared"
    EUCLIDEAN = "euclidean"


class Trained(StrEnum):
    """What of the network is trained."""

    HEAD = "head"
    BLOCKS = "blocks"
    ALL = "all"


@verb
def head(
    session: Session,
    folder: Folder,
    *,
    photos: Photos,
    pairs: Pairs,
    train: Annotated[
        Trained, typer.Option(help="Train the head alone, the trunk's last blocks with it, or the whole network.")
    ] = Trained.HEAD,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the result goes.")] = Path(),
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the result.", show_default="that of the network's head")
    ] = None,
    data: Annotated[str, typer.Option(metavar="TEXT", help="Describe the photos in the record; name nobody.")] = (
        "a folder of people"
    ),
    pattern: Pattern = "*",
    tight: Tight = False,
    leave_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Learn nothing from the photos of a report of `recog train clean`."),
    ] = None,
    selection: Annotated[Selection, typer.Option(help="Triplets to learn from.")] = Selection.SEMI_HARD,
    then: Annotated[Selection | None, typer.Option(help="Triplets of the run's later part.")] = None,
    then_after: Annotated[float, typer.Option(help="Share of the steps before --then.")] = 0.5,
    distance: Annotated[Distance, typer.Option(help="What a margin is a difference of.")] = Distance.SQUARED,
    margin: Annotated[float, typer.Option(help="Margin of the first step.")] = 0.2,
    margin_to: Annotated[
        float | None, typer.Option(help="Margin of the last step; it goes there in a straight line.")
    ] = None,
    mine_every: Annotated[int, typer.Option(min=1, help="Batches between minings of offline triplets.")] = 100,
    people: Annotated[int, typer.Option(min=2, help="People of a batch.")] = 48,
    photos_each: Annotated[int, typer.Option(min=2, help="Photos of each of them.")] = 4,
    least: Annotated[int, typer.Option(min=2, help="Photos that a person needs to be one of them.")] = 2,
    strangers: Annotated[int, typer.Option(min=0, help="Faces of other people in a batch, as negatives.")] = 0,
    learning_rate: Annotated[
        float | None, typer.Option(help="Step size of AdamW.", show_default="1e-4; 2e-5 for blocks and all")
    ] = None,
    hold: Annotated[
        float | None, typer.Option(help="How firmly embeddings are held near their start.", show_default="20; 0.5")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Batches.", show_default="400; 100")] = None,
    validate_every: Annotated[int, typer.Option(min=1, help="Batches between validations and checkpoints.")] = 25,
    augment: Annotated[
        bool, typer.Option(help="Blocks, all: move the box, use JPEG and grey too, besides mirror images.")
    ] = True,
    bf16: Annotated[bool, typer.Option("--bf16", help="Blocks, all: compute the trunk in bfloat16.")] = False,
    share: Annotated[
        list[float] | None,
        typer.Option(help="Head: weight of each trunk, once for each.", show_default="the network's"),
    ] = None,
    centring: Annotated[
        list[float] | None,
        typer.Option(
            help="Head: share of its mean taken off each trunk's outputs, once for each.", show_default="the network's"
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint of this very run.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
) -> None:
    """Train a head, or more of the network, on DIR, which has a folder per person.

    Keeps what validates best, with its run record and a plot of loss and validation; a head also with its calibration,
    which after --train blocks or all `recog calibrate --out` makes. RECOG_HEADS=DIR puts it in the shipped one's
    place.

    Example:
      recog train head people/ --photos lfw/ --pairs lfw/pairsDevTest.txt --out heads/
      recog train head people/ --photos lfw/ --pairs lfw/pairsDevTest.txt --train blocks --name tuned
    """
    from recog.assess.clean import read_report
    from recog.durable import put
    from recog.embed.encoder import choose_encoder
    from recog.embed.network import network_named
    from recog.render.text_training import trained_head, trained_network
    from recog.render.training_plot import training_plot
    from recog.train.augment import Augmentation
    from recog.train.folder import DECIDING_SCORE, HeadPlan, train_head_from_folder
    from recog.train.network_folder import NetworkPlan, train_network_from_folder
    from recog.train.sampler import BatchShape
    from recog.train.settings import TrainSettings
    from recog.weights.device import choose_device

    check_folder(out)
    settings = session.settings()
    name = network_named(settings.network).head if name is None else name
    usual = TrainSettings() if train is Trained.HEAD else NetworkPlan().settings
    training = TrainSettings(
        batch=BatchShape(people=people, photos=photos_each, minimum=least, strangers=strangers),
        selection=selection.value,
        then=None if then is None else then.value,
        then_after=then_after,
        distance=distance.value,
        margin=margin,
        margin_to=margin_to,
        mine_every=mine_every,
        learning_rate=usual.learning_rate if learning_rate is None else learning_rate,
        hold=usual.hold if hold is None else hold,
        steps=usual.steps if steps is None else steps,
        validate_every=validate_every,
        seed=seed,
    )
    left_out = frozenset() if leave_out is None else read_report(leave_out, folder=folder)
    device = choose_device(settings.device)
    with counting_bar() as progress:
        if train is Trained.HEAD:
            made = train_head_from_folder(
                folder,
                validate=photos,
                pairs=pairs,
                output=out,
                cache=settings.cache,
                network=settings.network,
                offline_dir=settings.weights,
                device=device,
                encoder=choose_encoder(settings.encoder, device=device),
                plan=HeadPlan(
                    name=name,
                    pattern=pattern,
                    tight=tight,
                    shares=tuple(share or ()),
                    centrings=tuple(centring or ()),
                    data=data,
                    settings=training,
                ),
                left_out=left_out,
                resume=resume,
                on_photo=progress,
                on_step=_tell,
            )
            history, warnings, record = made.trained.history, made.trained.warnings, made.record
            text = trained_head(made.path, made.trained.step, made.start_scores, made.scores)
        else:
            tuned = train_network_from_folder(
                folder,
                validate=photos,
                pairs=pairs,
                output=out,
                cache=settings.cache,
                network=settings.network,
                offline_dir=settings.weights,
                device=device,
                plan=NetworkPlan(
                    name=name,
                    part="blocks" if train is Trained.BLOCKS else "all",
                    pattern=pattern,
                    tight=tight,
                    data=data,
                    bf16=bf16,
                    augmentation=Augmentation() if augment else Augmentation(jitter=0.0, jpeg=0.0, grey=0.0),
                    settings=training,
                ),
                left_out=left_out,
                resume=resume,
                on_photo=progress,
                on_step=_tell,
            )
            history, warnings, record = tuned.trained.history, tuned.trained.warnings, tuned.record
            text = trained_network(tuned)
    for warning in warnings:
        say(warning)
    shown = (DECIDING_SCORE, "held_out_val", "pair_val", "accuracy")
    plot = training_plot(history, title=name, deciding=DECIDING_SCORE, scores=shown)
    put(out / f"{name}.svg", plot.encode())
    session.show_document(record, text)


@verb
def clean(
    session: Session,
    folder: Folder,
    *,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the photos to a CSV file.", show_default=False)
    ] = None,
    pattern: Pattern = "*",
    tight: Tight = False,
    share: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="A face is far where so large a share of strangers is nearer.")
    ] = 1e-3,
) -> None:
    """Find photos that are probably filed under the wrong person in DIR, which has a folder per person.

    Nothing is moved or deleted. `recog train head --leave-out` takes the report.

    Example:
      recog train clean people/ --report wrong.csv
    """
    from recog.assess.clean import clean as judged
    from recog.assess.clean import write_report
    from recog.datasets.people import labelled_photos
    from recog.library.networks import Networks
    from recog.render.text_training import cleaning_text

    if report is not None:
        check_file(report)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        made = judged(
            labelled_photos(folder, pattern=pattern),
            networks.detector,
            networks.embedder,
            tight=tight,
            share=share,
            cache=networks.kept,
            progress=progress,
        )
    if report is not None:
        write_report(made, report, folder=folder)
    session.show_document(made, cleaning_text(made, folder=folder))


def _tell(step: Progress) -> None:
    scores = ", ".join(f"{key} {value:.4f}" for key, value in step.scores.items())
    say(f"step {step.step} of {step.steps}: loss {step.loss:.4f}, active {step.active:.2f}, {scores}")
