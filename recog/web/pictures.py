"""Pictures of the library by number: /faces/{face_id}.jpg and /photos/{photo_id}.jpg."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from recog.errors import PhotoError, UnknownNumberError
from recog.photos.preview import preview
from recog.types import DecodedPhoto
from recog.web.api import LARGEST
from recog.web.failures import documented
from recog.web.library import Opened, Showing

LONGEST_SIDE = 1600
"""Pixels of the longer side of a photo on a page."""
_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"description": "a JPEG without metadata", "content": {"image/jpeg": {}}},
    **documented(404, pages=True),
}
Number = Annotated[int, Path(ge=1, le=LARGEST)]

router = APIRouter(default_response_class=Response, responses=_JPEG, tags=["pictures"])


@router.get("/faces/{face_id:int}.jpg")
def face(opened: Opened, face_id: Number) -> Response:
    """The thumbnail of a face, square; 404 if none is stored."""
    return Response(opened.library.faces.thumbnail(face_id), media_type="image/jpeg")


@router.get("/photos/{photo_id:int}.jpg")
def photo(opened: Showing, photo_id: Number) -> Response:
    """A photo, upright, its longer side at most 1600 pixels; 404 if no file with its content is left."""
    shown = opened.library.photos.photo(photo_id)
    problems = []
    for path in shown.paths:
        found = opened.decoding.open(path, longest=2 * LONGEST_SIDE)  # halved, it is still larger than shown
        if isinstance(found, PhotoError):
            problems.append(str(found))
        elif isinstance(found, DecodedPhoto) and found.sha256 == shown.photo.sha256:
            return Response(preview(found.pixels, longest=LONGEST_SIDE), media_type="image/jpeg")
        else:
            problems.append(f"{path} holds another photo by now")
    raise UnknownNumberError(f"no file shows photo {photo_id} any more: {'; '.join(problems) or 'all are gone'}")
