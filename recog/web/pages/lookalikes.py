"""Who looks like whom, and how often recog would mix them up."""

from starlette.responses import HTMLResponse

from recog.library.reports.lookalike_results import LookalikesReport
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)


@router.get("/duplicates/lookalikes")
@needs(Role.EDITOR)
def lookalikes(opened: Reporting, framing: Framed) -> HTMLResponse:
    """Who looks like whom."""
    return HTMLResponse(lookalikes_page(opened.library.reports.lookalikes(), framing.frame()))


def lookalikes_page(report: LookalikesReport, around: Frame) -> str:
    """Show pairs of people in a table, the surest to be mixed up first, each with a button that marks twins."""
    return show("lookalikes.html", around, {"report": report})
