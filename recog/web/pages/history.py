"""What was done to people and faces, each act with a way back."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query
from starlette.responses import HTMLResponse

from recog.render.language import gettext_noop
from recog.render.taken import day_in_words
from recog.render.text_acts import deed
from recog.store.account_records import Role
from recog.store.records import PastAct
from recog.web.library import Opened
from recog.web.numbers import LARGEST
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 100
"""Acts on one page."""
FACES_SHOWN = 6
"""Faces shown of one act."""
router = page_router()
PAGE = Page(router, "/history", gettext_noop("History"), 40)


@router.get("/history")
@needs(Role.EDITOR)
def history(
    opened: Opened,
    framing: Framed,
    before: Annotated[int | None, Query(ge=1, le=LARGEST, description="Only acts before this one.")] = None,
) -> HTMLResponse:
    """What was done to people and faces, the latest act first."""
    library = opened.library
    acts = library.people.history(limit=SHOWN + 1, before=before).acts
    pictured = library.faces.with_thumbnails(one for act in acts for one in act.face_ids[:FACES_SHOWN])
    return HTMLResponse(history_page(acts, framing.frame(), pictured=pictured, latest=before is None))


def history_page(acts: Sequence[PastAct], around: Frame, *, pictured: frozenset[int], latest: bool) -> str:
    """Show acts, the latest first; one more than SHOWN says that there are further ones.

    pictured: the faces that have a thumbnail. latest: no act was done after the first of these.
    """
    shown = acts[:SHOWN]
    values = {
        "days": _by_day(shown),
        "latest": latest,
        "pictured": pictured,
        "faces_shown": FACES_SHOWN,
        "further": shown[-1].id if len(acts) > SHOWN else None,
    }
    return show("history.html", around, values)


def _by_day(acts: Sequence[PastAct]) -> dict[str, list[tuple[PastAct, str]]]:
    """Return the acts of each day, in words and in UTC, with what each did as a sentence goes on after 'you'."""
    days: dict[str, list[tuple[PastAct, str]]] = {}
    for act in acts:
        days.setdefault(day_in_words(date.fromisoformat(act.at[:10])), []).append((act, deed(act)))
    return days
