"""The verb that measures the vector index: index-tune."""

from __future__ import annotations

from recog.cli.session import Session, verb


@verb
def index_tune(session: Session) -> None:
    """Measure recall and search time of the vector index on your own faces.

    Shows the setting in use and the reason for it. Changes nothing: the index chooses its setting itself, and again
    when the library has grown.

    Example:
      recog index-tune
    """
    from recog.render import text_tuning

    with session.open() as library:
        session.show(library.maintenance.tune_index(), text_tuning.tuned)
