"""Photos that fit a query: people, dates, folders and numbers of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request
from starlette.responses import HTMLResponse

from recog.errors import QueryError
from recog.library.browsing.search import AskedQuery
from recog.library.browsing.timeline import PhotoPage
from recog.query.words import KEPT, quoted
from recog.render.language import gettext
from recog.store.account_records import Role
from recog.store.records import PhotoFilter
from recog.web.api import Start
from recog.web.bodies import Limits
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.pages.photos import SHOWN, timeline_values
from recog.web.roles import needs
from recog.web.shell import Frame, show

NAMES_SHOWN = 2
"""People whose names are in the examples."""
router = page_router()
PAGE = Page(router)


@router.get("/search")
@needs(Role.VIEWER)
def search(
    opened: Opened,
    framing: Framed,
    request: Request,
    q: Annotated[str, Query(description="A query: see docs/reference/find.md.")] = "",
    start: Start = 0,
) -> HTMLResponse:
    """Photos that fit a query; without one, what can be asked, and a place to drop a photo."""
    photos, around = opened.library.photos, framing.frame()
    if not q.strip():
        limits: Limits = request.app.state.limits
        return HTMLResponse(questions_page(around, most=limits.photo))
    try:
        asked = photos.asked(q)
    except QueryError as error:
        return HTMLResponse(unread_page(error, around), 404)
    wanted = PhotoFilter(query=asked.query)
    return HTMLResponse(found_page(photos.page(wanted, start=start, limit=SHOWN), asked, around))


def found_page(page: PhotoPage, asked: AskedQuery, around: Frame) -> str:
    """Show the photos that fit as a timeline, below the people whom the query names."""
    wanted = PhotoFilter(query=asked.query)
    values = {"query_text": asked.query.text, "people": asked.people, "read_as": asked.read_as}
    return show("search.html", around, timeline_values(page, wanted, "/search") | values)


def unread_page(error: QueryError, around: Frame) -> str:
    """Show a query that cannot be read, with the place that is meant, and links to what may have been meant."""
    values = {
        "query_text": error.query,
        "sentence": error.sentence,
        "before": error.query[: error.start],
        "place": error.query[error.start : error.end],
        "after": error.query[error.end :],
        "meant": [_meant(name, error) for name in error.alike],
        "examples": _examples(around.names),
    }
    return show("unread.html", around, values)


def questions_page(around: Frame, *, most: int) -> str:
    """Show what can be asked, with names of this library, and where to drop a photo of at most `most` bytes."""
    return show("questions.html", around, {"examples": _examples(around.names), "most": most})


@dataclass(frozen=True, slots=True)
class _Example:
    """A query, and what it finds, or for whom it asks."""

    query: str
    finds: str

    @property
    def parameters(self) -> str:
        """The parameters of the page that answers it."""
        return f"?q={quote(self.query, safe='')}"


def _meant(name: str, error: QueryError) -> _Example:
    """Return the query with a name that may have been meant in the place of what was not understood."""
    return _Example(f"{error.query[: error.start]}{quoted(name)}{error.query[error.end :]}", name)


def _plain_or_quoted(name: str) -> str:
    return name if name.isalpha() and name.lower() not in KEPT else quoted(name)


def _examples(names: Sequence[str]) -> list[_Example]:
    """Return a query of each kind, those about people with names of the library."""
    known = [_plain_or_quoted(name) for name in islice(names, NAMES_SHOWN)]
    about = []
    if len(known) == NAMES_SHOWN:
        one, other = known
        about = [
            _Example(f"{one} and {other}", gettext("both on one photo")),
            _Example(f"{one} without {other}", gettext("the first person without the second")),
        ]
    if known:
        about += [
            _Example(f"only {known[0]}", gettext("nobody else on the photo")),
            _Example(f"{known[0]} from 2018 to 2020", gettext("between two dates")),
        ]
    return [
        *about,
        _Example("March 2020", gettext("a month, a year (2019) or a day (2015-06-01)")),
        _Example("in Holiday", gettext("a folder of this name, wherever it is")),
        _Example("group", gettext("three people or more; also: 2 people, at least 5 people")),
        _Example("unknown", gettext("somebody without a name")),
    ]
