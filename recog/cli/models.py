"""The verbs about networks: list, pull, verify."""

from __future__ import annotations

from typing import Annotated

import typer

from recog.cli.failures import REFUSED
from recog.cli.session import Session, verb


@verb
def list_models(session: Session) -> None:
    """List the networks, their origin and licence.

    Example:
      recog models list
    """
    from recog.library.maintenance.weights import models

    session.show_models(models(session.settings()))


@verb
def pull(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", show_default=False)] = None,
) -> None:
    """Bring the weights of each NAME and check them.

    Without a NAME: all that the settings need.

    Example:
      recog models pull
    """
    from recog.library.maintenance import weights

    session.show_models(weights.pull(session.settings(), names or (), progress=session.weights_progress))


@verb
def verify(session: Session) -> None:
    """Compare every weights file with its digest.

    Exits with 1 if one is damaged.

    Example:
      recog models verify
    """
    from recog.library.maintenance.weights import verify_models

    states = verify_models(session.settings())
    session.show_models(states)
    if any(state.state == "damaged" for state in states):
        raise typer.Exit(REFUSED)
