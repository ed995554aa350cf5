"""The map of the library's faces, on which many are named or ignored at once."""

from starlette.responses import HTMLResponse

from recog.library.reports.map_results import MapPlaces
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)


@router.get("/map")
@needs(Role.EDITOR)
def face_map(opened: Reporting, framing: Framed) -> HTMLResponse:
    """Faces on a plane, similar ones together."""
    return HTMLResponse(map_page(opened.library.reports.map_places(), framing.frame()))


def map_page(found: MapPlaces, around: Frame) -> str:
    """Show the canvas; a script asks the API for the places."""
    return show("map.html", around, {"found": found})
