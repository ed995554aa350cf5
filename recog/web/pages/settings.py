"""Settings that matter on pages: how they look in this browser, and for an owner watching and how strictly is named."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from recog.config import Settings
from recog.config_file import change_setting, from_environment, stored_settings
from recog.errors import ConfigError, RecogError
from recog.store.account_records import Role
from recog.types import Calibration
from recog.web.folder_choice import known_folders
from recog.web.forms import FORM_HEADERS, Sent, field_of, fields_of
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import LOOKS, Frame, show
from recog.web.watch import WatchState

PATH = "/settings"
FIELDS = 5
YEAR_SECONDS = 365 * 24 * 3600
router = page_router()
PAGE = Page(router)


@dataclass(frozen=True, slots=True)
class OwnersSettings:
    """What an owner sees of the settings; variables are the environment's, whose settings no page changes.

    stored is the threshold of the settings file, which counts from the next start on; None for the default.
    """

    settings: Settings
    calibration: Calibration | None
    folders: tuple[Path, ...]
    watch: WatchState
    stored: float | None
    variables: dict[str, str | None]
    file: Path


@router.get(PATH)
@needs(Role.VIEWER)
def settings(opened: Opened, framing: Framed, request: Request) -> HTMLResponse:
    """How pages look, and an owner's settings of the library."""
    owners = _owners(opened, request) if framing.caller.role is Role.OWNER else None
    return HTMLResponse(settings_page(framing.frame(), owners), headers=FORM_HEADERS)


@router.post("/settings/look", include_in_schema=False)
@needs(Role.VIEWER)
def set_look(framing: Framed, request: Request, sent: Sent) -> RedirectResponse:
    """Say how pages look in this browser; nothing is written on the server."""
    look = field_of(fields_of(sent, most=FIELDS), "look", called="a look")
    if look not in LOOKS:
        raise RecogError(f"there is no look {look!r}: choose {', '.join(LOOKS)}")
    answer = RedirectResponse(framing.root + PATH, 303)
    name = request.app.state.place.look_cookie
    answer.set_cookie(name, look, max_age=YEAR_SECONDS, path="/", httponly=True, samesite="strict")
    return answer


@router.post("/settings/{what}", include_in_schema=False)
@needs(Role.OWNER)
def change(
    opened: Opened, framing: Framed, request: Request, what: Literal["watch", "threshold"], sent: Sent
) -> RedirectResponse:
    """Change a setting of the library in the settings file."""
    if variable := from_environment(what):
        raise ConfigError(f"the environment variable {variable} sets this, and wins over the file: change it there")
    fields, file = fields_of(sent, most=FIELDS), request.app.state.settings_file
    if what == "watch":
        on = field_of(fields, "watch", called="on or off") == "on"
        change_setting("watch", on, file=file)
        if on:
            opened.watch.start()
        else:
            opened.watch.end()
    else:
        change_setting("threshold", _threshold(fields.get("threshold", [""])[-1]), file=file)
    return RedirectResponse(framing.root + PATH, 303)


def settings_page(around: Frame, owners: OwnersSettings | None) -> str:
    """Show the look of this browser, and what an owner may change."""
    return show("settings.html", around, {"owners": owners, "looks": LOOKS})


def _owners(opened: Opened, request: Request) -> OwnersSettings:
    file: Path = request.app.state.settings_file
    threshold = stored_settings(file).get("threshold")
    return OwnersSettings(
        settings=opened.library.context.settings,
        calibration=opened.library.context.networks.calibration_if_any,
        folders=known_folders(opened.library),
        watch=opened.watch.state(),
        stored=None if threshold is None else float(threshold),
        variables={name: from_environment(name) for name in ("watch", "threshold")},
        file=file,
    )


def _threshold(given: str) -> float | None:
    """Read a squared distance; nothing is the default."""
    if not given.strip():
        return None
    try:
        value = float(given.replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value <= 4:
        raise RecogError(f"{given!r} is no threshold: give a number above 0 and up to 4, or nothing for the default")
    return value
