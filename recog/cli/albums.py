"""The verbs about albums: add, list, show, stats, today, update, remove."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.failures import echo, warn
from recog.cli.session import Session, verb
from recog.printable import printable

if TYPE_CHECKING:  # the library loads only when a verb runs
    from recog.library.albums.results import KeptUp
    from recog.store.albums import AlbumOutput

AlbumArgument = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@verb
def add(  # noqa: PLR0917 - a verb and its options
    session: Session,
    name: AlbumArgument,
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="What the photos show.", show_default=False)],
    links: Annotated[
        Path | None,
        typer.Option("--links", metavar="DIR", help="Keep a folder of symbolic links.", show_default=False),
    ] = None,
    hard_links: Annotated[
        Path | None,
        typer.Option("--hard-links", metavar="DIR", help="Keep a folder of hard links.", show_default=False),
    ] = None,
    lists: Annotated[
        list[Path] | None,
        typer.Option("--list", metavar="FILE", help="Keep a .m3u, .m3u8 or .json list.", show_default=False),
    ] = None,
    feed: Annotated[
        Path | None, typer.Option("--feed", metavar="FILE", help="Keep an Atom feed of the latest.", show_default=False)
    ] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Use only faces that you confirmed, not those that recog named.")
    ] = False,
) -> None:
    """Add an album of the photos that fit a query, and keep it up.

    The query is that of `recog find` (see docs/reference/find.md). Every `recog index` brings the folders, lists
    and feed up to date, and `recog album update` does so at once. The album follows its people when they are renamed,
    merged or undone; it goes when one of them is forgotten. recog deletes only links and files that it made itself.

    Example:
      recog album add "Ada and Ben" --query "Ada and Ben" --links ~/Albums/ada-and-ben
      recog album add "Ada 2019" --query "Ada, 2019" --list ada.m3u --feed ada.xml
    """
    from recog.library.inputs import path_of
    from recog.render import text_albums
    from recog.store.albums import AlbumForm, AlbumOutput

    outputs = [AlbumOutput(AlbumForm.LINKS, path_of(links))] if links is not None else []
    outputs += [AlbumOutput(AlbumForm.HARD_LINKS, path_of(hard_links))] if hard_links is not None else []
    outputs += [_listed(path) for path in lists or ()]
    outputs += [AlbumOutput(AlbumForm.FEED, path_of(feed))] if feed is not None else []
    with session.open() as library:
        album, kept = library.albums.add(name, query, confirmed=confirmed, outputs=outputs)
    session.show(album, text_albums.album_line)
    _warn(kept)


def _listed(path: Path) -> AlbumOutput:
    from recog.library.albums.lists import SUFFIXES
    from recog.library.inputs import path_of
    from recog.store.albums import AlbumOutput

    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise typer.BadParameter(f"{path} is no .m3u, .m3u8 or .json file")
    return AlbumOutput(form, path_of(path))


@verb
def list_albums(session: Session) -> None:
    """List the albums with their queries, folders and files.

    Example:
      recog album list
    """
    from recog.render import text_albums

    with session.open() as library:
        found = library.albums.all()
    session.show_document({"albums": found}, text_albums.albums(found))


@verb
def show(
    session: Session,
    name: AlbumArgument,
    null: Annotated[bool, typer.Option("--null", "-0", help="End each path with a null byte, for xargs -0.")] = False,
) -> None:
    """List the photos of album NAME, one path a line, the newest first.

    Example:
      recog album show "Ada and Ben"
      recog album show "Ada and Ben" -0 | xargs -0 cp -t ~/for-ada
    """
    from recog.render import text_albums

    if null and session.as_json:
        raise typer.BadParameter("give --null or --json, not both")
    with session.open() as library:
        found = library.albums.photos(name)
    if null:
        echo(b"".join(os.fsencode(one.paths[0]) + b"\0" for one in found.photos), end=False)
    elif found.photos or session.as_json:
        session.show_document(found, text_albums.paths(found.photos))
    else:
        warn(f"no photo fits {found.query}")


@verb
def stats(
    session: Session,
    name: AlbumArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a page with plots.", show_default=False)
    ] = None,
) -> None:
    """Count the photos of album NAME by year, and who is on them with whom.

    Example:
      recog album stats "Ada and Ben"
      recog album stats "Ada and Ben" --out ada-and-ben.html
    """
    from recog.render import text_albums

    if out is not None and out.suffix.lower() != ".html":
        raise typer.BadParameter(f"{out} is no .html file")
    with session.open() as library:
        found = library.albums.statistics(name)
    if out is not None:
        from recog.render.album_page import write_statistics

        write_statistics(found, out)
        warn(f"wrote {printable(out)}")
    session.show(found, text_albums.statistics)


@verb
def today(
    session: Session,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            "--day", metavar="DATE", formats=["%Y-%m-%d"], help="Another day, YYYY-MM-DD.", show_default=False
        ),
    ] = None,
) -> None:
    """List the photos, of album NAME or of all, that were taken on this day of another year.

    Example:
      recog album today
      recog album today "Ada and Ben" --day 2026-12-10
    """
    from recog.render import text_albums

    on = date.today() if day is None else day.date()  # noqa: DTZ011 - the day where the user is
    with session.open() as library:
        session.show(library.albums.on_this_day(name, day=on), text_albums.on_this_day)


@verb
def update(session: Session) -> None:
    """Bring the folders, lists and feeds of all albums up to date, as every `recog index` does.

    Example:
      recog album update
    """
    from recog.render import text_albums

    with session.open() as library:
        kept = library.albums.update()
    session.show(kept, text_albums.kept_up)
    _warn(kept)


@verb
def remove(session: Session, name: AlbumArgument) -> None:
    """Remove album NAME with the links, lists and feeds that recog made of it; photos stay.

    Example:
      recog album remove "Ada and Ben"
    """
    with session.open() as library:
        album, left = library.albums.remove(name)
    session.show_document(album, f"Removed the album {printable(album.name)}; its photos stay.")
    _warn(left)


def _warn(kept: KeptUp) -> None:
    from recog.render import text_albums

    for sentence in text_albums.outdated(kept):
        warn(sentence)
