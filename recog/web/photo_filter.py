"""Which photos a timeline shows: the parameters of its addresses, read and written."""

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import Depends, Query, Request

from recog.errors import RecogError
from recog.store.records import PhotoFilter, WithFaces

LONGEST_FOLDER = 4096


async def _wanted(
    request: Request,
    faces: Annotated[WithFaces, Query(description="Whether the photos show a face.")] = WithFaces.ALL,
    folder: Annotated[
        str,
        Query(
            max_length=LONGEST_FOLDER,
            description="Absolute path; the folders in it count too.",
            json_schema_extra={"pattern": "^(/|$)"},
        ),
    ] = "",
) -> PhotoFilter:
    """Read the folder from the bytes of the address: its name need not be UTF-8."""
    raw = request.scope["query_string"].decode("latin-1")
    given = parse_qs(raw, errors="surrogateescape").get("folder", [folder])[-1]
    if given and not given.startswith("/"):
        raise RecogError(f"the folder {given!r} is no absolute path: /photos/folders lists the folders there are")
    return PhotoFilter(Path("/" + given.lstrip("/")) if given else None, faces)


Wanted = Annotated[PhotoFilter, Depends(_wanted)]
"""What a route takes to know which photos are wanted."""


def query_of(wanted: PhotoFilter, **more: int) -> str:
    """Return the parameters of an address that shows these photos, with the leading '?'; '' for all photos."""
    given = {name: str(value) for name, value in more.items()}
    if wanted.faces is not WithFaces.ALL:
        given["faces"] = wanted.faces.value
    if wanted.folder is not None:
        given["folder"] = quote(bytes(wanted.folder))
    return "?" + "&".join(f"{name}={value}" for name, value in given.items()) if given else ""
