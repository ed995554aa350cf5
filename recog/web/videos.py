"""Videos of the library by number: /photos/{photo_id}/video, in parts as a player asks for them."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

from recog.errors import PhotoError, UnknownNumberError
from recog.library.browsing.photos import PhotoDetail
from recog.photos import stat_photo
from recog.store.account_records import Role
from recog.types import FileStat
from recog.web.failures import documented
from recog.web.library import Opened
from recog.web.pictures import KEPT, Number
from recog.web.roles import needs

KINDS = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".qt": "video/quicktime",
    ".3gp": "video/3gpp",
    ".3g2": "video/3gpp2",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
    ".mts": "video/mp2t",
    ".m2ts": "video/mp2t",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
"""Media types; browsers play MP4, WebM and, most of them, MOV, and show GIF and WebP."""

router = APIRouter(tags=["pictures"])


@router.get(
    "/photos/{photo_id:int}/video",
    response_class=FileResponse,
    responses={
        200: {"description": "the file as it is, with its metadata", "content": {"video/*": {}}},
        206: {"description": "the part that Range asks for"},
        416: {"description": "Range asks for no part of the file"},
        **documented(404, pages=True),
    },
)
@needs(Role.VIEWER)
def video(opened: Opened, photo_id: Number) -> FileResponse:
    """The file of a video, whole or in parts (Range); 404 if it is no video, or no unchanged file is left."""
    shown = opened.library.photos.photo(photo_id)
    path = _unchanged_file(opened.library.photos.present(photo_id), shown)
    return FileResponse(path, media_type=KINDS.get(path.suffix.lower()), headers={"Cache-Control": KEPT})


def _unchanged_file(stats: Sequence[FileStat], shown: PhotoDetail) -> Path:
    """Return the first file that is as it was indexed: the digest of a large one would take too long."""
    if shown.photo.duration is None:
        raise UnknownNumberError(f"photo {shown.photo.id} is no video")
    for stat in stats:
        try:
            if stat.path.suffix.lower() in KINDS and stat_photo(stat.path) == stat:
                return stat.path
        except PhotoError:
            continue
    raise UnknownNumberError(f"no file shows video {shown.photo.id} any more: index its folder again")
