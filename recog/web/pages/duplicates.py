"""Who may be in the library twice, and which name may be two people's."""

from starlette.responses import HTMLResponse

from recog.library.reports.results import DuplicateReport
from recog.render.language import gettext_noop
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

FACES = 5
"""Shown on each side of a pair: one large, four small."""
router = page_router()
PAGE = Page(router, "/duplicates", gettext_noop("Duplicates"), 30)


@router.get("/duplicates")
@needs(Role.EDITOR)
def duplicates(opened: Reporting, framing: Framed) -> HTMLResponse:
    """Who may be in the library twice."""
    return HTMLResponse(duplicates_page(opened.library.reports.duplicates(), framing.frame()))


def duplicates_page(report: DuplicateReport, around: Frame) -> str:
    """Show pairs, the most probable first, then names of two people, each with buttons that answer it."""
    return show("duplicates.html", around, {"report": report, "faces": FACES})
