"""The choice of another language, which links of every page make."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse

from recog.errors import UnknownNumberError
from recog.render.language import Language, languages
from recog.store.account_records import Role
from recog.web.guard import ROOT
from recog.web.language_choice import COOKIE
from recog.web.page import Page, page_router
from recog.web.roles import needs

A_YEAR = 365 * 24 * 3600
"""Seconds that a browser keeps the choice."""
router = page_router()
PAGE = Page(router)


@router.get("/language", response_class=RedirectResponse, status_code=303)
@needs(Role.VIEWER)
async def choose(
    request: Request,
    to: Annotated[
        str,
        Query(
            max_length=35,
            description="The tag of a language.",
            json_schema_extra={"enum": [one.tag for one in languages()]},
        ),
    ],
    back: Annotated[
        str, Query(max_length=8192, pattern=r"^/([^/\\].*)?$", description="The path of the page to go back to.")
    ] = "/",
) -> RedirectResponse:
    """Keep the choice of a language in a cookie, and go back to the page."""
    offered: Sequence[Language] = request.app.state.languages
    tags = [language.tag for language in offered]
    if to not in tags:
        raise UnknownNumberError(f"the pages do not speak {to!r}, only {', '.join(tags)}")
    answer = RedirectResponse(request.scope[ROOT] + back, 303)
    answer.set_cookie(COOKIE, to, max_age=A_YEAR, httponly=True, samesite="strict")
    return answer
