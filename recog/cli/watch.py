"""The verb that keeps a library in step with its folders: watch."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.failures import fail, warn
from recog.cli.session import Session, verb

if TYPE_CHECKING:
    from recog.library.photo_library import PhotoLibrary


@verb
def watch(
    session: Session,
    folders: Annotated[list[Path] | None, typer.Argument(metavar="FOLDER...", show_default=False)] = None,
) -> None:
    """Index each FOLDER, then again whenever photos come, change or go in it.

    Without FOLDER, watches all that were indexed on this machine. Waits until a copy has settled. Folders may vanish
    and come back, as disks do. A network share sends no events: it is looked through every ten minutes. Stop with
    Ctrl-C at any time: the next run finds what changed meanwhile. New faces that resemble named ones get their names.

    Example:
      recog watch ~/Pictures
    """
    try:
        from recog.library.watching.changes import Changes
    except ModuleNotFoundError as error:
        if error.name != "watchfiles":
            raise
        fail("recog watch needs one more package: pip install 'recog[web]'")
    from recog.library.inputs import paths_of
    from recog.library.watching.naming import NewNames
    from recog.printable import printable
    from recog.render import text_photos

    with session.open() as library:
        watched = paths_of(folders) if folders else known_here(library)
        if not watched:
            fail("no folder was indexed on this machine yet: name one, as in 'recog watch ~/Pictures'")
        names, stop = NewNames(library), Event()

        def index(due: tuple[Path, ...]) -> None:
            report = library.index(due)
            if report.added or report.changed or report.moved or report.missing or report.failed:
                session.show(report, text_photos.ingest)
            if report.interrupted:
                raise KeyboardInterrupt
            names.after(report)

        warn(f"watches {', '.join(printable(str(folder)) for folder in watched)}; Ctrl-C ends it")
        for absent in (folder for folder in watched if not folder.is_dir()):
            warn(f"{printable(str(absent))} is not there: it is indexed when it comes")
        Changes(lambda: watched, told=warn).follow(index, stop)


def known_here(library: PhotoLibrary) -> list[Path]:
    """Return the folders that were indexed and that this machine has."""
    return [root.path for root in library.roots.all().roots if root.path is not None]
