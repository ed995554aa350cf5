"""A face that no detector found, marked without scripts: a form for its place in pixels."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from recog.errors import CatalogError
from recog.types import Photo
from recog.web.act_bodies import DrawnBox
from recog.web.acts import marked
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.shell import Frame, show

MOST_FIELDS = 10
router = page_router()
PAGE = Page(router)
HEADERS = {"Referrer-Policy": "same-origin"}
"""The page says who asks: without a referrer, browsers send no origin with a form."""


async def _sent(request: Request) -> bytes:
    return await request.body()


@router.get("/photos/{photo_id:int}/mark")
def form(opened: Opened, framing: Framed, photo_id: Number) -> HTMLResponse:
    """A form for a missed face."""
    shown = opened.library.photos.photo(photo_id).photo
    return HTMLResponse(mark_page(shown, framing.frame()), headers=HEADERS)


@router.post("/photos/{photo_id:int}/mark", include_in_schema=False)
def mark(opened: Opened, framing: Framed, photo_id: Number, sent: Annotated[bytes, Depends(_sent)]) -> RedirectResponse:
    """Mark the face, and go to its place on the photo's page; programs use /api/mark."""
    try:
        fields = parse_qs(sent.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        values = {name: given[-1] for name, given in fields.items()}
        given = DrawnBox.model_validate({**values, "photo_id": photo_id}, strict=False)
    except ValueError as error:
        raise CatalogError(
            "the form was not filled in: give left, top, width and height in pixels, and a name"
        ) from error
    box = given.left, given.top, given.width, given.height
    with opened.act_lock:
        done = marked(opened, photo_id, box, given.name, near=given.near)
    return RedirectResponse(f"{framing.root}/photos/{photo_id}#face-{done.face.id}", 303)


def mark_page(photo: Photo, around: Frame) -> str:
    """Show the photo above the form."""
    return show("mark.html", around, {"photo": photo})
