"""The styles, scripts and the icon of the pages: /assets/NAME."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from recog.errors import UnknownNumberError
from recog.render.language import Language, spoken
from recog.render.page import asset
from recog.store.account_records import Role
from recog.web.failures import documented
from recog.web.roles import needs
from recog.web.shell import PACKAGE

_KINDS = {
    "pages.css": "text/css; charset=utf-8",
    "words.js": "text/javascript; charset=utf-8",
    "acts.js": "text/javascript; charset=utf-8",
    "keys.js": "text/javascript; charset=utf-8",
    "naming.js": "text/javascript; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
    "find.js": "text/javascript; charset=utf-8",
    "timeline.js": "text/javascript; charset=utf-8",
    "age.js": "text/javascript; charset=utf-8",
    "copies.js": "text/javascript; charset=utf-8",
    "rows.js": "text/javascript; charset=utf-8",
    "scrubber.js": "text/javascript; charset=utf-8",
    "lightbox.js": "text/javascript; charset=utf-8",
    "draw.js": "text/javascript; charset=utf-8",
    "map.js": "text/javascript; charset=utf-8",
    "index.js": "text/javascript; charset=utf-8",
    "queue.js": "text/javascript; charset=utf-8",
    "float.js": "text/javascript; charset=utf-8",
    "install.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "icon-find.svg": "image/svg+xml",
}
WORDS = "words.js"
_SHARED = {"pages.css": ("report.css", "people.css"), "map.js": ("plane.js",)}
"""Styles and scripts of the reports that come before one of the pages."""
_DARK_RULES = {"dark": "@media all", "light": "@media not all"}
"""What stands in place of the question whether the browser's user likes dark pages."""

router = APIRouter(default_response_class=Response, responses=documented(404, 409, pages=True), tags=["pages"])


@router.get("/assets/{name}")
@needs(Role.VIEWER)
def assets(
    name: str, look: Annotated[Literal["auto", "light", "dark"], Query(description="For styles.")] = "auto"
) -> Response:
    """The pages' style, scripts and icon."""
    if name not in _KINDS:
        raise UnknownNumberError(f"there is no {name!r} among the assets of the pages")
    parts: list[str] = [*map(asset, _SHARED.get(name, ())), asset(name, PACKAGE)]
    if name == WORDS:
        parts.insert(0, _messages(spoken()))
    content = "".join(parts)
    if name.endswith(".css") and look != "auto":
        content = content.replace("@media (prefers-color-scheme: dark)", _DARK_RULES[look])
        content = content.replace("color-scheme: light dark", f"color-scheme: {look}")
    return Response(content, media_type=_KINDS[name])


def _messages(language: Language) -> str:
    """Return what words.js finds the words of a language by."""
    messages = json.dumps(language.script_messages, ensure_ascii=False)
    return f"const MESSAGES = {messages};\nconst pluralOf = (n) => Number({language.plural});\n"
