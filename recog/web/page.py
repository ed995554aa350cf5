"""What a page is to the server: routes, a place in the bar, and the frame around its content."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import HTMLResponse

from recog.errors import NoLibraryError
from recog.render.language import Language
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

    The label is English; recog.render.language.gettext_noop marks it for translation.

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
    """Makes the frame of the page that is asked for; root stands before the paths of its links, also its address."""

    root: str
    bar: Bar
    opened: ServedLibrary
    caller: Caller
    address: str
    languages: tuple[Language, ...]
    look: str = LOOKS[0]

    def frame(self) -> Frame:
        """Ask the library what the frame shows now; nothing while there is none."""
        people = self.opened.library.people
        try:
            names, acts = people.all(), people.history(limit=ACTS_SEEN).acts
        except NoLibraryError:
            names, acts = (), ()
        made = frame(names, acts, root=self.root, bar=self.bar, caller=self.caller, look=self.look)
        return replace(made, address=self.address, languages=self.languages)


async def _framing(request: Request, opened: Opened) -> Framing:
    caller = caller_of(request)
    state, url = request.app.state, request.url
    look = request.cookies.get(state.place.look_cookie, "")
    bar = bar_for(state.bar, caller.role)
    address = f"{url.path}?{url.query}" if url.query else url.path
    look = look if look in LOOKS else LOOKS[0]
    return Framing(request.scope[ROOT], bar, opened, caller, address, state.languages, look)


Framed = Annotated[Framing, Depends(_framing)]
"""What the route of a page takes to put its content into the frame."""
