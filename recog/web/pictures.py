"""Pictures of the library by number: /faces/{face_id}.jpg, /photos/{photo_id}.jpg and /photos/{photo_id}.webp.

A browser may keep photos, but asks before each use whether it still may show them: see `_unchanged`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from recog.errors import PhotoError, UnknownNumberError
from recog.library.browsing.photos import PhotoDetail
from recog.photos.preview import preview, thumbnail, thumbnail_side
from recog.store.account_records import Role
from recog.types import DecodedPhoto, Pixels
from recog.web.failures import documented
from recog.web.library import Opened, ServedLibrary, Showing
from recog.web.numbers import LARGEST
from recog.web.roles import needs

LONGEST_SIDE = 1600
"""Pixels of the longer side of a photo on a page."""
MOST_SIDE = 4096
"""The same for a photo that is looked at closely."""
THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT = 1200, 400
"""Pixels of a thumbnail at most: twice the height of a row of photos, and a panorama of 3 to 1."""
KEPT = "private, no-cache"
"""For the browser that asked alone, which asks again before each use: whoever was let out sees nothing more."""
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Side = Annotated[int, Query(ge=100, le=MOST_SIDE, description="Pixels of the longer side at most.")]


def _documented(kind: str, *, kept: bool = False) -> dict[int | str, dict[str, Any]]:
    shown = {"description": "a picture without metadata", "content": {kind: {}}}
    unchanged: dict[int | str, dict[str, Any]] = {304: {"description": "the picture of If-None-Match"}} if kept else {}
    return {200: shown, **unchanged, **documented(404, pages=True)}


router = APIRouter(default_response_class=Response, tags=["pictures"])


@router.get("/faces/{face_id:int}.jpg", responses=_documented("image/jpeg"))
@needs(Role.VIEWER)
def face(opened: Opened, face_id: Number) -> Response:
    """The thumbnail of a face, square; 404 if none is stored."""
    return Response(opened.library.faces.thumbnail(face_id), media_type="image/jpeg")


@router.get("/photos/{photo_id:int}.jpg", responses=_documented("image/jpeg", kept=True))
@needs(Role.VIEWER)
def photo(opened: Showing, request: Request, photo_id: Number, side: Side = LONGEST_SIDE) -> Response:
    """A photo, upright, its longer side at most `side` pixels; 404 if no file with its content is left."""
    shown = opened.library.photos.photo(photo_id)
    kept = _headers(f"{shown.photo.sha256}-{side}")
    if _unchanged(request, kept):
        return Response(status_code=304, headers=kept)
    pixels = _pixels(opened, shown, side)
    return Response(preview(pixels, longest=side), media_type="image/jpeg", headers=kept)


@router.get("/photos/{photo_id:int}.webp", responses=_documented("image/webp", kept=True))
@needs(Role.VIEWER)
async def small_photo(opened: Opened, request: Request, photo_id: Number) -> Response:
    """The thumbnail of a photo, upright; 404 if none was made yet and no file with the photo's content is left.

    It is made when it is first asked for. A browser that scrolled on and hung up is not waited for.
    """
    photos = opened.library.photos
    await request.body()  # there is none, and what comes after it tells whether the browser hung up
    content = await run_in_threadpool(photos.thumbnail, photo_id)
    if content is None:
        async with opened.thumbnail_turns:
            if await request.is_disconnected():
                return Response(status_code=204)  # which nobody reads
            content = await run_in_threadpool(_made, opened, photo_id)
    kept = _headers(f"{photo_id}-{len(content)}")
    if _unchanged(request, kept):
        return Response(status_code=304, headers=kept)
    return Response(content, media_type="image/webp", headers=kept)


def _made(opened: ServedLibrary, photo_id: int) -> bytes:
    def made(shown: PhotoDetail) -> bytes:
        photo = shown.photo
        side = thumbnail_side(photo.width, photo.height, width=THUMBNAIL_WIDTH, height=THUMBNAIL_HEIGHT)
        return thumbnail(_pixels(opened, shown, side), width=THUMBNAIL_WIDTH, height=THUMBNAIL_HEIGHT)

    photos = opened.library.photos
    return photos.thumbnail(photo_id) or photos.keep_thumbnail(photo_id, made)


def _pixels(opened: ServedLibrary, shown: PhotoDetail, side: int) -> Pixels:
    """Decode a photo in a process of its own, from the first of its files that still shows it.

    What is halved until its longer side has at most 2 * `side` pixels still has at least `side`.
    """
    problems = []
    for path in shown.paths:
        found = opened.decoding.open(path, longest=2 * side)
        if isinstance(found, PhotoError):
            problems.append(f"{path} is not on this machine" if path in shown.elsewhere else str(found))
        elif isinstance(found, DecodedPhoto) and found.sha256 == shown.photo.sha256:
            return found.pixels
        else:
            problems.append(f"{path} holds another photo by now")
    raise UnknownNumberError(f"no file shows photo {shown.photo.id} any more: {'; '.join(problems) or 'all are gone'}")


def _headers(version: str) -> dict[str, str]:
    return {"Cache-Control": KEPT, "ETag": f'"{version}"'}


def _unchanged(request: Request, kept: dict[str, str]) -> bool:
    """Say whether the browser has this picture already; it was admitted, and the photo is still in the library."""
    given = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") == kept["ETag"] for tag in given.split(","))
