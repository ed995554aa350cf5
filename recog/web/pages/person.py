"""One person with all faces."""

from typing import Annotated

from fastapi import Query
from starlette.responses import HTMLResponse

from recog.library.people.results import PersonDetail
from recog.types import Origin
from recog.web.api import LARGEST
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.shell import Frame, show

DOUBTFUL_SHOWN = 200
"""Of the faces named by distance, the farthest; answering them brings up the others."""
CONFIRMED_SHOWN = 500
"""Confirmed faces on one page."""
router = page_router()
PAGE = Page(router)


@router.get("/people/{person_id:int}")
def person(
    opened: Opened,
    framing: Framed,
    person_id: Number,
    start: Annotated[int, Query(ge=0, le=LARGEST, description="Face.")] = 0,
) -> HTMLResponse:
    """One person's faces."""
    detail = opened.library.people.person_by_number(person_id)
    return HTMLResponse(person_page(detail, framing.frame(), start=start))


def person_page(detail: PersonDetail, around: Frame, *, start: int = 0) -> str:
    """Show doubtful faces first, with yes and no; then the confirmed ones from `start` on."""
    confirmed = [face for face, _ in detail.faces if face.origin is Origin.CONFIRMED]
    matched = [face for face, _ in detail.faces if face.origin is not Origin.CONFIRMED]
    matched.sort(key=lambda face: (-(face.squared_distance or 0.0), face.id))
    values = {
        "person": detail.person,
        "doubtful": matched[:DOUBTFUL_SHOWN],
        "nearer": len(matched) - DOUBTFUL_SHOWN,
        "all_confirmed": len(confirmed),
        "confirmed": confirmed[start : start + CONFIRMED_SHOWN],
        "earlier": max(0, start - CONFIRMED_SHOWN) if start > 0 else None,
        "further": start + CONFIRMED_SHOWN if start + CONFIRMED_SHOWN < len(confirmed) else None,
    }
    return show("person.html", around, values)
