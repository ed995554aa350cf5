"""The verb that lists people whom recog mixes up: report lookalikes."""

from __future__ import annotations

from recog.cli.session import Session, verb


@verb
def lookalikes(session: Session) -> None:
    """List people who look alike, and how often a face of one would get the name of the other.

    Tries every face that you confirmed as if it had no name, against the other photos, and counts whose name it would
    get. With each rate stand the number of faces and its 95 % interval: few faces say little. People of fewer than two
    photos are not tried. `recog people twins` makes recog ask about two people always.

    Example:
      recog report lookalikes
      recog report lookalikes --json
    """
    from recog.render.text_lookalikes import lookalikes_text

    with session.open() as library:
        session.show(library.reports.lookalikes(), lookalikes_text)
