"""A face that no detector found, marked without scripts: a form for its place in pixels."""

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse

from recog.store.account_records import Role
from recog.types import Photo
from recog.web.act_bodies import DrawnBox
from recog.web.acts import marked
from recog.web.failures import documented
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

MOST_FIELDS = 10
_PIXEL = {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?$", "description": "Pixels of the upright photo."}
_FIELDS: dict[str, Any] = {
    **dict.fromkeys(("left", "top", "width", "height"), _PIXEL),
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "near": {"enum": ["true", "false"], "default": "false"},
}
_FORM = {
    "type": "object",
    "properties": _FIELDS,
    "required": [name for name in _FIELDS if name != "near"],
    "additionalProperties": False,
}
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}
}
router = page_router()
PAGE = Page(router)
HEADERS = {"Referrer-Policy": "same-origin"}
"""The page says who asks: without a referrer, browsers send no origin with a form."""


async def _sent(request: Request) -> bytes:
    return await request.body()


@router.get("/photos/{photo_id:int}/mark")
@needs(Role.EDITOR)
def form(opened: Opened, framing: Framed, photo_id: Number) -> HTMLResponse:
    """A form for a missed face."""
    shown = opened.library.photos.photo(photo_id).photo
    return HTMLResponse(mark_page(shown, framing.frame()), headers=HEADERS)


@router.post(
    "/photos/{photo_id:int}/mark",
    response_class=RedirectResponse,
    status_code=303,
    responses=documented(404, 409, 428, pages=True),
    openapi_extra=_BODY,
)
@needs(Role.EDITOR)
def mark(opened: Opened, framing: Framed, photo_id: Number, sent: Annotated[bytes, Depends(_sent)]) -> RedirectResponse:
    """Mark the face, and go to its place on the photo's page; programs use /api/mark."""
    try:
        fields = parse_qs(sent.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        values = {name: given[-1] for name, given in fields.items()}
        given = DrawnBox.model_validate({**values, "photo_id": photo_id}, strict=False)
    except ValueError as error:
        sentence = "the form was not filled in: give left, top, width and height in pixels, and a name"
        raise HTTPException(422, sentence) from error
    box = given.left, given.top, given.width, given.height
    with opened.act_lock:
        done = marked(opened, photo_id, box, given.name, near=given.near)
    return RedirectResponse(f"{framing.root}/photos/{photo_id}#face-{done.face.id}", 303)


def mark_page(photo: Photo, around: Frame) -> str:
    """Show the photo above the form."""
    return show("mark.html", around, {"photo": photo})
