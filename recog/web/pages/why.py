"""Why a face looks like its person: which parts of it speak for that, and which against."""

from typing import Any

from starlette.responses import HTMLResponse, Response

from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.render.why_page import why_picture
from recog.render.why_words import face_words, pair_words
from recog.store.account_records import Role
from recog.web.failures import documented
from recog.web.library import Reporting
from recog.web.page import Framed, Number, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "a picture without metadata", "content": {"image/png": {}}},
    **documented(404, 409, pages=True),
}


@router.get("/faces/{face_id:int}/why")
@needs(Role.VIEWER)
def why(opened: Reporting, framing: Framed, face_id: Number) -> HTMLResponse:
    """Which parts of a face make it look like its person."""
    return HTMLResponse(why_page(face_id, opened.library.explaining.why(face_id), framing.frame()))


@router.get("/faces/{face_id:int}/why.png", response_class=Response, responses=_PICTURE)
@needs(Role.VIEWER)
def picture(opened: Reporting, face_id: Number) -> Response:
    """The face, and the one that it is compared with, coloured by what decides."""
    found = opened.library.explaining.why(face_id)
    return Response(why_picture(found), media_type="image/png")


def why_page(face_id: int, found: ExplainedFace | ExplainedPair, around: Frame) -> str:
    """Show the answer in words, and its picture."""
    words = pair_words(found) if isinstance(found, ExplainedPair) else face_words(found)
    return show("why.html", around, {"face_id": face_id, "pair": isinstance(found, ExplainedPair), "words": words})
