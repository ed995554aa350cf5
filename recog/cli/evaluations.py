"""The verbs that measure the network: evaluate and calibrate."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.folders import check_folder
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.cli.training import Pairs, Photos
from recog.durable import make_output_directory

if TYPE_CHECKING:  # types of what loads only when a verb runs
    from recog.render.score_plots import Plot
    from recog.render.sheet import Sheet
    from recog.train.protocol import PairsRun

People = Annotated[Path, typer.Argument(metavar="DIR", help="A folder with a folder per person.", show_default=False)]
Pattern = Annotated[str, typer.Option(metavar="GLOB", help="Take the people whose folder matches GLOB.")]
Tight = Annotated[bool, typer.Option("--tight", help="The photos are crops whose faces meet the border.")]
TightPeople = Annotated[
    list[str] | None,
    typer.Option("--tight-people", metavar="GLOB", help="The same of people whose folder matches GLOB alone."),
]
Flip = Annotated[
    bool | None,
    typer.Option("--flip/--no-flip", help="Average in the mirror image, or not.", show_default="as trained"),
]
CropCount = Annotated[int, typer.Option("--crops", min=1, max=2, metavar="N", help="Crops of each face, 1 or 2.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write a page with plots, PNG and JSON there.", show_default=False),
]


class CfpPoses(StrEnum):
    """Which photos meet."""

    FF = "FF"
    FP = "FP"


class Groups(StrEnum):
    """How folders tell of groups of people."""

    PREFIXES = "prefixes"
    FOLDERS = "folders"


@verb
def lfw(
    session: Session, photos: Photos, pairs: Pairs, *, flip: Flip = None, crops: CropCount = 1, out: Out = None
) -> None:
    """Measure the network by the ten-fold LFW protocol.

    Takes any list of pairs in LFW's format, also without its first line. Pairs with a photo that cannot be read are
    listed with the reason, and the others scored.

    Example:
      recog evaluate lfw --photos lfw/ --pairs lfw/pairs.txt --out scores/
      recog evaluate lfw --photos lfw/ --pairs lfw/pairs.txt --no-flip --crops 2
    """
    from recog.evaluate.photo_pairs import lfw_pairs
    from recog.train.protocol import run_pairs

    listed = lfw_pairs(photos, pairs)
    _score_pairs(
        session,
        lambda *how, on_photo: run_pairs(listed, f"LFW, {pairs.name}", *how, on_photo=on_photo),
        "lfw",
        flip=flip,
        crops=crops,
        out=out,
    )


@verb
def cfp(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="CFP's folder.", show_default=False)],
    *,
    poses: Annotated[CfpPoses, typer.Option(help="Frontal with frontal photos, or with profiles.")] = CfpPoses.FP,
    flip: Flip = None,
    crops: CropCount = 1,
    out: Out = None,
) -> None:
    """Measure the network on frontal and profile photos by CFP's ten folds.

    Example:
      recog evaluate cfp cfp-dataset/
      recog evaluate cfp cfp-dataset/ --poses FF --out scores/
    """
    from recog.evaluate.cfp import Poses, cfp_pairs
    from recog.train.protocol import run_pairs

    listed = cfp_pairs(folder, Poses(poses.value))
    _score_pairs(
        session,
        lambda *how, on_photo: run_pairs(listed, f"CFP {poses.value}", *how, on_photo=on_photo),
        f"cfp-{poses.value.lower()}",
        flip=flip,
        crops=crops,
        out=out,
    )


@verb
def identification(
    session: Session,
    folder: People,
    *,
    pattern: Pattern = "*",
    tight: Tight = False,
    tight_people: TightPeople = None,
    photos: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="N", help="Enrol N photos a person; may be repeated.", show_default="1, 2, 5"),
    ] = None,
    out: Out = None,
) -> None:
    """Enrol some photos a person, and probe with the rest and with strangers.

    Example:
      recog evaluate identification people/ --out scores/
      recog evaluate identification people/ --photos 1 --tight-people 'cut_*' --json
    """
    from recog.library.networks import Networks
    from recog.render.score_plots import identification_plots
    from recog.render.score_sheets import identification_sheet
    from recog.train.evaluations import run_identification

    _check(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_identification(
            folder,
            networks.detector,
            networks.embedder,
            networks.calibration_if_any,
            pattern=pattern,
            tight=("*",) if tight else tuple(tight_people or ()),
            photos=photos or (1, 2, 5),
            cache=networks.kept,
            on_photo=progress,
        )
    _show(session, run, "identification", identification_sheet(run), plots=lambda: identification_plots(run), out=out)


@verb
def clusters(
    session: Session,
    folder: People,
    *,
    pattern: Pattern = "*",
    tight: Tight = False,
    tight_people: TightPeople = None,
    out: Out = None,
) -> None:
    """Cluster the faces in DIR as a library would, and compare with its folders.

    With --out at other thresholds too.

    Example:
      recog evaluate clusters people/
    """
    from recog.library.networks import Networks
    from recog.render.score_plots import clusters_plots
    from recog.render.score_sheets import clusters_sheet
    from recog.train.evaluations import run_clusters

    _check(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_clusters(
            folder,
            networks.detector,
            networks.embedder,
            networks.calibration,
            pattern=pattern,
            tight=("*",) if tight else tuple(tight_people or ()),
            shares=() if out is None else (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2),
            cache=networks.kept,
            on_photo=progress,
        )
    _show(session, run, "clusters", clusters_sheet(run), plots=lambda: clusters_plots(run), out=out)


@verb
def detection(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Photos.", show_default=False)],
    faces: Annotated[Path, typer.Argument(metavar="FACES", help="Boxes in WIDER FACE's format.", show_default=False)],
    *,
    least: Annotated[
        float, typer.Option(min=0.0, help="Shorter side in pixels of the smallest face that counts.")
    ] = 0.0,
    out: Out = None,
) -> None:
    """Compare the detector's boxes in the photos of DIR with those drawn by hand.

    Example:
      recog evaluate detection wider/ wider/ground_truth.txt --least 20
    """
    from recog.library.networks import Networks
    from recog.render.score_plots import detection_plots
    from recog.render.score_sheets import detection_sheet
    from recog.train.evaluations import run_detection

    _check(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_detection(folder, faces, networks.detector, least=least, on_photo=progress)
    _show(session, run, "detection", detection_sheet(run), plots=lambda: detection_plots(run), out=out)


@verb
def calibrate(
    session: Session,
    folder: People,
    *,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="GLOB=NAME", help="Take the people whose folder matches GLOB as a set NAME."),
    ] = None,
    tight: Annotated[
        list[str] | None,
        typer.Option("--tight", metavar="GLOB=NAME", help="The same, of crops whose faces meet the border."),
    ] = None,
    strangers: Annotated[
        list[str] | None,
        typer.Option("--strangers", metavar="GLOB=NAME", help="Fit the grouping too, with one photo each of these."),
    ] = None,
    tight_strangers: Annotated[
        list[str] | None,
        typer.Option("--tight-strangers", metavar="GLOB=NAME", help="The same, of crops."),
    ] = None,
    far: Annotated[float, typer.Option(help="False accept rate that the threshold is to have.")] = 1e-3,
    groups: Annotated[
        Groups | None,
        typer.Option(
            help="Tell the errors by group too: the folders' names up to the first underscore, or DIR/GROUP/PERSON.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="DIR", help="Measure the result on DIR too.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where it goes.", show_default="the library")
    ] = None,
) -> None:
    """Fit the threshold and the map to a probability on DIR, which has a folder per person.

    With several sets the strictest decides. The library then uses the result. People whom the network was trained on
    make it look better than it is: take others. With strangers it is also fitted when faces are grouped as one person:
    a library is full of people who are in it once, some hundred of whom should be among the others here.

    Example:
      recog calibrate people/
      recog calibrate people/ --set 'party_*=my parties' --tight 'cut_*=my crops' --groups prefixes
      recog calibrate people/ --set 'friends_*' --strangers 'crowd_*'
    """
    from dataclasses import asdict

    from recog.evaluate.calibration_file import calibration_path, save_calibration
    from recog.library.networks import Networks
    from recog.render.text_scores import calibration_text
    from recog.train.calibration import PeopleSet, calibrate_on_folder, read_set
    from recog.train.groups import Grouping

    settings = session.settings()
    directory = settings.library if out is None else out
    check_folder(directory)
    networks = Networks(settings, progress=session.weights_progress)
    chosen = [read_set(text) for text in sets or ()] + [read_set(text, tight=True) for text in tight or ()]
    name = networks.info.name
    with counting_bar() as progress:
        made = calibrate_on_folder(
            folder,
            chosen or [PeopleSet("*", "a folder of people")],
            networks.detector,
            networks.embedder,
            far=far,
            check=check,
            strangers=[read_set(text) for text in strangers or ()]
            + [read_set(text, tight=True) for text in tight_strangers or ()],
            kept=networks.cluster_rule,
            grouping=None if groups is None else Grouping(groups.value),
            head_record=networks.facts.record,
            cache=networks.kept,
            on_photo=progress,
        )
    make_output_directory(directory)
    path = calibration_path(name, directory=directory)
    checked = None if made.check is None else asdict(made.check)
    measured = {
        "sets": [asdict(each) for each in made.run.sets],
        "check": checked,
        "strangers": [asdict(each) for each in made.strangers],
        "groups": [asdict(each) for each in made.groups],
        "clusters": None if made.clusters is None else asdict(made.clusters),
    }
    save_calibration(made.run.calibration, path, measured=measured)
    session.show_document(made, calibration_text(path, made))


def _score_pairs(
    session: Session, run_listed: Callable[..., PairsRun], name: str, *, flip: bool | None, crops: int, out: Path | None
) -> None:
    """Run a list of pairs with the options asked for, and show the scores."""
    from recog.library.networks import Networks
    from recog.render.score_plots import pairs_plots
    from recog.render.score_sheets import pairs_sheet
    from recog.train.options import embedding_options

    _check(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    embedder = networks.embedder_with(flip=flip)
    flipped = networks.facts.flip if flip is None else flip
    options = embedding_options(embedder.info, flip=flipped, crops=crops, encoder=networks.encoder)
    with counting_bar() as progress:
        run = run_listed(networks.detector, embedder, options, on_photo=progress)
    _show(session, run, name, pairs_sheet(run), plots=lambda: pairs_plots(run), out=out)


def _check(out: Path | None) -> None:
    """Refuse before the work what could not be drawn or written after it."""
    if out is not None:
        from recog.render.canvas import check_drawing

        check_drawing()
        check_folder(out)


def _show(
    session: Session, run: object, name: str, sheet: Sheet, *, plots: Callable[[], tuple[Plot, ...]], out: Path | None
) -> None:
    """Print the scores, and write them to a folder where one is named."""
    from recog.render.sheet import sheet_text

    text = sheet_text(sheet)
    if out is not None:
        from recog.render.score_page import write_scores

        text += f"\n\nWrote {write_scores(out, name, sheet, plots(), run)}"
    session.show_document(run, text)
