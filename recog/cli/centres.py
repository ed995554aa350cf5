"""The verb that fits a head's local centring: train centres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.evaluation_options import People, PeopleSets, SetGlobs, TightGlobs, read_sets
from recog.cli.folders import check_folder
from recog.cli.option_values import option_values
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb

if TYPE_CHECKING:  # these load numpy, which only a running verb needs
    from recog.assess.local_centres import CentresPlan
    from recog.config import Settings
    from recog.embed.head import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class CentresOptions:
    """Which faces the centres are fitted to, how, and where the head goes."""

    sets: SetGlobs = None
    tight: TightGlobs = None
    count: Annotated[int, typer.Option(min=2, help="Number of centres.")] = 128
    strength: Annotated[float, typer.Option(help="Share of the mean of the near centres that is subtracted.")] = 0.45
    sharpness: Annotated[float, typer.Option(help="How much more near centres count than far ones.")] = 10.0
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the result goes.")] = Path()

    def people(self) -> PeopleSets:
        """Return the sets; EvaluationError if one is malformed."""
        return read_sets(self.sets, self.tight)

    def plan(self) -> CentresPlan:
        """Return how to fit; TrainingError if a value is out of its range."""
        from recog.assess.local_centres import CentresPlan

        return CentresPlan(count=self.count, strength=self.strength, sharpness=self.sharpness, seed=self.seed)


@verb
@option_values
def centres(session: Session, folder: People, *, options: CentresOptions) -> None:
    """Fit the local centring of the network's head to the faces in DIR, which has a folder per person.

    It tells look-alikes apart better, above all small children: what a face shares with the faces around it is
    subtracted. Take many faces of every kind, and not those that `recog calibrate` measures. Labels do not count, but
    people held out from the head's training are left out. The head goes to --out; run `recog calibrate --out` then.

    Example:
      recog train centres people/ --out heads/
      recog train centres people/ --set 'party_*=my parties' --tight 'cut_*=my crops' --out heads/
    """
    from recog.assess.local_centres import CentresData, centre_head
    from recog.render.text_training import centred_head
    from recog.train.options import RunOptions, Runtime

    check_folder(options.out)
    settings = session.settings()
    sets, plan, head = options.people(), options.plan(), _head(settings)
    runtime = Runtime.of(settings)
    with counting_bar() as progress:
        run = RunOptions(output=options.out, on_photo=progress)
        made = centre_head(CentresData(folder, sets), head, plan, runtime, run)
    session.show_document(made.record, centred_head(made))


def _head(settings: Settings) -> Head:
    """Return the head of the settings' network; ConfigError if there is no such network, or it has no head."""
    from recog.embed.description import described
    from recog.embed.head import SHIPPED_HEADS, load_head
    from recog.embed.info import head_of
    from recog.embed.network import NETWORKS
    from recog.errors import ConfigError

    own = None if settings.network in NETWORKS else described(settings.network, directory=settings.own_networks)
    if own is None:
        return head_of(settings.network, heads=settings.heads or SHIPPED_HEADS)
    if own.head is None:
        raise ConfigError(f"{own.name} has no trained head: run recog train head, then recog models set-head")
    return load_head(own.head, directory=own.directory, features=own.dim)
