"""Ask who is on a photo that need not be in the library."""

from fastapi import Request
from starlette.responses import HTMLResponse

from recog.render.language import gettext_noop
from recog.store.account_records import Role
from recog.web.bodies import Limits
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router, "/find", gettext_noop("Ask a photo"), 40)


@router.get("/find")
@needs(Role.VIEWER)
def find(framing: Framed, request: Request) -> HTMLResponse:
    """Ask who is on a photo."""
    limits: Limits = request.app.state.limits
    return HTMLResponse(find_page(framing.frame(), most=limits.photo))


def find_page(around: Frame, *, most: int) -> str:
    """Show where to drop a photo of at most `most` bytes; a script sends it to the API and shows the answer."""
    return show("find.html", around, {"most": most})
