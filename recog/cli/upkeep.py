"""The verbs that fill and maintain a library: index, status, check, doctor, index-rebuild, backup, restore."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.exit_codes import INTERRUPTED, REFUSED
from recog.cli.failures import fail, warn
from recog.cli.progress import photo_bar
from recog.cli.session import Session, verb
from recog.render.figures import count


@verb
def index(  # noqa: PLR0917 - a verb and its options
    session: Session,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", show_default=False)],
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="GLOB", help="Skip paths that match GLOB; may be repeated.", show_default=False
        ),
    ] = None,
    min_face: Annotated[
        int | None, typer.Option(min=1, metavar="PX", help="Ignore faces smaller than PX pixels.", show_default=False)
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also compare the contents of files that look unchanged.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be indexed, and write nothing.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Only queue photos for `recog work`.")] = False,
) -> None:
    """Find the photos in each FOLDER and store their faces.

    Skips unchanged photos and keeps the names in moved ones. You can stop it with Ctrl-C at any time; running it again
    continues. New faces that resemble named ones get their names at once; in a library of more than 20,000 faces, run
    `recog identify --all` once first.

    Example:
      recog index ~/Pictures --exclude '*/Screenshots/*'
    """
    from recog.render import text_photos

    if queue:
        _fill(session, folders, exclude or (), min_face=min_face, verify=verify, dry_run=dry_run)
        return
    with session.open(min_face=min_face) as library, photo_bar() as progress:
        report = library.index(folders, exclude=exclude or (), verify=verify, dry_run=dry_run, progress=progress)
        to_name = (
            report.faces > 0
            and not library.people.matched_at_once
            and library.people.names_due
            and any(one.confirmed for one in library.people.all(hidden=True))
        )
    session.show(report, text_photos.ingest)
    if to_name:
        warn("some faces have no names yet: 'recog identify --all' names those that resemble the faces you named")
    if report.interrupted:
        fail("interrupted; indexed photos are kept, and running the same command again continues", INTERRUPTED)
    _fail_suspended(report.suspended)
    usable = report.added + report.changed + report.moved + report.duplicates + report.unchanged
    if report.failed and not usable:
        fail(f"none of {count(len(report.failed), 'photo')} could be indexed; the reasons are listed above")


def _fill(
    session: Session, folders: list[Path], exclude: Sequence[str], *, min_face: int | None, verify: bool, dry_run: bool
) -> None:
    from recog.render.text_work import queued

    if dry_run:
        fail("--queue and --dry-run exclude each other: leave out one of them")
    with session.open(min_face=min_face) as library:
        report = library.queue.fill(folders, exclude=exclude, verify=verify)
    session.show(report, queued)
    _fail_suspended(report.suspended)


def _fail_suspended(suspended: Sequence[Path]) -> None:
    if suspended:
        roots = ", ".join(str(root) for root in suspended)
        fail(
            f"{roots} is empty or missing, so its photos were left as they are: mount it and run again, or drop "
            "photos that are gone for good with 'recog prune FOLDER'"
        )


@verb
def status(session: Session) -> None:
    """Show the state of the library.

    Shows photos, faces, people, network, device, threshold with its error rate, and the index.

    Example:
      recog status
    """
    from recog.render import text_library

    with session.open() as library:
        session.show(library.status(), text_library.status)


@verb
def check(
    session: Session,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired.")] = False,
) -> None:
    """Compare the database with the index, and find orphans.

    Exits with 1 if something is left to repair.

    Example:
      recog check --fix
    """
    from recog.render import text_library

    with session.open() as library:
        report = library.maintenance.check(fix=fix)
    session.show(report, text_library.check)
    if not report.ok:
        raise typer.Exit(REFUSED)


@verb
def doctor(session: Session) -> None:
    """Check everything that recog depends on.

    Prints a line each for versions, device, weights, permissions, free space, database and index, with the remedy for
    each problem. Exits with 1 if there is a problem.

    Example:
      recog doctor
    """
    from recog.library.maintenance.doctor import examine
    from recog.render import text_library

    with session.open() as library:
        report = examine(library.context.settings, library.context.networks)
    session.show(report, text_library.doctor)
    if not report.ok:
        raise typer.Exit(REFUSED)


@verb
def index_rebuild(session: Session) -> None:
    """Rebuild the vector index from the database.

    Example:
      recog index-rebuild
    """
    from recog.render import text_library

    with session.open() as library:
        session.show(library.maintenance.rebuild_index(), text_library.index_status)


@verb
def backup(session: Session, target: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Copy the whole catalog to FILE, or into the folder FILE.

    The copy is a consistent snapshot, even while photos are indexed. It holds no photos, weights or styled pictures,
    and no index, because that can be rebuilt. Whoever can read FILE can read the faces: protect it like the library.

    Example:
      recog backup /media/usb
    """
    from recog.render import text_library

    with session.open() as library:
        session.show(library.maintenance.back_up(target), text_library.backed_up)


@verb
def restore(session: Session, file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Replace the catalog with the backup FILE.

    FILE is checked first. The current catalog, even a damaged one, is kept beside the new one until you next forget a
    person. People who were forgotten since the backup come back: forget them again.

    Example:
      recog restore /media/usb/recog-20261122-180000.sqlite3
    """
    from recog.render import text_library

    with session.open() as library:
        session.show(library.maintenance.restore(file), text_library.restored)
