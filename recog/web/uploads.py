"""The questions of the API about a photo that is the body of a POST; the photo is not kept.

============================== ====================================================================================
POST                           answers
============================== ====================================================================================
/api/identify                  IdentifiedUpload
/api/search?k=                 SearchedUpload
/api/verify?person_id=&face=   VerifiedPair: is a face of the photo, counted from the left from 1, that person
============================== ====================================================================================
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from recog.library.close_up import longest_side
from recog.library.inputs import IN_MEMORY
from recog.library.recognition.results import FaceSearch, Identification, VerifiedPair
from recog.photos import PhotoSource
from recog.store.account_records import Role
from recog.types import DecodedPhoto
from recog.web.api import NearestMany
from recog.web.documents import Document, answers
from recog.web.failures import documented
from recog.web.library import Opened, ServedLibrary
from recog.web.numbers import LARGEST
from recog.web.roles import needs

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a photo file, whatever its format.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/api", default_response_class=Document, responses=documented(404), tags=["photos sent"])


@dataclass(frozen=True, slots=True)
class IdentifiedUpload:
    """All faces of the photo, from left to right; width and height are those of the upright photo, in pixels."""

    width: int
    height: int
    faces: tuple[Identification, ...]


@dataclass(frozen=True, slots=True)
class SearchedUpload:
    """Every face of the photo with its neighbours; width and height are those of the upright photo, in pixels."""

    width: int
    height: int
    faces: tuple[FaceSearch, ...]


async def _body(request: Request) -> bytes:
    return await request.body()


Sent = Annotated[bytes, Depends(_body)]


@router.post("/identify", responses=answers(IdentifiedUpload), openapi_extra=_BODY)
@needs(Role.VIEWER)
def identify(opened: Opened, sent: Sent) -> Document:
    """Name every face of a photo, or call it unknown."""
    photo = _decoded(opened, sent)
    with opened.probe_lock:
        return Document(IdentifiedUpload(*_size(photo), opened.library.identify(photo).faces))


@router.post("/search", responses=answers(SearchedUpload), openapi_extra=_BODY)
@needs(Role.VIEWER)
def search(opened: Opened, sent: Sent, k: NearestMany = 20) -> Document:
    """The nearest faces of the library to every face of a photo."""
    photo = _decoded(opened, sent)
    with opened.probe_lock:
        return Document(SearchedUpload(*_size(photo), opened.library.search(photo, k=k).faces))


@router.post("/verify", responses=answers(VerifiedPair), openapi_extra=_BODY)
@needs(Role.VIEWER)
def verify(
    opened: Opened,
    sent: Sent,
    person_id: Annotated[int, Query(ge=1, le=LARGEST)],
    face: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> Document:
    """Is a face of a photo a person of the library? face may be left out if the photo shows one face."""
    photo = _decoded(opened, sent)
    with opened.probe_lock:
        return Document(opened.library.people.verify_person(photo, person_id, face=face))


def _decoded(opened: ServedLibrary, sent: bytes) -> DecodedPhoto:
    """Decode the photo in a process of its own."""
    source = PhotoSource(IN_MEMORY, sent, hashlib.sha256(sent).hexdigest())
    return opened.decoding.decode(source, longest=longest_side(opened.library.context.networks.detector))


def _size(photo: DecodedPhoto) -> tuple[int, int]:
    return photo.width, photo.height
