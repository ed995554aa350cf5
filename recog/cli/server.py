"""The verbs of a catalog on a PostgreSQL server: grants."""

from __future__ import annotations

from typing import Annotated

import typer

from recog.cli.failures import fail
from recog.cli.session import Session, verb


@verb
def grants(
    session: Session,
    *,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="ROLE", help="Let ROLE own the tables.", show_default=False)
    ] = None,
    indexer: Annotated[
        list[str] | None,
        typer.Option("--indexer", metavar="ROLE", help="Let ROLE index; may be repeated.", show_default=False),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="ROLE", help="Let ROLE only ask; may be repeated.", show_default=False),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Grant them now, instead of printing SQL.")] = False,
) -> None:
    """Print SQL that grants roles of the server their rights.

    The owner may do everything. An indexer runs `recog index` and `recog work`, and may neither name nor forget people.
    A reader runs `identify`, `search`, `find` and `status`. The roles must exist (createuser makes them). Run it again
    after an upgrade of recog that adds tables.

    Example:
      recog server grants --indexer worker --reader website | psql recog
    """
    from recog.render.text_server import granted

    if owner is None and not indexer and not reader:
        fail("no role was named: give --owner, --indexer or --reader")
    with session.open() as library:
        result = library.maintenance.grants(owner=owner, indexers=indexer or (), readers=reader or (), apply=apply)
    session.show(result, granted)
