"""The verb that trains classifiers of pairs: train verifier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.evaluation_options import Description, People, PeopleOptions
from recog.cli.folders import check_folder
from recog.cli.option_values import option_values
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.durable import make_output_directory

if TYPE_CHECKING:  # it loads numpy, which only a running verb needs
    from recog.assess.verifier_folder import VerifierOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierVerbOptions:
    """How to train classifiers of pairs, what to measure them on, and where they go."""

    data: Description = "a folder of people"
    far: Annotated[float, typer.Option(help="False accept rate of a yes.")] = 1e-3
    photos: Annotated[
        Path | None,
        typer.Option("--photos", metavar="DIR", help="Measure on LFW's photos here too.", show_default=False),
    ] = None
    pairs: Annotated[
        Path | None, typer.Option("--pairs", metavar="FILE", help="The pairs of --photos.", show_default=False)
    ] = None
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where they go.", show_default="the library")
    ] = None
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0

    def training(self) -> VerifierOptions:
        """Return the options of the training; BadParameter if only one of --photos and --pairs is given."""
        from recog.assess.verifier_folder import VerifierOptions

        if (self.photos is None) != (self.pairs is None):
            raise typer.BadParameter("--photos and --pairs belong together")
        protocol = None if self.photos is None or self.pairs is None else (self.photos, self.pairs)
        return VerifierOptions(data=self.data, far=self.far, protocol=protocol, seed=self.seed)


@verb
@option_values
def verifier(session: Session, folder: People, *, people: PeopleOptions, options: VerifierVerbOptions) -> None:
    """Train classifiers of pairs on DIR, which has a folder per person.

    They are the methods of `recog verify --method`. Three fifths of the people train them, one fifth chooses, and one
    fifth measures them beside the plain distance.

    Example:
      recog train verifier people/
      recog train verifier people/ --photos lfw/ --pairs lfw/pairsDevTest.txt
    """
    from recog.assess.verifier_folder import train_verifiers_from_folder
    from recog.datasets.embedded import Pipeline
    from recog.library.networks import Networks
    from recog.render.sheet import sheet_text
    from recog.render.verifier_sheet import verifier_sheet

    training = options.training()
    settings = session.settings()
    directory = settings.library if options.out is None else options.out
    check_folder(directory)
    networks = Networks(settings, progress=session.weights_progress)
    make_output_directory(directory)
    with counting_bar() as progress:
        pipeline = Pipeline(networks.detector, networks.embedder, networks.kept, progress)
        made = train_verifiers_from_folder(people.of(folder), pipeline, training, output=directory)
    session.show_document(made, sheet_text(verifier_sheet(made)))
