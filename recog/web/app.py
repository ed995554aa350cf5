"""The whole server as one ASGI application: routes, failures, and the guard before them."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from fastapi.telemetry import TelemetryConfig

from recog import __version__
from recog.config import CONFIG_FILE
from recog.errors import ConfigError
from recog.render.language import Language
from recog.render.language import languages as own_languages
from recog.store.account_records import Role
from recog.web import acts, api, index_api, install, pictures, static_files, uploads, videos
from recog.web.access import Access
from recog.web.attempts import Attempts
from recog.web.bodies import Limits
from recog.web.failures import translate_failures
from recog.web.guard import Guard
from recog.web.library import ServedLibrary
from recog.web.page import Page
from recog.web.pages import pages as own_pages
from recog.web.place import Place
from recog.web.roles import BarLink, declared_role

UPLOADS = frozenset(route.path for route in uploads.router.routes if isinstance(route, APIRoute))
"""Paths that photos are sent to."""
LIMITS = Limits()
_TOKEN = HTTPBearer(auto_error=False, scheme_name="token", description="RECOG_SERVE_TOKEN; the guard asks for it.")
"""Only for the OpenAPI document: recog.web.guard refuses whoever has neither token nor session."""
_SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""No telemetry, whatever OpenTelemetry is installed and configured beside recog."""


def create_app(
    opened: ServedLibrary,
    *,
    access: Access,
    place: Place,
    limits: Limits = LIMITS,
    pages: Sequence[Page] | None = None,
    languages: Sequence[Language] | None = None,
    attempts: Attempts | None = None,
    settings_file: Path = CONFIG_FILE,
) -> Guard:
    """Make what a server at `place` serves to those whom `access` admits; its `app` is the application with the routes.

    pages are those in recog.web.pages if none are given, and languages those that recog has catalogs of. The OpenAPI
    document is /api/openapi.json; pages that show one load scripts from elsewhere, so there are none.

    Raises:
        ConfigError: a page answers what another page or the API answers.
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
    app.state.languages = own_languages() if languages is None else tuple(languages)
    app.state.place = place
    app.state.settings_file = settings_file
    translate_failures(app)
    shown = own_pages() if pages is None else pages
    in_order = sorted(shown, key=lambda page: page.order)
    app.state.bar = tuple(_bar_link(page) for page in in_order if page.label)
    parts = [part.router for part in (api, acts, index_api, uploads, pictures, videos, static_files, install)]
    routers = [*parts, *(page.router for page in shown)]
    _refuse_collisions(routers)
    app.state.routes = tuple(route for router in routers for route in _routes(router))
    for router in routers:
        app.include_router(router)
    attempts = app.state.attempts = attempts or Attempts()
    return Guard(
        app,
        access,
        opened=opened,
        place=place,
        uploads=UPLOADS,
        limits=limits,
        attempts=attempts,
        languages=app.state.languages,
    )


def _bar_link(page: Page) -> BarLink:
    declared = (declared_role(route.endpoint) for route in _routes(page.router) if route.path == page.path)
    return BarLink(page.path, page.label, next(declared, None) or Role.OWNER)


def _routes(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]


def _refuse_collisions(routers: Sequence[APIRouter]) -> None:
    """Raise ConfigError if two routers answer the same question, because the second one would never be asked."""
    answered: set[tuple[str, str]] = set()
    for router in routers:
        asked = {(method, route.path) for route in _routes(router) for method in route.methods or ()}
        if both := sorted(asked & answered):
            raise ConfigError(
                f"a page of an installed package answers {' '.join(both[0])}, which another page or the API answers: "
                "uninstall that package"
            )
        answered |= asked
