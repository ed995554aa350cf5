"""The verb that checks whether the face of a clip lives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.session import Session, verb

if TYPE_CHECKING:  # what loads only when a verb runs
    from recog.live.challenges import Challenge


ChallengeOption = Annotated[
    str | None,
    typer.Option(
        "--challenge",
        metavar="LIST",
        help="What the person was asked to do, in order: turn-left, turn-right, look-up, nearer.",
        show_default=False,
    ),
]


@verb
def live(
    session: Session,
    clip: Annotated[Path, typer.Argument(metavar="CLIP", show_default=False)],
    challenge: ChallengeOption = None,
) -> None:
    """Say whether the face in the video CLIP lives: live, not live, or cannot tell.

    CLIP shows one face from the front for at least 4 seconds; its first 8 are looked at. The check was trained on
    simulated attacks: do not let it guard anything alone.

    Example:
      recog live clip.mp4
      recog live clip.mp4 --challenge turn-left,nearer
    """
    asked = challenges_of(challenge)
    with session.open(ahead=True) as library:
        from recog.render import text_liveness

        session.show(library.liveness.check(clip, challenges=asked), text_liveness.checked)


def challenges_of(listed: str | None) -> tuple[Challenge, ...]:
    """Return the challenges of a list with commas; an unknown one is wrong usage."""
    if listed is None:
        return ()
    from recog.live.challenges import Challenge

    known = {one.value: one for one in Challenge}
    words = [word.strip() for word in listed.split(",")]
    if unknown := [word for word in words if word not in known]:
        raise typer.BadParameter(f"{unknown[0]!r} is no challenge: choose among {', '.join(known)}")
    return tuple(known[word] for word in words)
