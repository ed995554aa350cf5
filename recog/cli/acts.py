"""The verbs that correct names and explain them: reject, ignore, distinct, twins, split, why, history, undo."""

from __future__ import annotations

from typing import Annotated

import typer

from recog.cli.failures import warn
from recog.cli.options import NameArgument
from recog.cli.session import Session, verb

Faces = Annotated[list[int], typer.Argument(min=1, metavar="FACE...", show_default=False)]

MATCH_LATER = "the library is large: run 'recog identify --all' to apply this to the other faces"


@verb
def reject(session: Session, name: NameArgument, faces: Faces) -> None:
    """Record that no FACE (a face number) shows NAME.

    recog never gives these faces that name again, but may find another person for them.

    Example:
      recog people reject "Ada Lovelace" 41 57
    """
    from recog.render import text_people

    with session.open() as library:
        session.show(library.people.reject(name, faces), text_people.person_line)
        if not library.people.matched_at_once:
            warn(MATCH_LATER)


@verb
def distinct(
    session: Session,
    name: NameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", show_default=False)],
) -> None:
    """Record that NAME and OTHER are different people.

    No report suggests merging them again.

    Example:
      recog people distinct "Ada Lovelace" "Annabella Byron"
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.distinct(name, other), text_acts.distinct)


@verb
def twins(
    session: Session,
    name: Annotated[str | None, typer.Argument(metavar="[NAME", show_default=False)] = None,
    other: Annotated[str | None, typer.Argument(metavar="OTHER]", show_default=False)] = None,
    apart: Annotated[bool, typer.Option("--not", help="Let recog tell NAME and OTHER apart again.")] = False,
) -> None:
    """Record that NAME and OTHER are twins; without names, list the twins.

    recog never names a face as either of them by itself again: it asks which of the two it is. Names that you confirmed
    stay. Use it for anybody whom recog mixes up; `recog report lookalikes` lists them.

    Example:
      recog people twins "Ada Lovelace" "Bea Lovelace"
      recog people twins "Ada Lovelace" "Bea Lovelace" --not
      recog people twins
    """
    from recog.render import text_acts

    if name is not None and other is None:
        raise typer.BadParameter("give two names, or none to list the twins")
    with session.open() as library:
        if name is None or other is None:
            if apart:
                raise typer.BadParameter("--not takes two names")
            found = library.people.twins()
            session.show_document({"twins": found}, text_acts.all_twins(found))
            return
        session.show(library.people.set_twins(name, other, alike=not apart), text_acts.twins)
        if not library.people.matched_at_once:
            warn(MATCH_LATER)


@verb
def ignore(
    session: Session,
    faces: Faces,
    *,
    others: Annotated[
        bool, typer.Option("--others", help="Ignore everybody else without a name on the photos of each FACE instead.")
    ] = False,
) -> None:
    """Ignore each FACE: it gets no name and appears in no group or report.

    Example:
      recog people ignore 41 57
      recog people ignore 41 --others
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.ignore(faces, others=others), text_acts.ignored)


@verb
def unignore(session: Session, faces: Faces) -> None:
    """Stop ignoring each FACE.

    Example:
      recog people unignore 41 57
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.ignore(faces, ignored=False), text_acts.ignored)


@verb
def split(
    session: Session,
    name: NameArgument,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=4.0, metavar="D", help="Group faces up to the squared distance D.", show_default=False
        ),
    ] = None,
) -> None:
    """Split NAME if several people share the name.

    The faces are grouped again. The group with most confirmed faces keeps the name. The other groups lose it for good
    and are listed for you to name. `recog people undo` reverts the split.

    Example:
      recog people split "Ada Lovelace" --threshold 0.8
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.split(name, threshold=threshold), text_acts.split)


@verb
def why(session: Session, face: Annotated[int, typer.Argument(metavar="FACE", show_default=False)]) -> None:
    """Explain why FACE has its name, or no name.

    Example:
      recog people why 41
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.faces.why(face), text_acts.reasons)


@verb
def history(
    session: Session,
    limit: Annotated[int, typer.Option("-n", min=1, metavar="N", help="Number of actions to list.")] = 20,
) -> None:
    """List the changes to people and faces, the latest first.

    Example:
      recog people history -n 50
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.history(limit=limit), text_acts.history)


@verb
def undo(
    session: Session,
    act: Annotated[
        int | None,
        typer.Argument(min=1, metavar="[ACT]", help="Its number in `recog people history`.", show_default=False),
    ] = None,
) -> None:
    """Undo ACT, or the latest change to people or faces; run it again to undo the one before.

    An earlier change is undone alone, unless a later one builds on it. What `recog people forget` erased stays erased.

    Example:
      recog people undo
      recog people undo 12
    """
    from recog.render import text_acts

    with session.open() as library:
        session.show(library.people.undo(act), text_acts.undone)
        if not library.people.matched_at_once:
            warn(MATCH_LATER)
