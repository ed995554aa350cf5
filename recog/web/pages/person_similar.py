"""Who looks like a person."""

from collections.abc import Sequence

from starlette.responses import HTMLResponse

from recog.library.people.results import SimilarPeople, TwinPeople
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
    name = people.by_number(person_id).name
    return HTMLResponse(similar_page(people.similar(name), framing.frame(), twins=people.twins(name)))


def similar_page(found: SimilarPeople, around: Frame, *, twins: Sequence[TwinPeople] = ()) -> str:
    """Show people as tiles, the most alike first, each with what can be said of the two."""
    return show("person_similar.html", around, {"found": found, "twins": twins})
