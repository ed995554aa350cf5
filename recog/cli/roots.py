"""The verbs of roots, the folders that were indexed: list, map, unmap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.session import Session, verb

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
    number: Annotated[int, typer.Argument(metavar="ROOT", show_default=False)],
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
