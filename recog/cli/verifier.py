"""The verb that makes classifiers of pairs: train verifier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.evaluations import Pattern, People, Tight, TightPeople
from recog.cli.folders import check_folder
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.durable import make_output_directory


@verb
def verifier(
    session: Session,
    folder: People,
    *,
    pattern: Pattern = "*",
    tight: Tight = False,
    tight_people: TightPeople = None,
    data: Annotated[str, typer.Option(metavar="TEXT", help="Describe the photos in the record; name nobody.")] = (
        "a folder of people"
    ),
    far: Annotated[float, typer.Option(help="False accept rate that a yes is to have.")] = 1e-3,
    photos: Annotated[
        Path | None,
        typer.Option("--photos", metavar="DIR", help="Measure on LFW's photos here too.", show_default=False),
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option("--pairs", metavar="FILE", help="The pairs of --photos.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where they go.", show_default="the library")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
) -> None:
    """Train classifiers of pairs on DIR, which has a folder per person.

    They are the methods of `recog verify --method`. Three fifths of the people train them, one fifth chooses, and one
    fifth measures them beside the plain distance.

    Example:
      recog train verifier people/
      recog train verifier people/ --photos lfw/ --pairs lfw/pairsDevTest.txt
    """
    from recog.assess.verifier_folder import train_verifiers_from_folder
    from recog.library.networks import Networks
    from recog.render.sheet import sheet_text
    from recog.render.verifier_sheet import verifier_sheet

    if (photos is None) != (pairs is None):
        raise typer.BadParameter("--photos and --pairs belong together")
    settings = session.settings()
    directory = settings.library if out is None else out
    check_folder(directory)
    networks = Networks(settings, progress=session.weights_progress)
    make_output_directory(directory)
    with counting_bar() as progress:
        made = train_verifiers_from_folder(
            folder,
            networks.detector,
            networks.embedder,
            pattern=pattern,
            tight=("*",) if tight else tuple(tight_people or ()),
            data=data,
            far=far,
            protocol=None if photos is None or pairs is None else (photos, pairs),
            output=directory,
            cache=networks.kept,
            seed=seed,
            on_photo=progress,
        )
    session.show_document(made, sheet_text(verifier_sheet(made)))
