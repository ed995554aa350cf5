"""The verbs about networks: models list, pull, verify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.exit_codes import REFUSED
from recog.cli.failures import warn
from recog.cli.session import Session, verb

if TYPE_CHECKING:
    from recog.config import Settings
    from recog.library.maintenance.results import WeightsStatus


@verb
def list_models(session: Session) -> None:
    """List the networks with their origin and licence.

    A network of your own whose description is not valid is named in a warning.

    Example:
      recog models list
    """
    from recog.library.maintenance.weights import models

    settings = session.settings()
    _show(session, models(settings))
    _warn_of_invalid(settings)


@verb
def pull(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", show_default=False)] = None,
) -> None:
    """Download the weights of each NAME and check them.

    Without a NAME, downloads all that the settings need.

    Example:
      recog models pull
    """
    from recog.library.maintenance import weights

    _show(session, weights.pull(session.settings(), names or (), progress=session.weights_progress))


@verb
def verify(session: Session) -> None:
    """Check every weights file against its digest.

    Exits with 1 if a file is damaged, or the description of a network of your own is not valid.

    Example:
      recog models verify
    """
    from recog.library.maintenance.weights import verify_models

    settings = session.settings()
    states = verify_models(settings)
    _show(session, states)
    if _warn_of_invalid(settings) or any(state.state == "damaged" for state in states):
        raise typer.Exit(REFUSED)


def _warn_of_invalid(settings: Settings) -> bool:
    """Name each description that is not valid; return whether there is one."""
    from recog.library.maintenance.weights import invalid_descriptions

    invalid = invalid_descriptions(settings)
    for error in invalid:
        warn(str(error))
    return bool(invalid)


def _show(session: Session, networks: Sequence[WeightsStatus]) -> None:
    from recog.render.text_library import weights

    session.show_document({"models": networks}, weights(networks))
