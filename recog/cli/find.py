"""The verb that finds photos of people: find."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from recog.cli.failures import say, tell
from recog.cli.session import Session, verb
from recog.render.figures import count


@verb
def find(
    session: Session,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", show_default=False)],
    *,
    any_of: Annotated[bool, typer.Option("--any", help="Photos with any of them, not with all.")] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="By faces that you confirmed alone, not those that recog named.")
    ] = False,
    by_path: Annotated[bool, typer.Option("--by-path", help="Order by path, not by date.")] = False,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="End each path with a null byte, as xargs -0 wants them.")
    ] = False,
) -> None:
    """List the photos on which everybody named is.

    One path a line, of each photo one file that is there; the newest first. Photos come last of which nothing but the
    file's own time is known. A line shows control characters written out: for programs there are --null and --json.

    Example:
      recog find "Ada Lovelace" "Charles Babbage"
      recog find Ada -0 | xargs -0 cp -t ~/for-ada
    """
    if null and session.as_json:
        raise typer.BadParameter("--null or --json, not both")
    with session.open() as library:
        found = library.people.find(names, any_of=any_of, confirmed=confirmed, by_path=by_path)
    from recog.render.text_find import found_text, nobody_text

    if null:
        tell(b"".join(os.fsencode(one.paths[0]) + b"\0" for one in found.photos), end=False)
    elif found.photos or session.as_json:
        session.show_document(found, found_text(found))
    else:
        say(nobody_text(found, any_of=any_of))
    if found.missing:
        say(f"{count(found.missing, 'photo')} of them missing and not listed: look at 'recog prune --dry-run'")
