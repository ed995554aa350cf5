"""The whole server as one ASGI application: routes, failures, and the guard before them."""

from collections.abc import Sequence

from fastapi import FastAPI, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from fastapi.telemetry import TelemetryConfig

from recog import __version__
from recog.web import acts, api, pictures, static_files, uploads
from recog.web.access import Access
from recog.web.bodies import Limits
from recog.web.failures import translate_failures
from recog.web.guard import Guard
from recog.web.library import ServedLibrary
from recog.web.page import Page
from recog.web.pages import pages as own_pages
from recog.web.place import Place

UPLOADS = frozenset(route.path for route in uploads.router.routes if isinstance(route, APIRoute))
"""Where photos are sent to."""
LIMITS = Limits()
_TOKEN = HTTPBearer(auto_error=False, scheme_name="token", description="RECOG_SERVE_TOKEN; the guard asks for it.")
"""For the OpenAPI document alone: it is recog.web.guard that refuses whoever has neither token nor session."""
_SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Whatever of OpenTelemetry is installed and configured beside recog: nobody is told what is asked here."""


def create_app(
    opened: ServedLibrary,
    *,
    access: Access,
    place: Place,
    limits: Limits = LIMITS,
    pages: Sequence[Page] | None = None,
) -> Guard:
    """Make what a server at `place` serves to those whom `access` admits; its `app` is the application with the routes.

    pages are those in recog.web.pages if none are given. The OpenAPI document is /api/openapi.json; pages that show one
    load scripts from elsewhere, so there are none.
    """
    app = FastAPI(
        title="recog",
        version=__version__,
        description="A photo library by face. Send `Authorization: Bearer TOKEN`, the token being RECOG_SERVE_TOKEN.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_SILENT,
        dependencies=[Security(_TOKEN)],
    )
    app.state.library = opened
    app.state.limits = limits
    translate_failures(app)
    shown = own_pages() if pages is None else pages
    app.state.bar = tuple((page.path, page.label) for page in shown if page.label)
    parts = [part.router for part in (api, acts, uploads, pictures, static_files)]
    for router in [*parts, *(page.router for page in shown)]:
        app.include_router(router)
    return Guard(app, access, place=place, uploads=UPLOADS, limits=limits)
