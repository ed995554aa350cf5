"""The verb that shows what the index trades: index-tune."""

from __future__ import annotations

from recog.cli.session import Session, verb


@verb
def index_tune(session: Session) -> None:
    """Show recall against time of the vector index on your own faces.

    What is chosen, and why; nothing is changed: the index chooses by itself, and again when the library has grown.

    Example:
      recog index-tune
    """
    with session.open() as library:
        session.show(library.maintenance.tune_index())
