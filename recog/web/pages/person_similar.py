"""Who looks like a person."""

from starlette.responses import HTMLResponse

from recog.library.people.results import SimilarPeople
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Number, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router)


@router.get("/people/{person_id:int}/similar")
@needs(Role.VIEWER)
def similar(opened: Reporting, framing: Framed, person_id: Number) -> HTMLResponse:
    """Who looks like one person."""
    people = opened.library.people
    return HTMLResponse(similar_page(people.similar(people.by_number(person_id).name), framing.frame()))


def similar_page(found: SimilarPeople, around: Frame) -> str:
    """Show people as tiles, the most alike first, each with what can be said of the two."""
    return show("person_similar.html", around, {"found": found})
