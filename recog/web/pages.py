"""The pages: /, /people, /people/{id}, /duplicates, /photos/{id}, /find, and their assets."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from recog.errors import UnknownNumberError
from recog.render.page import asset
from recog.web.api import LARGEST
from recog.web.bodies import Limits
from recog.web.duplicates_page import duplicates_page
from recog.web.failures import documented
from recog.web.find_page import find_page
from recog.web.groups_page import groups_page
from recog.web.guard import ROOT
from recog.web.libraries import Libraries, Opened, Surveying
from recog.web.people_pages import people_page, person_page
from recog.web.photo_page import photo_page
from recog.web.shell import Frame, frame

Number = Annotated[int, Path(ge=1, le=LARGEST)]
ACTS_SEEN = 100
"""Acts among which the latest that stands is looked for: those after it were undone."""
_KINDS = {
    "pages.css": "text/css; charset=utf-8",
    "acts.js": "text/javascript; charset=utf-8",
    "keys.js": "text/javascript; charset=utf-8",
    "find.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


async def _root(request: Request) -> str:
    root: str = request.scope[ROOT]
    return root


Root = Annotated[str, Depends(_root)]
"""What stands before the paths of the links of the page that is asked for."""
router = APIRouter(default_response_class=HTMLResponse, responses=documented(404, 409, pages=True), tags=["pages"])


@router.get("/")
def groups(opened: Surveying, root: Root) -> HTMLResponse:
    """Groups of faces without a name."""
    report = opened.surveying.reports.people()
    return HTMLResponse(groups_page(report, _around(opened, root), pulls_in=opened.asking.people.matched_at_once))


@router.get("/people")
def people(opened: Opened, root: Root) -> HTMLResponse:
    """Everybody with a name."""
    return HTMLResponse(people_page(opened.asking.people.all(hidden=True), _around(opened, root)))


@router.get("/people/{person_id:int}")
def person(
    opened: Opened,
    root: Root,
    person_id: Number,
    start: Annotated[int, Query(ge=0, le=LARGEST, description="Face.")] = 0,
) -> HTMLResponse:
    """One person's faces."""
    return HTMLResponse(
        person_page(opened.asking.people.person_by_number(person_id), _around(opened, root), start=start)
    )


@router.get("/duplicates")
def duplicates(opened: Surveying, root: Root) -> HTMLResponse:
    """Who may be in the library twice."""
    return HTMLResponse(duplicates_page(opened.surveying.reports.duplicates(), _around(opened, root)))


@router.get("/photos/{photo_id:int}")
def photo(opened: Opened, root: Root, photo_id: Number) -> HTMLResponse:
    """One photo with everybody on it."""
    return HTMLResponse(photo_page(opened.asking.photos.photo(photo_id), _around(opened, root)))


@router.get("/faces/{face_id:int}", response_class=RedirectResponse, status_code=303)
def face(opened: Opened, root: Root, face_id: Number) -> RedirectResponse:
    """Where a face is: its place on its photo's page."""
    return RedirectResponse(f"{root}/photos/{opened.asking.photos.of_face(face_id)}#face-{face_id}", 303)


@router.get("/find")
def find(opened: Opened, root: Root, request: Request) -> HTMLResponse:
    """Ask who is on a photo."""
    limits: Limits = request.app.state.limits
    return HTMLResponse(find_page(_around(opened, root), most=limits.photo))


@router.get("/assets/{name}", response_class=Response)
def assets(name: str) -> Response:
    """The pages' style, scripts and icon."""
    if name not in _KINDS:
        raise UnknownNumberError(f"there is no {name!r} among the assets of the pages")
    shared = asset("report.css") + asset("people.css") if name == "pages.css" else ""
    own = files("recog.web").joinpath("assets", name).read_text(encoding="utf-8")
    return Response(shared + own, media_type=_KINDS[name])


def _around(opened: Libraries, root: str) -> Frame:
    return frame(opened.asking.people.all(), opened.asking.people.history(limit=ACTS_SEEN).acts, root=root)
