"""What a page is to the server: routes, a place in the bar, and the frame around its content."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import HTMLResponse

from recog.errors import NoLibraryError
from recog.web.failures import documented
from recog.web.guard import ROOT
from recog.web.library import Opened, ServedLibrary
from recog.web.numbers import LARGEST
from recog.web.roles import Caller, bar_for, caller_of
from recog.web.shell import LOOKS, Bar, Frame, frame

ACTS_SEEN = 100
"""Acts among which the latest that stands is looked for: those after it were undone."""
Number = Annotated[int, Path(ge=1, le=LARGEST)]
"""The number of a person, a photo or a face in a path."""


@dataclass(frozen=True, slots=True)
class Page:
    """Routes, and the link to the page in the bar of every page: its path and label, "" for none.

    The link with the lowest order comes first. A page is a module with a PAGE in the package recog.web.pages, or an
    entry point of the group `recog.pages` of an installed package, and a template: see recog.web.shell.show.
    """

    router: APIRouter
    path: str = ""
    label: str = ""
    order: int = 0


def page_router() -> APIRouter:
    """Return the router of a page: it answers with HTML, and its failures are documented."""
    return APIRouter(default_response_class=HTMLResponse, responses=documented(404, 409, pages=True), tags=["pages"])


@dataclass(frozen=True, slots=True)
class Framing:
    """Makes the frame of the page that is asked for; root stands before the paths of its links."""

    root: str
    bar: Bar
    opened: ServedLibrary
    caller: Caller
    look: str = LOOKS[0]

    def frame(self) -> Frame:
        """Ask the library what the frame shows now; nothing while there is none."""
        people = self.opened.library.people
        try:
            names, acts = people.all(), people.history(limit=ACTS_SEEN).acts
        except NoLibraryError:
            names, acts = (), ()
        return frame(names, acts, root=self.root, bar=self.bar, caller=self.caller, look=self.look)


async def _framing(request: Request, opened: Opened) -> Framing:
    caller = caller_of(request)
    look = request.cookies.get(request.app.state.place.look_cookie, "")
    bar = bar_for(request.app.state.bar, caller.role)
    return Framing(request.scope[ROOT], bar, opened, caller, look if look in LOOKS else LOOKS[0])


Framed = Annotated[Framing, Depends(_framing)]
"""What the route of a page takes to put its content into the frame."""
