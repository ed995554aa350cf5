"""What a browser needs to install the pages as an app: a manifest, icons, and a service worker without a cache."""

import json
from functools import cache

from fastapi import APIRouter, Request
from starlette.responses import Response

from recog.errors import UnknownNumberError
from recog.render.app_icon import app_icon
from recog.render.language import Language, gettext, spoken
from recog.render.page import asset, digest
from recog.render.templating import render
from recog.store.account_records import Role
from recog.web.failures import documented
from recog.web.guard import ROOT
from recog.web.roles import needs
from recog.web.shell import PACKAGE

SIDES = (192, 512)
"""Sides of the icons in pixels: browsers install a page that has both."""
_PAPER = "#f6f4f0"
"""The ground of the pages in light, which an app shows while it starts."""

router = APIRouter(default_response_class=Response, responses=documented(404, 409, pages=True), tags=["pages"])


@router.get("/app.webmanifest")
@needs(Role.VIEWER)
async def manifest(request: Request) -> Response:
    """The app's name, its icons and its first page.

    The app starts outside the session's root, because the next run has another root: see assets/entry.js.
    """
    root = request.scope[ROOT]
    drawn = [{"src": f"{root}/icons/{side}.png", "sizes": f"{side}x{side}", "type": "image/png"} for side in SIDES]
    told = {
        "id": "/",
        "name": "recog",
        "short_name": "recog",
        "description": gettext("A photo library by face."),
        "lang": spoken().tag,
        "dir": spoken().direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _PAPER,
        "icons": [icon | {"purpose": purpose} for icon in drawn for purpose in ("any", "maskable")],
    }
    return Response(json.dumps(told), media_type="application/manifest+json")


@router.get("/icons/{name}")
@needs(Role.VIEWER)
def icons(name: str) -> Response:
    """An icon of the app."""
    sides = {f"{side}.png": side for side in SIDES}
    if name not in sides:
        raise UnknownNumberError(f"there is no icon {name!r}: {' and '.join(sides)} are")
    return Response(app_icon(sides[name]), media_type="image/png")


@router.get("/service-worker.js")
@needs(Role.VIEWER)
async def service_worker() -> Response:
    """The worker that shows a page when the server has ended; it may answer for "/", where the app starts."""
    allowed = {"service-worker-allowed": "/"}
    return Response(_service_worker(spoken()), media_type="text/javascript; charset=utf-8", headers=allowed)


@cache
def _service_worker(_: Language) -> str:
    """Return the worker's script with the page that it shows, in the language that is spoken: it needs no cache."""
    style, script = asset("entry.css", PACKAGE), asset("service-worker.js", PACKAGE)
    page = render("offline.html", {"style": style}, packages=(PACKAGE,))
    rules = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; form-action 'none'; "
    policy = f"{rules}frame-ancestors 'none'"
    return f"const PAGE = {json.dumps(page)};\nconst POLICY = {json.dumps(policy)};\n{script}"
