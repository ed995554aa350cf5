"""Everybody with a name."""

from collections.abc import Sequence

from starlette.responses import HTMLResponse

from recog.render.language import gettext_noop
from recog.store.account_records import Role
from recog.types import Person
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

router = page_router()
PAGE = Page(router, "/people", gettext_noop("People"), 20)


@router.get("/people")
@needs(Role.VIEWER)
def people(opened: Opened, framing: Framed) -> HTMLResponse:
    """Everybody with a name."""
    return HTMLResponse(people_page(opened.library.people.all(hidden=True), framing.frame()))


def people_page(people: Sequence[Person], around: Frame) -> str:
    """Show everybody as a tile, hidden people below, in the order given."""
    values = {
        "shown": [person for person in people if not person.hidden],
        "hidden": [person for person in people if person.hidden],
    }
    return show("people.html", around, values)
