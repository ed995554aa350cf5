"""The first page: groups of faces without a name, and faces that are alone."""

from starlette.responses import HTMLResponse

from recog.library.reports.results import NamingReport
from recog.quality import Shortfall
from recog.render.language import gettext, gettext_noop
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

MOST_IGNORED = 5_000
"""Poor faces that one click ignores."""
POOR_WORDS = {
    Shortfall.SMALL: gettext_noop("too small"),
    Shortfall.DOUBTFUL: gettext_noop("hardly faces"),
    Shortfall.BLURRED: gettext_noop("blurred"),
    Shortfall.TURNED: gettext_noop("turned away"),
}
"""What is said of faces that are too poor to found a group."""
router = page_router()
PAGE = Page(router, "/", gettext_noop("Who is this?"), 10)


@router.get("/")
@needs(Role.EDITOR)
def groups(opened: Reporting, framing: Framed) -> HTMLResponse:
    """Groups of faces without a name."""
    naming = opened.library.reports.naming()
    matches = opened.library.people.matched_at_once
    return HTMLResponse(groups_page(naming, framing.frame(), matched_at_once=matches))


def groups_page(naming: NamingReport, around: Frame, *, matched_at_once: bool) -> str:
    """Show questions between people, then groups that may be somebody known, with yes and no; then the others.

    matched_at_once: naming some faces also names the faces near them.
    """
    likely, unknown = naming.likely, naming.unknown
    values = {
        "report": naming,
        "all_groups": naming.named + naming.all_groups,
        "poor": [(gettext(POOR_WORDS[one.shortfall]), one, one.face_ids[:MOST_IGNORED]) for one in naming.poor],
        "likely": [(f"g{place}", one) for place, one in enumerate(likely, start=1)],
        "unknown": [(f"g{place}", one) for place, one in enumerate(unknown, start=len(likely) + 1)],
        "which": [(f"w{place}", one) for place, one in enumerate(naming.which, start=1)],
        "rest": naming.all_groups - len(likely) - len(unknown) - sum(not one.alone for one in naming.which),
        "matched_at_once": matched_at_once,
    }
    return show("groups.html", around, values)
