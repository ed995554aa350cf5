"""Indexing: choose folders, start, pause and stop a run, and see how far it is; the first page without a library."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from starlette.responses import HTMLResponse, RedirectResponse

from recog.errors import RecogError
from recog.library.indexing.results import IngestReport
from recog.library.work.results import QueueProgress
from recog.render.figures import number, seconds
from recog.render.language import gettext_noop, ngettext
from recog.render.text_photos import ingest
from recog.store.account_records import Role
from recog.web.folder_choice import FromHere, chosen, known_folders
from recog.web.forms import FORM_HEADERS, Sent, fields_of
from recog.web.index_api import MOST_FOLDERS
from recog.web.index_runs import RunState
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

PATH = "/index"
router = page_router()
PAGE = Page(router, PATH, gettext_noop("Index"), 50)
Steer = Literal["start", "pause", "resume", "stop"]


@router.get(PATH)
@needs(Role.OWNER)
def index(opened: Opened, framing: Framed, from_here: FromHere) -> HTMLResponse:
    """The index run, what steers it, and the folders."""
    content = index_page(
        opened.runs.state(),
        known_folders(opened.library),
        framing.frame(),
        opened.runs.queue(),
        first=not opened.library.context.exists(),
        from_here=from_here,
        watched=opened.watch.state().on,
    )
    return HTMLResponse(content, headers=FORM_HEADERS)


@router.post("/index/{what}", include_in_schema=False)
@needs(Role.OWNER)
def steer(opened: Opened, framing: Framed, what: Steer, sent: Sent, from_here: FromHere) -> RedirectResponse:
    """Start, pause, resume or stop, and show the page again; programs use /api/index."""
    runs = opened.runs
    if what == "start":
        runs.start(chosen(opened.library, _folders(sent), from_here=from_here))
    else:
        {"pause": runs.pause, "resume": runs.resume, "stop": runs.stop}[what]()
    return RedirectResponse(framing.root + PATH, 303)


def _folders(sent: bytes) -> list[str]:
    """Return the folders that a form names, empty fields left out; RecogError if none is chosen."""
    fields = fields_of(sent, most=MOST_FOLDERS)
    if folders := [name.strip() for name in fields.get("folder", ()) if name.strip()]:
        return folders
    raise RecogError("no folder is chosen: tick one, or write the path of another")


def _counts(report: IngestReport) -> str:
    """Say what a run looked at and what it found."""
    looked = report.added + report.changed + report.moved + report.duplicates + report.unchanged
    return ngettext(
        "Looked at %(num)s photo in %(time)s: %(added)s new, %(changed)s changed, %(faces)s.",
        "Looked at %(num)s photos in %(time)s: %(added)s new, %(changed)s changed, %(faces)s.",
        looked,
        num=number(looked),
        time=seconds(report.seconds),
        added=number(report.added),
        changed=number(report.changed),
        faces=ngettext("%(num)s new face", "%(num)s new faces", report.faces, num=number(report.faces)),
    )


def index_page(
    state: RunState,
    folders: Sequence[Path],
    around: Frame,
    queue: QueueProgress,
    *,
    first: bool,
    from_here: bool,
    watched: bool = False,
) -> str:
    """Show a run, the queue and the folders; `first` is the page of a library that does not exist yet."""
    values = {
        "state": state,
        "queue": queue,
        "folders": folders,
        "first": first,
        "from_here": from_here,
        "watched": watched,
        "counts": "" if state.report is None else _counts(state.report),
        "report": "" if state.report is None else ingest(state.report),
    }
    return show("index.html", around, values)
