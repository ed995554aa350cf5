"""The first page: groups of faces without a name, and faces that are alone."""

from starlette.responses import HTMLResponse

from recog.library.reports.results import PeopleReport, UnnamedGroup
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.shell import Frame, show

GROUPS_SHOWN = 60
"""Of each kind: more than anybody names before looking again."""
LONE_SHOWN = 120
"""Lone faces on the page."""
router = page_router()
PAGE = Page(router, "/", "Who is this?", 10)


@router.get("/")
def groups(opened: Reporting, framing: Framed) -> HTMLResponse:
    """Groups of faces without a name."""
    report = opened.library.reports.people()
    matches = opened.library.people.matched_at_once
    return HTMLResponse(groups_page(report, framing.frame(), matched_at_once=matches))


def groups_page(report: PeopleReport, around: Frame, *, matched_at_once: bool) -> str:
    """Show the groups that may be somebody known first, with yes and no; then the others; each kind by size.

    matched_at_once: naming some faces also names the faces near them.
    """
    likely = [one for one in report.groups if _who(one) is not None][:GROUPS_SHOWN]
    unknown = [one for one in report.groups if _who(one) is None][:GROUPS_SHOWN]
    values = {
        "report": report,
        "likely": [(f"g{place}", one, _who(one)) for place, one in enumerate(likely, start=1)],
        "unknown": [(f"g{place}", one, None) for place, one in enumerate(unknown, start=len(likely) + 1)],
        "rest": report.all_groups - len(likely) - len(unknown),
        "lone": report.lone[:LONE_SHOWN],
        "matched_at_once": matched_at_once,
    }
    return show("groups.html", around, values)


def _who(group: UnnamedGroup) -> str | None:
    return group.suggestion.person if group.suggestion is not None else group.likely
