"""The verbs about one person beyond the name: born, cover, similar, download, ignored."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.options import NameArgument
from recog.cli.session import Session, verb
from recog.printable import printable


@verb
def born(
    session: Session,
    name: NameArgument,
    day: Annotated[
        datetime | None,
        typer.Argument(metavar="[DATE]", formats=["%Y-%m-%d"], help="The day, YYYY-MM-DD.", show_default=False),
    ] = None,
    unknown: Annotated[bool, typer.Option("--unknown", help="Remove the date.")] = False,
) -> None:
    """Record that NAME was born on DATE, so that pages show the age beside photos.

    Faces of children then get a name at a smaller distance, because children look alike. Nobody is named on a photo
    from before the birth. Names that you gave stay.

    Example:
      recog people born "Ada Lovelace" 1815-12-10
      recog people born "Ada Lovelace" --unknown
    """
    from recog.render import text_people

    if (day is None) != unknown:
        raise typer.BadParameter("give a date as YYYY-MM-DD, or --unknown, and not both")
    on: date | None = None if day is None else day.date()
    with session.open() as library:
        session.show(library.people.set_born(name, on), text_people.born_line)


@verb
def cover(
    session: Session,
    name: NameArgument,
    face: Annotated[int | None, typer.Argument(min=1, metavar="[FACE]", show_default=False)] = None,
    automatic: Annotated[bool, typer.Option("--automatic", help="Let recog choose again.")] = False,
) -> None:
    """Show NAME by FACE (a face number) in lists.

    The choice stays even if the face goes to somebody else: another face stands in until it comes back.

    Example:
      recog people cover "Ada Lovelace" 41
      recog people cover "Ada Lovelace" --automatic
    """
    from recog.render import text_people

    if (face is None) != automatic:
        raise typer.BadParameter("give a face number, or --automatic, and not both")
    with session.open() as library:
        session.show(library.people.set_cover(name, face), text_people.cover_line)


@verb
def similar(
    session: Session,
    name: NameArgument,
    k: Annotated[int, typer.Option("-k", min=1, metavar="K", help="Number of people to list.")] = 12,
) -> None:
    """List the people who look most like NAME, the most alike first.

    Compares all confirmed faces of two people and shows the mean squared distance: 0 is the same, 4 the opposite.

    Example:
      recog people similar "Ada Lovelace"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.similar(name, k=k), text_people.similar)


@verb
def download(
    session: Session,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", show_default=False)],
) -> None:
    """Copy all photos of NAME into one zip archive.

    The photos go in as they are, the newest first, each under its own name. Photos whose files are gone are listed in
    the archive.

    Example:
      recog people download "Ada Lovelace" ada.zip
    """
    from recog.library.private_file import write_private_parts

    with session.open() as library:
        size = write_private_parts(file, library.people.archive(name))
    session.show_document({"file": file, "bytes": size}, f"Wrote {printable(file)}: {size / 1e6:,.1f} MB")


@verb
def ignored(
    session: Session,
    start: Annotated[int, typer.Option(min=0, metavar="N", help="Skip the first N.")] = 0,
    limit: Annotated[int, typer.Option("-n", min=1, metavar="N", help="Number of faces to list.")] = 100,
) -> None:
    """List the ignored faces, those found last first.

    Example:
      recog people ignored
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.faces.ignored(start=start, limit=limit), text_people.ignored)
