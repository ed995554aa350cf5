"""The files that could not be used as photos, by reason, and what to do about each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from starlette.responses import HTMLResponse

from recog.library.browsing.timeline import FailedFiles
from recog.printable import printable
from recog.render.failed_files import REMEDIES
from recog.render.language import gettext
from recog.store.account_records import Role
from recog.store.records import FailedFile
from recog.web.api import Start
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.pages.photos import choices_of
from recog.web.roles import needs
from recog.web.shell import Frame, show

SHOWN = 200
"""Files on one page."""
router = page_router()
PAGE = Page(router)


@router.get("/failures")
@needs(Role.EDITOR)
def failures(opened: Opened, framing: Framed, start: Start = 0) -> HTMLResponse:
    """The files that could not be used as photos, with the reasons and the ways out."""
    found = opened.library.photos.failed(start=start, limit=SHOWN)
    return HTMLResponse(failures_page(found, framing.frame()))


def failures_page(failed: FailedFiles, around: Frame) -> str:
    """Show the files that could not be used, by reason; each with its own sentence."""
    values = {
        "failed": failed,
        "groups": list(_by_reason(failed.files)),
        "choices": choices_of(None),
        "query": "",
        "newer": f"?start={max(0, failed.start - SHOWN)}" if failed.start else None,
        "older": f"?start={failed.start + SHOWN}" if failed.start + SHOWN < failed.all else None,
    }
    return show("failures.html", around, values)


@dataclass(frozen=True, slots=True)
class _Reason:
    """Files that failed for one reason, and what helps; each sentence is without the path that it begins with."""

    key: str
    what: str
    help: str
    files: tuple[tuple[Path, str], ...]


def _by_reason(files: Iterable[FailedFile]) -> Iterator[_Reason]:
    for reason, found in groupby(sorted(files, key=lambda one: (one.reason, one.stat.path)), lambda one: one.reason):
        said = [(one.stat.path, one.detail.removeprefix(printable(one.stat.path)).strip()) for one in found]
        remedy = REMEDIES[reason]
        yield _Reason(reason, gettext(remedy.what), gettext(remedy.help), tuple(said))
