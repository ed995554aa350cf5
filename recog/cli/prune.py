"""The verb that drops photos whose files are gone: prune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import leave
from recog.cli.session import Session, verb


@verb
def prune(
    session: Session,
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", show_default=False)] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, but drop nothing.")] = False,
) -> None:
    """Drop photos whose files are gone, with their faces.

    `recog index` marks files that it does not find, and keeps what it knows of them: a disk may come back. This drops
    them for good; photos of which another file is there stay.

    A whole folder that is not found is left alone, for its disk may not be mounted. If it is gone for good, name it:
    then all files in FOLDER that are gone are dropped, and the folder from the roots in `recog status`.

    Example:
      recog prune --dry-run
      recog prune /media/old-disk
    """
    from recog.render.text_prune import missing_text

    with session.open() as library:
        found = library.photos.missing(folder)
        if (found.files or found.roots) and not dry_run:
            if not yes:
                typer.echo(missing_text(found), err=True)
                try:
                    agreed = typer.confirm("Drop them for good?", err=True)
                except typer.Abort:
                    typer.echo(err=True)  # ends the line of the question
                    leave("nothing was dropped, for nobody answered: --yes does not ask")
                if not agreed:
                    leave("nothing was dropped")
            found = library.photos.prune(folder)
    session.show_document(found, missing_text(found))
