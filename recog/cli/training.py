"""The verbs that train a head and check the photos before: train head, train clean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.evaluation_options import Pattern, Tight
from recog.cli.failures import warn
from recog.cli.folders import check_file, check_folder
from recog.cli.option_values import option_values
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.cli.training_options import TrainHeadOptions
from recog.errors import ConfigError

if TYPE_CHECKING:  # these load torch, which only a running verb needs
    from collections.abc import Callable, Mapping

    from recog.config import Settings
    from recog.train.checkpoint import Progress
    from recog.train.head_training import TrainedHead
    from recog.train.loop import Trained

Folder = Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]


@verb
@option_values
def head(session: Session, folder: Folder, *, options: TrainHeadOptions) -> None:
    """Train a head, or more of the network, on DIR, which has a folder per person.

    Keeps the step that validates best, with its run record and, if the extra `plots` is installed, a plot of loss and
    validation. A head gets its calibration too; after --train blocks or all, run `recog calibrate --out`.
    RECOG_HEADS=DIR puts the result in the place of the shipped head; `recog models set-head` puts it on a network of
    your own.

    Example:
      recog train head people/ --photos lfw/ --pairs lfw/pairsDevTest.txt --out heads/
      recog train head people/ --photos lfw/ --pairs lfw/pairsDevTest.txt --train blocks --name tuned
    """
    from recog.embed.network import NETWORKS

    check_folder(options.out)
    settings = session.settings()
    _refuse_more_than_a_head(options, settings)
    plotted = _can_plot()
    usual = NETWORKS[settings.network].head if settings.network in NETWORKS else f"{settings.network}-head"
    name = usual if options.name is None else options.name
    with counting_bar() as progress:
        trained, record, text = _trained(folder, name, options, settings, progress)
    for warning in trained.warnings:
        warn(warning)
    if plotted:
        _write_plot(trained, name, options.out)
    session.show_document(record, text)


def _trained(
    folder: Path, name: str, options: TrainHeadOptions, settings: Settings, progress: Callable[[int, int], None]
) -> tuple[TrainedHead | Trained, Mapping[str, object], str]:
    """Train what the options ask for; return the training, its record and its description."""
    from recog.embed.network import NETWORKS
    from recog.render.text_training import trained_head, trained_network
    from recog.train.head_folder import train_head_from_folder
    from recog.train.network_folder import train_network_from_folder
    from recog.train.options import RunOptions, Runtime

    data = options.photos_of(folder)
    runtime = Runtime.of(settings)
    run = RunOptions(output=options.out, resume=options.resume, on_photo=progress, on_step=_steps_told(options, name))
    if options.train == "head":
        made = train_head_from_folder(data, options.head_plan(name), runtime, run)
        own = None if settings.network in NETWORKS else settings.network
        text = trained_head(made.path, made.trained.step, made.start_scores, made.scores, own_network=own)
        return made.trained, made.record, text
    tuned = train_network_from_folder(data, options.network_plan(name), runtime, run)
    return tuned.trained, tuned.record, trained_network(tuned)


def _refuse_more_than_a_head(options: TrainHeadOptions, settings: Settings) -> None:
    """Refuse to train a network from an ONNX file itself; its file has no gradients."""
    from recog.embed.description import descriptions

    if options.train != "head" and settings.network in descriptions(settings.own_networks):
        raise ConfigError(
            f"{settings.network} is a network of your own, of which recog trains a head only: leave --train out"
        )


def _can_plot() -> bool:
    """Say before the training if its plot cannot be drawn afterwards."""
    from recog.render.canvas import check_drawing

    try:
        check_drawing()
    except ConfigError as error:
        warn(f"this run will not be plotted: {error}")
        return False
    return True


def _write_plot(trained: TrainedHead | Trained, name: str, out: Path) -> None:
    from recog.durable import put
    from recog.render.training_plot import training_plot
    from recog.train.plans import DECIDING_SCORE

    shown = (DECIDING_SCORE, "held_out_val", "pair_val", "accuracy")
    put(out / f"{name}.svg", training_plot(trained.history, title=name, deciding=DECIDING_SCORE, scores=shown))


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
        float, typer.Option(min=0.0, max=0.5, help="Share of strangers that are nearer than a face called far.")
    ] = 1e-3,
) -> None:
    """Find photos that are probably filed under the wrong person in DIR, which has a folder per person.

    Nothing is moved or deleted. `recog train head --leave-out` takes the report.

    Example:
      recog train clean people/ --report wrong.csv
    """
    from recog.assess.clean import clean as judged
    from recog.assess.clean import write_report
    from recog.datasets.embedded import Pipeline
    from recog.datasets.people import labelled_photos
    from recog.library.networks import Networks
    from recog.render.text_training import cleaning_text

    if report is not None:
        check_file(report)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        pipeline = Pipeline(networks.detector, networks.embedder, networks.kept, progress)
        made = judged(labelled_photos(folder, pattern=pattern), pipeline, tight=tight, share=share)
    if report is not None:
        write_report(made, report, folder=folder)
    session.show_document(made, cleaning_text(made, folder=folder))


def _steps_told(options: TrainHeadOptions, name: str) -> Callable[[Progress], None]:
    """Return what tells a validated step: on the standard error, and to TensorBoard if that is wanted."""
    from recog.train.event_file import EventFile

    if options.tensorboard is None:
        return _say_step
    check_folder(options.tensorboard)
    events = EventFile(options.tensorboard / name, resume=options.resume)

    def tell(step: Progress) -> None:
        _say_step(step)
        events.add(step)

    return tell


def _say_step(step: Progress) -> None:
    scores = ", ".join(f"{key} {value:.4f}" for key, value in step.scores.items())
    warn(f"step {step.step} of {step.steps}: loss {step.loss:.4f}, active {step.active:.2f}, {scores}")
