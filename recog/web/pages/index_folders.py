"""Look through the folders of this machine for one to index."""

from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi import Request
from starlette.responses import HTMLResponse

from recog.errors import CatalogError
from recog.store.account_records import Role
from recog.web.folder_choice import FromHere, known_folders
from recog.web.folder_list import FolderList, beginnings, listed
from recog.web.forms import FORM_HEADERS
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

PATH = "/index-folders"
router = page_router()
PAGE = Page(router)


@router.get(PATH)
@needs(Role.OWNER)
def folders(opened: Opened, framing: Framed, request: Request, from_here: FromHere) -> HTMLResponse:
    """Folders of this machine: where to begin, or with `at`, those in a folder."""
    if not from_here:
        raise CatalogError("folders are shown only on the machine that runs 'recog serve': open this page there")
    begin = beginnings(known_folders(opened.library), home=Path.home())
    found = listed(_folder(request), begin, keep_out=opened.library.context.settings.library)
    return HTMLResponse(folders_page(found, framing.frame()), headers=FORM_HEADERS)


def folders_page(found: FolderList, around: Frame) -> str:
    """Show the folders in one as links, and a button that indexes it."""
    values = {
        "found": found,
        "above": None if found.above is None else _address(found.above),
        "links": [(one.name if found.folder is not None else str(one), _address(one)) for one in found.folders],
        "sendable": found.folder is not None and _is_utf8(found.folder),
    }
    return show("index_folders.html", around, values)


def _folder(request: Request) -> Path | None:
    """Read the folder from the bytes of the address: its name need not be UTF-8."""
    given = parse_qs(request.scope["query_string"].decode("latin-1"), errors="surrogateescape").get("at", [""])[-1]
    return Path(given) if given.startswith("/") else None


def _address(folder: Path) -> str:
    return f"{PATH}?at={quote(bytes(folder))}"


def _is_utf8(folder: Path) -> bool:
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        return False
    return True
