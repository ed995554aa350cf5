"""The verb that drops photos whose files are gone: prune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.ask_first import ask_first
from recog.cli.session import Session, verb


@verb
def prune(
    session: Session,
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", show_default=False)] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be dropped, and drop nothing.")] = False,
) -> None:
    """Drop photos whose files are gone, with their faces.

    `recog index` only marks files that it does not find, because a disk may come back. This verb drops them for good.
    A photo stays if another file of it exists.

    A whole folder that is not found is left alone, because its disk may not be mounted. If it is gone for good, name
    it: all missing files in FOLDER are then dropped, and FOLDER leaves the roots in `recog status`.

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
                ask_first("Drop them for good?", refused="nothing was dropped")
            found = library.photos.prune(folder)
    session.show_document(found, missing_text(found))
