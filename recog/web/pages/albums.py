"""The albums, and the photos of each by date with its statistics and what was taken on this day of other years."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from starlette.responses import HTMLResponse

from recog.library.albums.results import AlbumPage, AlbumState
from recog.render.bars import bars
from recog.render.language import gettext
from recog.store.account_records import Role
from recog.store.records import FiledPhoto
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Number, Page, page_router
from recog.web.pages.photos import choices_of, taken_words
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 120
"""Photos on one page."""
COMMAND = "recog album add NAME --query QUERY"
router = page_router()
PAGE = Page(router)


@router.get("/albums")
@needs(Role.EDITOR)
def albums(opened: Opened, framing: Framed) -> HTMLResponse:
    """All albums by name."""
    return HTMLResponse(albums_page(opened.library.albums.all(), framing.frame()))


@router.get("/albums/{number}")
@needs(Role.EDITOR)
def album(opened: Opened, framing: Framed, number: Number, start: Start = 0) -> HTMLResponse:
    """The photos of one album."""
    today = datetime.now(UTC).astimezone().date()
    page = opened.library.albums.page(number, day=today, start=start, limit=SHOWN)
    return HTMLResponse(album_page(page, framing.frame()))


def albums_page(found: Sequence[AlbumState], around: Frame) -> str:
    """Show the albums with their queries and numbers of photos."""
    return show("albums.html", around, {"albums": found, "choices": choices_of(None), "command": COMMAND})


def album_page(page: AlbumPage, around: Frame) -> str:
    """Show photos of an album, and below them photos by year, its people, and who is on them with whom."""
    found = page.statistics
    pairs = [(gettext("%(one)s and %(other)s", one=one, other=other), number) for one, other, number in found.together]
    plots = [
        (gettext("Photos by year"), bars(found.years.items())),
        (gettext("People"), bars(found.people)),
        (gettext("Together"), bars(pairs)),
    ]
    values = {
        "album": found,
        "tiles": [(one.photo, taken_words(_day(one))) for one in page.photos],
        "this_day": [(one.photo, taken_words(_day(one))) for one in page.on_this_day],
        "plots": [one for one in plots if one[1]],
        "address": f"/albums/{page.id}",
        "newer": f"?start={max(0, page.start - SHOWN)}" if page.start else None,
        "older": f"?start={page.start + SHOWN}" if page.start + SHOWN < found.photos else None,
    }
    return show("album.html", around, values)


def _day(one: FiledPhoto) -> date | None:
    return None if one.photo.taken_at is None else one.photo.taken_at
