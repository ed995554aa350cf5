"""The verbs of roots, the folders that were indexed: list, map, unmap, forget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.ask_first import ask_first
from recog.cli.session import Session, verb

RootArgument = Annotated[int, typer.Argument(metavar="ROOT", show_default=False)]
FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)]


@verb
def list_roots(session: Session) -> None:
    """List the folders that were indexed, and the machines that have them.

    Machines that share a catalog have folders of their own. Photos in a folder that is not on this machine are known,
    but cannot be opened here, and are never missing.

    Example:
      recog roots list
    """
    from recog.render.text_roots import roots

    with session.open() as library:
        session.show(library.roots.all(), roots)


@verb
def map_root(
    session: Session,
    number: RootArgument,
    folder: FolderArgument,
    *,
    unlike: Annotated[bool, typer.Option("--unlike", help="Do so even if few files are the same.")] = False,
) -> None:
    """Say that FOLDER on this machine is ROOT, a root that another machine indexed.

    ROOT is a number of `recog roots list`. Use it if a network share has another path here. Then both machines index
    the same files, and neither takes them for moved or copied. Names stay.

    Example:
      recog roots map 2 /media/nas/photos
    """
    from recog.render.text_roots import roots

    with session.open() as library:
        session.show(library.roots.map(number, folder, unlike=unlike), roots)


@verb
def unmap_root(session: Session, folder: FolderArgument) -> None:
    """Say that this machine has no shared root at FOLDER any more.

    The photos stay in the library, because another machine has them.

    Example:
      recog roots unmap /media/nas/photos
    """
    from recog.render.text_roots import roots

    with session.open() as library:
        session.show(library.roots.unmap(folder), roots)


@verb
def forget_root(
    session: Session,
    number: RootArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Forget ROOT of a machine that is gone.

    ROOT is a number of `recog roots list`. Its files are forgotten. Photos that no other file shows go for good, with
    their faces and names. Files on disks are left alone. For a folder of this machine use `recog prune FOLDER`.

    Example:
      recog roots forget 2
    """
    from recog.render.text_roots import forgotten

    with session.open() as library:
        found = library.roots.to_forget(number)
        if not yes:
            typer.echo(forgotten(found), err=True)
            ask_first("Forget the root for good?", refused="nothing was forgotten")
        found = library.roots.forget(number)
    session.show(found, forgotten)
