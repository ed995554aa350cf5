"""One person: all photos by date, and a way to take them along."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import HTMLResponse, Response, StreamingResponse

from recog.library.browsing.timeline import PhotoPage
from recog.library.people.results import TwinPeople
from recog.store.account_records import Role
from recog.store.records import PhotoFilter
from recog.types import Person
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.pages.photos import SHOWN, timeline_values
from recog.web.photo_filter import Wanted, page_of
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {"description": "all photos of the person as they are, in one zip archive", "content": {"application/zip": {}}}
}


@router.get("/people/{person_id:int}")
@needs(Role.VIEWER)
def person(opened: Opened, framing: Framed, person_id: Number, wanted: Wanted, start: Start = 0) -> HTMLResponse:
    """One person's photos by date."""
    library = opened.library
    theirs = replace(wanted, person_id=person_id)
    shown = library.people.by_number(person_id)
    page = library.photos.page(theirs, start=start, limit=SHOWN)
    twins = library.people.twins(shown.name)
    return HTMLResponse(person_page(shown, page, theirs, framing.frame(), twins=twins))


@router.get("/people/{person_id:int}/photos.zip", response_class=Response, responses=_ARCHIVE)
@needs(Role.VIEWER)
def download(opened: Opened, person_id: Number) -> StreamingResponse:
    """All photos of one person as a zip archive, made while it is sent."""
    parts: Iterator[bytes] = opened.library.people.archive(opened.library.people.by_number(person_id).name)
    attached = {"Content-Disposition": f'attachment; filename="person-{person_id}.zip"'}
    return StreamingResponse(parts, media_type="application/zip", headers=attached)


def person_page(
    person: Person, page: PhotoPage, wanted: PhotoFilter, around: Frame, *, twins: Sequence[TwinPeople] = ()
) -> str:
    """Show a page of a person's photos, the newest first, with the age in each month if the day of birth is known."""
    return show(
        "person.html",
        around,
        {"person": person, "twins": twins} | timeline_values(page, wanted, page_of(wanted), born=person.born),
    )
