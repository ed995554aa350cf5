"""The verbs about pictures for others: share, people never-share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import fail
from recog.cli.option_values import option_values
from recog.cli.session import Session, verb
from recog.library.sharing.results import Kind, Wish
from recog.share.masks import Mask

PAGES = frozenset({".html", ".htm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOptions:
    """What `recog share` is told besides its photos."""

    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="PATH", help="Write to a folder, a new .zip file, or a new .html page.", show_default=False
        ),
    ]
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="NAME", help="Keep NAME visible; may be repeated.", show_default=False),
    ] = None
    hide: Annotated[
        list[Kind] | None,
        typer.Option("--hide", help="Cover faces of this kind only; may be repeated.", show_default=False),
    ] = None
    mask: Annotated[Mask, typer.Option("--mask", help="What stands in for a head.")] = Mask.BLUR
    painting: Annotated[
        Path | None,
        typer.Option("--painting", metavar="FILE", help="The style of --mask style.", show_default=False),
    ] = None
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Keep only faces visible that you confirmed, not those recog named.")
    ] = False
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            metavar="FILE",
            help="Read the password of the page from FILE; without it, recog makes one.",
            show_default=False,
        ),
    ] = None

    def wish(self) -> Wish:
        """Return who stays visible, and how the others are covered."""
        if bool(self.keep) == bool(self.hide):
            raise typer.BadParameter("give --keep NAME or --hide KIND, and not both")
        if (self.painting is not None) != (self.mask is Mask.STYLE):
            raise typer.BadParameter("--mask style and --painting FILE go together")
        if self.password_file is not None and self.out.suffix.lower() not in PAGES:
            raise typer.BadParameter("--password-file is for a page: let --out end in .html")
        return Wish(tuple(self.keep or ()), frozenset(self.hide or ()), self.confirmed, self.mask, self.painting)


@verb
@option_values
def share(
    session: Session,
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)],
    *,
    options: ShareOptions,
) -> None:
    """Make pictures for others on which only those can be recognised whom you keep.

    Covers the head of everybody else, hair included, and writes a new picture without EXIF, place, time, name or
    thumbnail. recog then looks at the finished picture: whoever it still finds there, or brings back by undoing the
    blur, is covered more strongly, and if that does not help, the photo is refused. Photos are never changed, and no
    file is overwritten. Clothes, surroundings and the people who stay visible may still tell who somebody is.

    A page is encrypted and opens with its password in any browser, without a connection.

    Example:
      recog share party.jpg beach.jpg --keep Ada --out for-ada/
      recog share party.jpg --keep Ada --keep Charles --mask pixelate --out party.zip
      recog share party.jpg --hide unknown --out party.html
    """
    from recog.render import text_sharing

    wish = options.wish()
    with session.open() as library:
        if options.out.suffix.lower() not in PAGES:
            session.show(library.sharing.share(photos, options.out, wish), text_sharing.shared)
            return
        from recog.library.inputs import path_of, paths_of
        from recog.library.sharing.locking import made_password
        from recog.render.locked_album import locked_album

        file = options.password_file
        password = made_password() if file is None else _password(file)
        out = path_of(options.out)
        with locked_album(out, password) as album:
            done = library.sharing.into(album, paths_of(photos), out, wish)
        session.show(replace(done, password=password if file is None else None), text_sharing.shared)


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        fail(f"{file} cannot be read as text: name a file that holds the password and nothing else")


@verb
def never_share(
    session: Session,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    allow: Annotated[bool, typer.Option("--allow", help="Take the mark back.")] = False,
) -> None:
    """Mark NAME as somebody whom no shared picture shows; without NAME, list those who are marked.

    `recog share` then covers the face of NAME, and refuses a photo on which it would stay visible.

    Example:
      recog people never-share "Ada Lovelace"
      recog people never-share "Ada Lovelace" --allow
      recog people never-share
    """
    from recog.render import text_sharing

    if name is None and allow:
        raise typer.BadParameter("--allow takes the mark of somebody back: give NAME")
    with session.open() as library:
        if name is None:
            people = library.people.never_shared()
            session.show_document({"people": people}, text_sharing.never_shared(people))
            return
        person = library.people.set_shareable(name, shareable=allow)
    session.show_document({"person": person, "shareable": allow}, text_sharing.shareable_line(person, shareable=allow))
