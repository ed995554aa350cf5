"""The verb that finds photos by people, dates, folders and numbers of people: find."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import echo, warn
from recog.cli.session import Session, verb
from recog.render.figures import count


@verb
def find(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="NAME...", show_default=False)],
    *,
    any_of: Annotated[
        bool, typer.Option("--any", help="List photos that fit any of the arguments, not only all.")
    ] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Use only faces that you confirmed, not those that recog named.")
    ] = False,
    by_path: Annotated[bool, typer.Option("--by-path", help="Sort by path, not by date.")] = False,
    clips: Annotated[
        Path | None,
        typer.Option("--clips", metavar="DIR", help="Cut the moments out of videos into DIR.", show_default=False),
    ] = None,
    null: Annotated[bool, typer.Option("--null", "-0", help="End each path with a null byte, for xargs -0.")] = False,
) -> None:
    """List the photos that show every NAME, or that fit a query.

    A query names people, dates, folders and numbers of people: see docs/reference/find.md. An argument that is exactly
    a name is that name.

    Prints one path a line, the newest photo first, and one existing file for each photo. A video has a line for each
    moment at which the people are seen: clip.mp4 00:12-00:31. Photos without a date of their
    own come last. Control characters in paths are escaped: programs should use --null or --json.

    Example:
      recog find "Ada Lovelace" "Charles Babbage"
      recog find Ada -0 | xargs -0 cp -t ~/for-ada
      recog find Ada --clips ~/ada-clips
      recog find Ada without Charles, from 2018 to 2020, in Holiday
    """
    if null and clips is not None:
        raise typer.BadParameter("give --null or --clips, not both")
    if null and session.as_json:
        raise typer.BadParameter("give --null or --json, not both")
    with session.open() as library:
        found = library.people.find_by_query(words, any_of=any_of, confirmed=confirmed, by_path=by_path)
        written = None if clips is None else library.people.write_clips(found, clips)
    from recog.render.text_find import clips_text, found_text, nobody_text

    if written is not None:
        for path, why in written.left_out:
            warn(f"no clip of {path}: {why}")
        session.show_document(written, clips_text(written) or "no video shows them")
    elif null:
        echo(b"".join(os.fsencode(one.paths[0]) + b"\0" for one in found.photos), end=False)
    elif found.photos or session.as_json:
        session.show_document(found, found_text(found))
    else:
        warn(nobody_text(found, words, any_of=any_of))
    if found.missing:
        warn(f"{count(found.missing, 'photo')} of them missing and not listed: see 'recog prune --dry-run'")
