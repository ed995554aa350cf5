"""The verbs that recognise faces: enrol, identify, verify, search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.acts import MATCH_LATER
from recog.cli.failures import fail, warn
from recog.cli.options import NameArgument, NearOption
from recog.cli.session import Session, verb

if TYPE_CHECKING:  # what loads only when a verb runs
    from recog.library.photo_library import PhotoLibrary

DAY = ["%Y-%m-%d"]


class VerifyMethod(StrEnum):
    """Ways to decide whether a pair shows one person."""

    DISTANCE = "distance"
    LOGISTIC = "logistic"
    CHI_SQUARE = "chi-square"


@verb
def enrol(
    session: Session,
    name: NameArgument,
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)],
    face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Use the N-th face from the left.", show_default=False)
    ] = None,
    near: NearOption = False,
) -> None:
    """Teach recog the face of NAME; one PHOTO is enough.

    A photo with several faces needs --face. In a library of up to 20,000 faces, similar faces are named at once; in a
    larger one `recog identify --all` names them.

    Example:
      recog enrol "Ada Lovelace" ada.jpg
    """
    with session.open(ahead=True) as library:
        from recog.render import text_photos

        session.show(library.people.enrol(name, photos, face=face, near=near), text_photos.enrolment)
        if not library.people.matched_at_once:
            warn(MATCH_LATER)


@verb
def identify(
    session: Session,
    photos: Annotated[list[Path] | None, typer.Argument(metavar="[PHOTO...]", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Name the faces of the whole library instead.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Name the face of a video only if it lives (see recog live).")
    ] = False,
) -> None:
    """Name every face in each PHOTO, or call it unknown.

    A photo that cannot be used is reported on stderr, does not stop the others, and makes the exit code 1. With --live
    so does a video whose face is not shown to live: it gets no name.

    Example:
      recog identify party.jpg
      recog identify --live clip.mp4
      recog identify --all
    """
    if bool(photos) == everything or (live and everything):
        raise typer.BadParameter("give photos, or --all for the whole library")
    with session.open(ahead=not everything) as library:
        if everything:
            from recog.render import text_photos

            session.show(library.people.match_all(), text_photos.matches)
        elif live:
            _warn_of_another_network(library)
            _identify_living(session, photos or (), library)
        else:
            _warn_of_another_network(library)
            session.show_photos(photos or (), library.identify)


def _identify_living(session: Session, clips: Sequence[Path], library: PhotoLibrary) -> None:
    """Name the face of each clip that lives; fail at the end if a clip cannot be used, or its face is not live."""
    from recog.live.fusion import Verdict
    from recog.render import text_liveness

    found = session.show_each(clips, library.liveness.identify, text_liveness.named, name="clips")
    unshown = [one for one in found if one.live.verdict is not Verdict.LIVE]
    if unshown:
        fail(f"{len(unshown)} of {len(clips)} clips are not shown to be live, so nobody is named there")


@verb
def verify(
    session: Session,
    left: Annotated[Path, typer.Argument(metavar="A", show_default=False)],
    right: Annotated[str, typer.Argument(metavar="B", show_default=False)],
    *,
    face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Use the N-th face of A from the left.", show_default=False)
    ] = None,
    other_face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Use the N-th face of B from the left.", show_default=False)
    ] = None,
    method: Annotated[VerifyMethod, typer.Option(help="How to decide.")] = VerifyMethod.DISTANCE,
) -> None:
    """Decide whether A and B show the same person.

    A is a photo; B is a photo or a person's name. A photo with several faces needs --face or --other-face. Every method
    except distance needs `recog train verifier` first.

    Example:
      recog verify ada.jpg party.jpg --other-face 2
      recog verify ada.jpg "Ada Lovelace"
    """
    with session.open(ahead=True) as library:
        from recog.render import text_photos
        from recog.verification.features import Method

        decided = library.verify(left, right, face=face, other_face=other_face, method=Method(method.value))
        session.show(decided, text_photos.verified)


@verb
def search(  # noqa: PLR0917 - a verb and its options
    session: Session,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, metavar="K", help="Number of faces to find.")] = 20,
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only faces that have this name.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="FOLDER", help="Only photos in this folder.", show_default=False)
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, metavar="DAY", help="Only photos from this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, metavar="DAY", help="Only photos up to this day.")
    ] = None,
) -> None:
    """Find the K most similar faces of the library for each face in PHOTO.

    A DAY is written 2019-12-31. With one, photos without a date of their own are left out.

    Example:
      recog search party.jpg -k 10 --since 2019-06-01
    """
    with session.open(ahead=True) as library:
        from recog.render import text_photos

        _warn_of_another_network(library)
        found = library.search(
            photo,
            k=k,
            person=person,
            folder=folder,
            since=None if since is None else since.date(),
            until=None if until is None else until.date(),
        )
        session.show(found, text_photos.searched)


def _warn_of_another_network(library: PhotoLibrary) -> None:
    """Warn if no face of the library can be found, because another network embedded all of them."""
    from recog.library.maintenance.results import ANOTHER_NETWORK
    from recog.render.remedies import EMBED_ANEW

    context = library.context
    if context.catalog.embeddings.are_of_others(context.networks.info.sha256):
        warn(f"{ANOTHER_NETWORK}: {EMBED_ANEW}")
