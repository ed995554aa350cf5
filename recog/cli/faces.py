"""The verbs that ask about faces: enrol, identify, verify, search."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.acts import NEAR, PULL_IN
from recog.cli.failures import say
from recog.cli.session import Session, verb


class VerifyMethod(StrEnum):
    """How a pair is decided."""

    DISTANCE = "distance"
    LOGISTIC = "logistic"
    CHI_SQUARE = "chi-square"


@verb
def enrol(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)],
    face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take the N-th face from the left.", show_default=False)
    ] = None,
    near: Annotated[bool, NEAR] = False,
) -> None:
    """Teach recog who NAME is; one PHOTO is enough.

    A photo with several faces needs --face. Faces of the library near the one enrolled are named by distance at
    once, in a library of up to 20,000 faces; in a larger one by `recog identify --all`.

    Example:
      recog enrol "Ada Lovelace" ada.jpg
    """
    with session.open() as library:
        session.show(library.people.enrol(name, photos, face=face, near=near))
        if not library.people.matched_at_once:
            say(PULL_IN)


@verb
def identify(
    session: Session,
    photos: Annotated[list[Path] | None, typer.Argument(metavar="[PHOTO...]", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Name the faces of the whole library instead.")] = False,
) -> None:
    """Name every face in each PHOTO, or call it unknown.

    A photo that cannot be used is said on stderr, stops no other, and makes the exit code 1.

    Example:
      recog identify party.jpg
      recog identify --all
    """
    if bool(photos) == everything:
        raise typer.BadParameter("give photos, or --all for the whole library")
    with session.open() as library:
        if everything:
            session.show(library.people.match_all())
        else:
            session.show_photos(photos or (), library.identify)


@verb
def verify(
    session: Session,
    left: Annotated[Path, typer.Argument(metavar="A", show_default=False)],
    right: Annotated[str, typer.Argument(metavar="B", show_default=False)],
    *,
    face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take the N-th face of A from the left.", show_default=False)
    ] = None,
    other_face: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take the N-th face of B from the left.", show_default=False)
    ] = None,
    method: Annotated[VerifyMethod, typer.Option(help="How to decide.")] = VerifyMethod.DISTANCE,
) -> None:
    """Say whether photo A and B show the same person.

    B is a photo or a person's name. A photo with several faces needs --face or --other-face. All methods but distance
    need `recog train verifier` first.

    Example:
      recog verify ada.jpg party.jpg --other-face 2
      recog verify ada.jpg "Ada Lovelace"
    """
    from recog.verification.features import Method

    with session.open() as library:
        decided = library.verify(left, right, face=face, other_face=other_face, method=Method(method.value))
        session.show(decided)


@verb
def search(
    session: Session,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, metavar="K", help="How many faces to find.")] = 20,
) -> None:
    """Find the K nearest faces of each face in PHOTO.

    Example:
      recog search party.jpg -k 10
    """
    with session.open() as library:
        session.show(library.search(photo, k=k))
