"""The verb that makes a head: train head."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import say
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb

Photos = Annotated[
    Path,
    typer.Option("--photos", metavar="DIR", help="Photos in LFW's layout, NAME/NAME_0001.jpg.", show_default=False),
]
Pairs = Annotated[Path, typer.Option("--pairs", metavar="FILE", help="Pairs in LFW's format.", show_default=False)]


class Selection(StrEnum):
    """Which triplets are learnt from."""

    SEMI_HARD = "semi-hard"
    NEAREST_SEMI_HARD = "nearest-semi-hard"
    BATCH_HARD = "batch-hard"
    BATCH_ALL = "batch-all"
    OFFLINE = "offline"


@verb
def head(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    *,
    photos: Photos,
    pairs: Pairs,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the head goes.")] = Path(),
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the head.")] = "facenet-casia-triplet128",
    data: Annotated[str, typer.Option(metavar="TEXT", help="Describe the photos in the record; name nobody.")] = (
        "a folder of people"
    ),
    pattern: Annotated[str, typer.Option(metavar="GLOB", help="Take the people whose folder matches GLOB.")] = "*",
    tight: Annotated[bool, typer.Option("--tight", help="The photos are crops whose faces meet the border.")] = False,
    selection: Annotated[Selection, typer.Option(help="Triplets to learn from.")] = Selection.SEMI_HARD,
    margin: Annotated[float, typer.Option(help="Margin, in squared distance.")] = 0.2,
    learning_rate: Annotated[float, typer.Option(help="Step size of AdamW.")] = 1e-4,
    hold: Annotated[float, typer.Option(help="How firmly the head is held near its start.")] = 20.0,
    steps: Annotated[int, typer.Option(min=1, help="Batches.")] = 400,
    validate_every: Annotated[int, typer.Option(min=1, help="Batches between validations.")] = 25,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
) -> None:
    """Train a head on DIR, which has a folder per person.

    Keeps the head that validates best, and writes it with its run record and its calibration.

    Example:
      recog train head people/ --photos lfw/ --pairs lfw/pairsDevTest.txt --out heads/
    """
    from recog.render.text_scores import trained_head
    from recog.train.checkpoint import Progress
    from recog.train.folder import HeadPlan, train_head_from_folder
    from recog.train.settings import TrainSettings
    from recog.weights.device import choose_device

    def tell(step: Progress) -> None:
        scores = ", ".join(f"{key} {value:.4f}" for key, value in step.scores.items())
        say(f"step {step.step} of {step.steps}: loss {step.loss:.4f}, active {step.active:.2f}, {scores}")

    settings = session.settings()
    training = TrainSettings(
        selection=selection.value,
        margin=margin,
        learning_rate=learning_rate,
        hold=hold,
        steps=steps,
        validate_every=validate_every,
        seed=seed,
    )
    with counting_bar() as progress:
        run = train_head_from_folder(
            folder,
            validate=photos,
            pairs=pairs,
            output=out,
            cache=settings.cache,
            network=settings.network,
            offline_dir=settings.weights,
            device=choose_device(settings.device),
            plan=HeadPlan(name=name, pattern=pattern, tight=tight, data=data, settings=training),
            on_photo=progress,
            on_step=tell,
        )
    for warning in run.trained.warnings:
        say(warning)
    session.show_document(run.record, trained_head(run.path, run.trained.step, run.start_scores, run.scores))
