"""The first page: groups of faces without a name, and faces that are alone."""

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from recog.library.reports.results import ContextSuggestion, NamingReport, UnnamedGroup
from recog.quality import Shortfall
from recog.render.language import gettext, gettext_noop
from recog.store.account_records import Role
from recog.web.library import Reporting
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

GROUPS_SHOWN = 60
"""Of each kind: more than anybody names before looking again."""
LONE_SHOWN = 120
"""Lone faces on the page."""
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
    """Show the groups that may be somebody known first, with yes and no; then the others; each kind by size.

    matched_at_once: naming some faces also names the faces near them.
    """
    report = naming.people
    rows = [_Row(*one) for one in zip(report.groups, naming.perhaps, naming.others, strict=True)]
    likely = [row for row in rows if row.who is not None][:GROUPS_SHOWN]
    unknown = [row for row in rows if row.who is None][:GROUPS_SHOWN]
    values = {
        "report": report,
        "named": naming.named,
        "all_groups": naming.named + report.all_groups,
        "poor": [(gettext(POOR_WORDS[one.shortfall]), one, one.face_ids[:MOST_IGNORED]) for one in naming.poor],
        "likely": [(f"g{place}", row) for place, row in enumerate(likely, start=1)],
        "unknown": [(f"g{place}", row) for place, row in enumerate(unknown, start=len(likely) + 1)],
        "rest": report.all_groups - len(likely) - len(unknown),
        "lone": report.lone[:LONE_SHOWN],
        "matched_at_once": matched_at_once,
    }
    return show("groups.html", around, values)


@dataclass(frozen=True, slots=True)
class _Row:
    """A group, whom its photos suggest, and how many other faces without a name they show."""

    group: UnnamedGroup
    perhaps: tuple[ContextSuggestion, ...]
    others: int

    @property
    def who(self) -> str | None:
        """The person who the group is probably."""
        return self.group.suggestion.person if self.group.suggestion is not None else self.group.likely
