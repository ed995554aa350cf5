"""The verbs that measure the network: evaluate and calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.cli.training import Pairs, Photos

People = Annotated[Path, typer.Argument(metavar="DIR", help="A folder with a folder per person.", show_default=False)]
Pattern = Annotated[str, typer.Option(metavar="GLOB", help="Take the people whose folder matches GLOB.")]
Tight = Annotated[bool, typer.Option("--tight", help="The photos are crops whose faces meet the border.")]


@verb
def lfw(session: Session, photos: Photos, pairs: Pairs) -> None:
    """Measure the network by the ten-fold LFW protocol.

    Example:
      recog evaluate lfw --photos lfw/ --pairs lfw/pairs.txt
    """
    from recog.library.networks import Networks
    from recog.render.text_scores import lfw_scores
    from recog.train.protocol import run_lfw

    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_lfw(photos, pairs, networks.detector, networks.embedder, on_photo=progress)
    session.show_document(run, lfw_scores(run.network.name, run.scores, run.found))


@verb
def identification(
    session: Session,
    folder: People,
    *,
    pattern: Pattern = "*",
    tight: Tight = False,
    photos: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="N", help="Enrol N photos a person; may be repeated.", show_default="1, 2, 5"),
    ] = None,
) -> None:
    """Enrol some photos a person, and probe with the rest and with strangers.

    Example:
      recog evaluate identification people/
      recog evaluate identification people/ --photos 1 --json
    """
    from recog.library.networks import Networks
    from recog.render.text_scores import identification_text
    from recog.train.evaluations import run_identification

    settings = session.settings()
    networks = Networks(settings, progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_identification(
            folder,
            networks.detector,
            networks.embedder,
            pattern=pattern,
            tight=tight,
            photos=photos or (1, 2, 5),
            cache=settings.cache / "features",
            on_photo=progress,
        )
    session.show_document(run, identification_text(run))


@verb
def clusters(session: Session, folder: People, *, pattern: Pattern = "*", tight: Tight = False) -> None:
    """Cluster the faces in DIR as a library would, and compare with its folders.

    Example:
      recog evaluate clusters people/
    """
    from recog.library.networks import Networks
    from recog.render.text_scores import clusters_text
    from recog.train.evaluations import run_clusters

    settings = session.settings()
    networks = Networks(settings, progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_clusters(
            folder,
            networks.detector,
            networks.embedder,
            threshold=networks.calibration.threshold,
            pattern=pattern,
            tight=tight,
            cache=settings.cache / "features",
            on_photo=progress,
        )
    session.show_document(run, clusters_text(run))


@verb
def detection(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Photos.", show_default=False)],
    faces: Annotated[Path, typer.Argument(metavar="FACES", help="Boxes in WIDER FACE's format.", show_default=False)],
    *,
    least: Annotated[
        float, typer.Option(min=0.0, help="Shorter side in pixels of the smallest face that counts.")
    ] = 0.0,
) -> None:
    """Compare the detector's boxes in the photos of DIR with those drawn by hand.

    Example:
      recog evaluate detection wider/ wider/ground_truth.txt --least 20
    """
    from recog.library.networks import Networks
    from recog.render.text_scores import detection_text
    from recog.train.evaluations import run_detection

    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_detection(folder, faces, networks.detector, least=least, on_photo=progress)
    session.show_document(run, detection_text(run))


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
    far: Annotated[float, typer.Option(help="False accept rate that the threshold is to have.")] = 1e-3,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="DIR", help="Measure the result on DIR too.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where it goes.", show_default="the library")
    ] = None,
) -> None:
    """Fit the threshold and the map to a probability on DIR, which has a folder per person.

    With several sets the strictest decides. The library then uses the result. People whom the network was trained on
    make it look better than it is: take others.

    Example:
      recog calibrate people/
      recog calibrate people/ --set 'party_*=my parties' --tight 'cut_*=my crops'
    """
    from dataclasses import asdict

    from recog.embed.head import load_head
    from recog.evaluate.calibration_file import calibration_path, save_calibration
    from recog.library.networks import Networks
    from recog.render.text_scores import calibration_text
    from recog.train.calibration import PeopleSet, calibrate_on_folder, read_set

    settings = session.settings()
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
            head_record=load_head(name).record,
            cache=settings.cache / "features",
            on_photo=progress,
        )
    directory = settings.library if out is None else out
    directory.mkdir(parents=True, exist_ok=True)
    path = calibration_path(name, directory=directory)
    checked = None if made.check is None else asdict(made.check)
    measured = {"sets": [asdict(each) for each in made.run.sets], "check": checked}
    save_calibration(made.run.calibration, path, measured=measured)
    session.show_document(made, calibration_text(path, made))
