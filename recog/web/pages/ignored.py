"""The faces that are ignored, and a way to care for them again."""

from starlette.responses import HTMLResponse

from recog.library.browsing.faces import IgnoredPage
from recog.store.account_records import Role
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 300
"""Faces on one page."""
router = page_router()
PAGE = Page(router)


@router.get("/ignored")
@needs(Role.EDITOR)
def ignored(opened: Opened, framing: Framed, start: Start = 0) -> HTMLResponse:
    """The faces that are ignored."""
    return HTMLResponse(ignored_page(opened.library.faces.ignored(start=start, limit=SHOWN), framing.frame()))


def ignored_page(found: IgnoredPage, around: Frame) -> str:
    """Show ignored faces, which can be picked and taken back, one, some or all of the page."""
    values = {
        "found": found,
        "newer": f"?start={max(0, found.start - SHOWN)}" if found.start else None,
        "older": f"?start={found.start + SHOWN}" if found.start + SHOWN < found.all else None,
    }
    return show("ignored.html", around, values)
