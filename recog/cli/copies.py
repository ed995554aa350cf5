"""The verb that lists pictures which are there twice: report copies."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from recog.cli.failures import echo
from recog.cli.session import Session, verb


@verb
def copies(
    session: Session,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", help="Print only the files not to keep, each ended by a null byte, for xargs -0."),
    ] = False,
) -> None:
    """List photos that are there twice, and which file to keep.

    These are files with the same bytes, and pictures that look saved again, in another size or quality; look before you
    believe the latter. The file with most pixels is kept, then the larger file, then the one with sharper faces. recog
    deletes nothing.

    Example:
      recog report copies
      recog report copies -0 | xargs -0 mv -t ~/copies
    """
    from recog.render.text_copies import copies_text, others

    if null and session.as_json:
        raise typer.BadParameter("give --null or --json, not both")
    with session.open() as library:
        found = library.reports.copies()
    if null:
        echo(b"".join(os.fsencode(path) + b"\0" for path in others(found)), end=False)
    else:
        session.show(found, copies_text)
