"""The output of the verbs that measure: scores on stdout and, if asked for, a folder with a page and plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from recog.cli.folders import check_folder
from recog.cli.session import Session

if TYPE_CHECKING:  # types of what loads only when a verb runs
    from recog.render.score_plots import Plot
    from recog.render.sheet import Sheet


def check_output(out: Path | None) -> None:
    """Raise before the measurement what would keep its plots from being drawn or written: RecogError."""
    if out is not None:
        from recog.render.canvas import check_drawing

        check_drawing()
        check_folder(out)


def show_scores(
    session: Session, run: object, name: str, sheet: Sheet, *, plots: Callable[[], tuple[Plot, ...]], out: Path | None
) -> None:
    """Print the scores, and write them to a folder if one is named."""
    from recog.render.sheet import sheet_text

    text = sheet_text(sheet)
    if out is not None:
        from recog.render.score_page import write_scores

        text += f"\n\nWrote {write_scores(out, name, sheet, plots(), run)}"
    session.show_document(run, text)
