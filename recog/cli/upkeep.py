"""The verbs that fill a library and keep it sound: index, status, check, doctor, index-rebuild, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import REFUSED, leave, say
from recog.cli.progress import photo_bar
from recog.cli.session import Session, verb
from recog.cli.start import INTERRUPTED
from recog.render.figures import count


@verb
def index(  # noqa: PLR0917 - a verb and its options
    session: Session,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", show_default=False)],
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="GLOB", help="Skip what matches GLOB; may be repeated.", show_default=False),
    ] = None,
    min_face: Annotated[
        int | None, typer.Option(min=1, metavar="PX", help="Ignore faces smaller than PX pixels.", show_default=False)
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare the bytes of unchanged files too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, but write nothing.")] = False,
) -> None:
    """Find photos in each FOLDER and store their faces.

    Unchanged photos are skipped, moved ones keep their names; Ctrl-C at any time, run again and it goes on. New faces
    near those that you named get their names at once, in a library of up to 20,000 faces; in a larger one by
    `recog identify --all`.

    Example:
      recog index ~/Pictures --exclude '*/Screenshots/*'
    """
    with session.open(min_face=min_face) as library, photo_bar() as progress:
        report = library.index(folders, exclude=exclude or (), verify=verify, dry_run=dry_run, progress=progress)
        to_name = (
            report.faces > 0
            and not library.people.matched_at_once
            and any(one.confirmed for one in library.people.all(hidden=True))
        )
    session.show(report)
    if to_name:
        say("the new faces have no names yet: 'recog identify --all' gives them those of the faces that you named")
    if report.interrupted:
        leave("interrupted; what was indexed is kept, and running the same command again goes on", INTERRUPTED)
    if report.suspended:
        roots = ", ".join(str(root) for root in report.suspended)
        leave(
            f"{roots} is empty or not there, so its photos were left as they are: mount it and run again, or drop what "
            "is gone for good with 'recog prune FOLDER'"
        )
    usable = report.added + report.changed + report.moved + report.duplicates + report.unchanged
    if report.failed and not usable:
        leave(f"none of {count(len(report.failed), 'photo')} could be indexed; the reasons are listed above")


@verb
def status(session: Session) -> None:
    """Show what the library holds and how it is searched.

    Photos, faces, people, network, device, threshold with its error, and the state of the index.

    Example:
      recog status
    """
    with session.open() as library:
        session.show(library.status())


@verb
def check(
    session: Session,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
) -> None:
    """Compare the database with the index; find orphans.

    Exits with 1 if something is left to mend.

    Example:
      recog check --fix
    """
    with session.open() as library:
        report = library.maintenance.check(fix=fix)
    session.show(report)
    if not report.ok:
        raise typer.Exit(REFUSED)


@verb
def doctor(session: Session) -> None:
    """Look at everything that recog stands on.

    Versions, device, weights, permissions, free space, database, index: one line each, with the way out. Exits with 1
    if something needs a hand.

    Example:
      recog doctor
    """
    from recog.library.maintenance.doctor import examine

    with session.open() as library:
        report = examine(library.context.settings, library.context.networks)
    session.show(report)
    if not report.ok:
        raise typer.Exit(REFUSED)


@verb
def index_rebuild(session: Session) -> None:
    """Build the vector index anew from the database.

    Example:
      recog index-rebuild
    """
    with session.open() as library:
        session.show(library.maintenance.rebuild_index())


@verb
def backup(session: Session, target: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Copy the whole catalog to FILE, or into it where it is a folder.

    One moment of the catalog, also while photos are indexed. Photos, weights and styled pictures are not in it; the
    index is built anew from it. Whoever can read FILE knows the faces: keep it as you keep the library.

    Example:
      recog backup /media/usb
    """
    with session.open() as library:
        session.show(library.maintenance.back_up(target))


@verb
def restore(session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Put the backup FILE in the catalog's place.

    FILE is looked at first. The catalog that was there, damaged or not, is kept beside it, until somebody is
    forgotten. People who were forgotten since the backup are back: forget them again.

    Example:
      recog restore /media/usb/recog-20261122-180000.sqlite3
    """
    with session.open() as library:
        session.show(library.maintenance.restore(file))
