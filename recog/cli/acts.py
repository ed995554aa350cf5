"""The verbs that correct: reject, ignore, unignore, distinct, split, why, history, undo."""

from __future__ import annotations

from typing import Annotated

import typer

from recog.cli.failures import say
from recog.cli.session import Session, verb

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Faces = Annotated[list[int], typer.Argument(min=1, metavar="FACE...", show_default=False)]

NEAR = typer.Option("--near", help="Take the name for somebody else's though somebody is called nearly so.")

PULL_IN = "a large library: run 'recog identify --all' to name the other faces by what you said"


@verb
def reject(session: Session, name: Name, faces: Faces) -> None:
    """Say that each FACE, by its number, is not NAME.

    No run names the face so again; another person may be found for it.

    Example:
      recog people reject "Ada Lovelace" 41 57
    """
    with session.open() as library:
        session.show(library.people.reject(name, faces))
        if not library.people.matched_at_once:
            say(PULL_IN)


@verb
def distinct(
    session: Session,
    name: Name,
    other: Annotated[str, typer.Argument(metavar="OTHER", show_default=False)],
) -> None:
    """Say that NAME and OTHER are two people.

    No report calls them one again.

    Example:
      recog people distinct "Ada Lovelace" "Annabella Byron"
    """
    with session.open() as library:
        session.show(library.people.distinct(name, other))


@verb
def ignore(session: Session, faces: Faces) -> None:
    """Name, group and report each FACE no more: nobody you care for.

    Example:
      recog people ignore 41 57
    """
    with session.open() as library:
        session.show(library.people.ignore(faces))


@verb
def unignore(session: Session, faces: Faces) -> None:
    """Care for each ignored FACE again.

    Example:
      recog people unignore 41 57
    """
    with session.open() as library:
        session.show(library.people.ignore(faces, ignored=False))


@verb
def split(
    session: Session,
    name: Name,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=4.0, metavar="D", help="Keep faces together up to squared distance D.", show_default=False
        ),
    ] = None,
) -> None:
    """Take NAME apart where several people bear it.

    The faces are grouped anew. The group with most confirmed faces keeps the name; the others become nobody's, are
    listed for you to name, and are not taken for NAME again. `recog people undo` takes it back.

    Example:
      recog people split "Ada Lovelace" --threshold 0.8
    """
    with session.open() as library:
        session.show(library.people.split(name, threshold=threshold))


@verb
def why(session: Session, face: Annotated[int, typer.Argument(metavar="FACE", show_default=False)]) -> None:
    """Say why FACE has its name, or none.

    Example:
      recog people why 41
    """
    with session.open() as library:
        session.show(library.faces.why(face))


@verb
def history(
    session: Session,
    limit: Annotated[int, typer.Option("-n", min=1, metavar="N", help="How many acts to list.")] = 20,
) -> None:
    """List what was said and done to people, the latest first.

    Example:
      recog people history -n 50
    """
    with session.open() as library:
        session.show(library.people.history(limit=limit))


@verb
def undo(session: Session) -> None:
    """Take back the latest act on people or faces; again, the one before.

    What `forget` erased stays erased.

    Example:
      recog people undo
    """
    with session.open() as library:
        session.show(library.people.undo())
        if not library.people.matched_at_once:
            say(PULL_IN)
