"""Photos that are there twice: which file to keep, and a list of the others."""

from typing import Annotated

from fastapi import Query
from starlette.responses import HTMLResponse, Response

from recog.library.reports.results import CopiedPhotos
from recog.render.text_copies import facts, key_of, list_of, others
from recog.store.account_records import Role
from recog.web.api import Start
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 60
"""Groups on one page."""
Keep = Annotated[
    list[str], Query(max_length=2000, description="Files to keep in place of the best ones, as the page names them.")
]
router = page_router()
PAGE = Page(router)


@router.get("/duplicates/photos")
@needs(Role.EDITOR)
def copies(opened: Reporting, framing: Framed, start: Start = 0) -> HTMLResponse:
    """Photos that are there twice."""
    return HTMLResponse(copies_page(opened.library.reports.copies(), framing.frame(), start=start))


@router.get("/duplicates/photos.txt", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
@needs(Role.EDITOR)
def listed(opened: Reporting, keep: Keep = []) -> Response:  # noqa: B006 - FastAPI copies it
    """The files that are not kept, one path a line, as a file to download."""
    content = list_of(others(opened.library.reports.copies(), frozenset(keep)))
    attached = {"Content-Disposition": 'attachment; filename="copies.txt"'}
    return Response(content, media_type="text/plain", headers=attached)


def copies_page(found: CopiedPhotos, around: Frame, *, start: int = 0) -> str:
    """Show groups of files that show one picture, the best file first, with what they are ranked by."""
    shown = found.groups[start : start + SHOWN]
    values = {
        "groups": [(group.exact, [(key_of(one), one, facts(one)) for one in group.files]) for group in shown],
        "all": len(found.groups),
        "others": len(others(found)),
        "newer": f"?start={max(0, start - SHOWN)}" if start else None,
        "older": f"?start={start + SHOWN}" if start + SHOWN < len(found.groups) else None,
    }
    return show("duplicate_photos.html", around, values)
