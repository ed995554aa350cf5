"""The verbs about people: list, show, confirm, mark, rename, merge, hide, unhide, forget, reset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.acts import MATCH_LATER
from recog.cli.ask_first import ask_first
from recog.cli.failures import fail, warn
from recog.cli.options import NameArgument, NearOption
from recog.cli.session import Session, verb
from recog.printable import printable
from recog.render.figures import count


@verb
def list_people(
    session: Session,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also list hidden people.")] = False,
) -> None:
    """List the people.

    Example:
      recog people list --hidden
    """
    from recog.render.text_people import people

    with session.open() as library:
        everybody = library.people.all(hidden=hidden)
        session.show_document({"people": everybody}, people(everybody))


@verb
def show(session: Session, name: NameArgument) -> None:
    """Show the faces of NAME and their photos.

    Example:
      recog people show "Ada Lovelace"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.person(name), text_people.person_detail)


@verb
def confirm(  # noqa: PLR0917 - a verb and its options
    session: Session,
    name: NameArgument,
    faces: Annotated[list[int] | None, typer.Argument(min=1, metavar="[FACE...]", show_default=False)] = None,
    cluster: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Confirm the unconfirmed faces of cluster N.", show_default=False),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Create the person if nobody has the name.")] = False,
    near: NearOption = False,
) -> None:
    """Confirm that each FACE (a face number) shows NAME.

    Face numbers are in `recog people show`, in the duplicates report and in every --json answer; cluster numbers are in
    `recog cluster`. In a library of up to 20,000 faces, similar faces are named at once; in a larger one
    `recog identify --all` names them.

    Example:
      recog people confirm "Ada Lovelace" 41 57
      recog people confirm "Ada Lovelace" --cluster 3
    """
    from recog.render import text_acts

    if not faces and cluster is None:
        raise typer.BadParameter("give face numbers, or --cluster N")
    with session.open() as library:
        session.show(
            library.people.confirm(name, faces or (), cluster=cluster, new=new, near=near), text_acts.confirmation
        )
        if not library.people.matched_at_once:
            warn(MATCH_LATER)


@verb
def mark(  # noqa: PLR0917 - a verb and its arguments
    session: Session,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    left: Annotated[float, typer.Argument(min=0.0, metavar="X", show_default=False)],
    top: Annotated[float, typer.Argument(min=0.0, metavar="Y", show_default=False)],
    width: Annotated[float, typer.Argument(min=1.0, metavar="W", show_default=False)],
    height: Annotated[float, typer.Argument(min=1.0, metavar="H", show_default=False)],
    name: NameArgument,
    near: NearOption = False,
) -> None:
    """Name a face that no detector found, by a box on PHOTO.

    X and Y are the left and upper edge of the face in PHOTO as you see it, W and H its width and height, all in pixels.
    PHOTO must be in the library. recog moves the box to where it sees eyes, nose and mouth; if it sees none, the box
    stays as you gave it, and no other face gets the name from this one. The face stays when you index again, whatever
    detector and network you use then, and moves with an edited photo. If the library knows a face there already, that
    face is confirmed. `recog people undo` removes the face again.

    Example:
      recog people mark party.jpg 410 220 96 120 "Ada Lovelace"
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.mark(photo, (left, top, width, height), name, near=near), text_acts.marked)
        if not library.people.matched_at_once:
            warn(MATCH_LATER)


@verb
def rename(
    session: Session,
    old: Annotated[str, typer.Argument(metavar="OLD", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    near: NearOption = False,
) -> None:
    """Rename the person OLD to NEW.

    Example:
      recog people rename Ada "Ada Lovelace"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.rename(old, new, near=near), text_people.person_line)


@verb
def merge(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="SOURCE", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", show_default=False)],
) -> None:
    """Move all faces of SOURCE to TARGET and delete the person SOURCE.

    Example:
      recog people merge "A. Lovelace" "Ada Lovelace"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.merge(source, target), text_people.person_line)


@verb
def hide(session: Session, name: NameArgument) -> None:
    """Leave NAME out of lists; recog still recognises the face.

    Example:
      recog people hide "Passer-by"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.hide(name), text_people.person_line)


@verb
def unhide(session: Session, name: NameArgument) -> None:
    """Show NAME in lists again.

    Example:
      recog people unhide "Passer-by"
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.hide(name, hidden=False), text_people.person_line)


@verb
def forget(
    session: Session,
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    prove: Annotated[
        bool, typer.Option("--report", help="Look for traces of NAME in the library's files afterwards.")
    ] = False,
) -> None:
    """Erase NAME and everything derived from the faces, for good.

    Erases faces, embeddings and thumbnails. The photos stay, and indexing them again does not bring the faces back.
    --report then searches every file of the library for the name, embeddings and thumbnails, and fails if one is left.

    Example:
      recog people forget "Ada Lovelace"
    """
    from recog.render import text_people

    with session.open() as library:
        if not yes:
            detail = library.people.person(name)
            what = f"{printable(detail.person.name)} with {count(len(detail.faces), 'face')}"
            ask_first(f"Erase {what} for good?", refused="nothing was forgotten")
        if not prove:
            session.show(library.people.forget(name), text_people.forgotten)
            return
        from recog.render.text_privacy import erasure

        found = library.people.forget_and_prove(name)
        session.show(found, erasure)
    if found.found:
        fail(f"{count(len(found.found), 'trace')} of {printable(name)} found after erasing: see above")


@verb
def reset(
    session: Session,
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)],
) -> None:
    """Allow the forgotten faces of each PHOTO to be found again.

    Forgotten faces are skipped when their photos are indexed again. After this verb the next `recog index` finds those
    of these photos, as faces without a name.

    Example:
      recog people reset party.jpg
    """
    with session.open() as library:
        found = library.people.reset(photos)
    session.show_document(found, f"{count(found.faces, 'forgotten face')} may be found again: index the photos.")
