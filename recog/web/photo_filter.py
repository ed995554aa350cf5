"""Which photos a timeline shows: the parameters of its addresses, read and written."""

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import Depends, Query, Request

from recog.errors import RecogError
from recog.query.reading import LONGEST
from recog.store.records import PhotoFilter, WithFaces
from recog.web.library import Opened
from recog.web.numbers import LARGEST

LONGEST_FOLDER = 4096


def _wanted(  # noqa: PLR0917 - the parameters of an address
    request: Request,
    opened: Opened,
    faces: Annotated[WithFaces, Query(description="Whether the photos show a face.")] = WithFaces.ALL,
    folder: Annotated[
        str,
        Query(
            max_length=LONGEST_FOLDER,
            description="Absolute path; the folders in it count too.",
            json_schema_extra={"pattern": "^(/|$)"},
        ),
    ] = "",
    person: Annotated[int | None, Query(ge=1, le=LARGEST, description="The number of a person they show.")] = None,
    q: Annotated[str, Query(max_length=LONGEST, description="A query: see docs/reference/find.md.")] = "",
) -> PhotoFilter:
    """Read the folder from the bytes of the address: its name need not be UTF-8."""
    raw = request.scope["query_string"].decode("latin-1")
    given = parse_qs(raw, errors="surrogateescape").get("folder", [folder])[-1]
    if given and not given.startswith("/"):
        raise RecogError(f"the folder {given!r} is no absolute path: /photos/folders lists the folders there are")
    query = opened.library.photos.asked(q).query if q.strip() else None
    return PhotoFilter(Path("/" + given.lstrip("/")) if given else None, faces, query, person)


Wanted = Annotated[PhotoFilter, Depends(_wanted)]
"""What a route takes to know which photos are wanted."""


def page_of(wanted: PhotoFilter) -> str:
    """Return the path, below the root and without parameters, of the page that shows these photos by date."""
    if wanted.person_id is not None:
        return f"/people/{wanted.person_id}"
    return "/photos" if wanted.query is None else "/search"


def query_of(wanted: PhotoFilter, **more: int) -> str:
    """Return the parameters of an address that shows these photos, with the leading '?'; '' for all photos."""
    given = {name: str(value) for name, value in more.items()}
    if wanted.person_id is not None:
        given["person"] = str(wanted.person_id)
    if wanted.faces is not WithFaces.ALL:
        given["faces"] = wanted.faces.value
    if wanted.folder is not None:
        given["folder"] = quote(bytes(wanted.folder))
    if wanted.query is not None:
        given["q"] = quote(wanted.query.text, safe="")
    return "?" + "&".join(f"{name}={value}" for name, value in given.items()) if given else ""
