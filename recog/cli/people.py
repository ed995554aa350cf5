"""The verbs about people: list, show, confirm, rename, merge, hide, unhide, forget, reset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.acts import NEAR, PULL_IN
from recog.cli.failures import leave, say
from recog.cli.session import Session, verb
from recog.printable import printable
from recog.render.figures import count

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@verb
def list_people(
    session: Session,
    hidden: Annotated[bool, typer.Option("--hidden", help="List hidden people too.")] = False,
) -> None:
    """List everybody who has a name.

    Example:
      recog people list --hidden
    """
    with session.open() as library:
        session.show_people(library.people.all(hidden=hidden))


@verb
def show(session: Session, name: Name) -> None:
    """Show the faces of NAME and the photos they are in.

    Example:
      recog people show "Ada Lovelace"
    """
    with session.open() as library:
        session.show(library.people.person(name))


@verb
def confirm(  # noqa: PLR0917 - a verb and its options
    session: Session,
    name: Name,
    faces: Annotated[list[int] | None, typer.Argument(min=1, metavar="[FACE...]", show_default=False)] = None,
    cluster: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Confirm the unconfirmed faces of cluster N.", show_default=False),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Make the person where nobody has the name.")] = False,
    near: Annotated[bool, NEAR] = False,
) -> None:
    """Confirm that each FACE, by its number, shows NAME.

    Numbers of faces are in `recog people show`, in every --json document, and in the duplicate report; `recog cluster`
    numbers clusters, for as long as they last. Faces near the confirmed ones are named by distance at once, in a
    library of up to 20,000 faces; in a larger one by `recog identify --all`.

    Example:
      recog people confirm "Ada Lovelace" 41 57
      recog people confirm "Ada Lovelace" --cluster 3
    """
    if not faces and cluster is None:
        raise typer.BadParameter("give numbers of faces, or --cluster N")
    with session.open() as library:
        session.show(library.people.confirm(name, faces or (), cluster=cluster, new=new, near=near))
        if not library.people.matched_at_once:
            say(PULL_IN)


@verb
def rename(
    session: Session,
    old: Annotated[str, typer.Argument(metavar="OLD", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False)],
    near: Annotated[bool, NEAR] = False,
) -> None:
    """Give the person OLD the name NEW.

    Example:
      recog people rename Ada "Ada Lovelace"
    """
    with session.open() as library:
        session.show(library.people.rename(old, new, near=near))


@verb
def merge(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="SOURCE", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", show_default=False)],
) -> None:
    """Move all faces of SOURCE to TARGET and drop the name SOURCE.

    Example:
      recog people merge "A. Lovelace" "Ada Lovelace"
    """
    with session.open() as library:
        session.show(library.people.merge(source, target))


@verb
def hide(session: Session, name: Name) -> None:
    """Leave NAME out of lists; the faces stay known.

    Example:
      recog people hide "Passer-by"
    """
    with session.open() as library:
        session.show(library.people.hide(name))


@verb
def unhide(session: Session, name: Name) -> None:
    """Show NAME in lists again.

    Example:
      recog people unhide "Passer-by"
    """
    with session.open() as library:
        session.show(library.people.hide(name, hidden=False))


@verb
def forget(
    session: Session,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase NAME and everything derived from the faces.

    Faces, embeddings and thumbnails go; the photos stay, and indexing them again brings nothing back.

    Example:
      recog people forget "Ada Lovelace"
    """
    with session.open() as library:
        if not yes:
            detail = library.people.person(name)
            what = f"{printable(detail.person.name)} with {count(len(detail.faces), 'face')}"
            try:
                agreed = typer.confirm(f"Erase {what} for good?", err=True)
            except typer.Abort:
                typer.echo(err=True)  # ends the line of the question
                leave("nothing was forgotten, for nobody answered: --yes does not ask")
            if not agreed:
                leave("nothing was forgotten")
        session.show(library.people.forget(name))


@verb
def reset(
    session: Session,
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)],
) -> None:
    """Let the forgotten faces of each PHOTO be found again.

    Forgotten faces stay away when their photos are indexed anew. After this the next `recog index` finds those of these
    photos, as faces without a name.

    Example:
      recog people reset party.jpg
    """
    with session.open() as library:
        found = library.people.reset(photos)
    session.show_document(found, f"{count(found.faces, 'forgotten face')} may be found again: index the photos.")
