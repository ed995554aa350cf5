"""Stands before every route and decides who may ask, from where, and how much."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from recog.printable import printable
from recog.render.language import ENGLISH, Language, speaking
from recog.store.account_records import Role
from recog.store.people.author import acting_as
from recog.web.access import Access
from recog.web.attempts import Attempts
from recog.web.bodies import GoneError, Limits, read_whole, replay, throw_away
from recog.web.callers import Callers
from recog.web.error_page import error_page
from recog.web.language_choice import wanted_language
from recog.web.login import LOGIN, LOGOUT, Login
from recog.web.login_page import login_page
from recog.web.place import Place
from recog.web.plain import POLICY, Forbidding, Refused, answer_page, go_to, refuse, welcome
from recog.web.roles import CALLER, Caller, bar_for, declared_role
from recog.web.sessions import Sessions

if TYPE_CHECKING:  # the library imports the failures of routes, which import the guard
    from recog.web.library import ServedLibrary

ENTRY = "/enter"
"""Where a browser POSTs the code of its address; the guard answers with the cookie."""
ROOT = "recog.root"
"""Key of a request's scope: what stands before the path of every link on the page that answers it."""
ADMITTED = "recog.admitted"
"""Key of a request's scope: the request was admitted."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
"""Allowed values of Sec-Fetch-Site; "same-site" would be a page of another port of this machine."""
_logger = logging.getLogger(__name__)


class Guard:
    """An ASGI application before another one, which sees only the requests that pass.

    * 421 if Host is not a name of `place`, which stops DNS rebinding: see docs/decisions/host-check.md.
    * 401 without a token or the cookie, for every path, even one without a route. ENTRY and LOGIN give the cookie,
      which admits only below the session's root: see recog.web.access and recog.web.sessions. The application sees
      paths without that root. The scope keeps it as ROOT, which is "" if the path had none, and who asks as CALLER.
    * 403 if the caller's role is not the one that the route needs (see recog.web.roles).
    * 403 if the browser says that another site asks (Sec-Fetch-Site) or, for a method that is not safe, if Origin is
      another one. With the cookie there must be an Origin, which every browser sends.
    * 413 or 408 if a body is too large or too slow; 415 if it is compressed, because a small one may then grow large.
      Bodies are read here, whole. `uploads` are the paths whose bodies may be photos. These take turns, because many at
      once would fill the memory and take the threads that answer everybody else.
    * The body of a refused request is read and thrown away, because a client that is still sending reads no answer.

    Answers are in the language that the request wants, of `languages`: see recog.web.language_choice.

    Every answer says what browsers must not do with it (see recog.web.plain); no answer allows another origin anything.
    """

    def __init__(
        self,
        app: FastAPI,
        access: Access,
        *,
        opened: "ServedLibrary",
        place: Place,
        uploads: Collection[str],
        limits: Limits,
        attempts: Attempts,
        languages: Sequence[Language] = (ENGLISH,),
    ) -> None:
        self.app = app
        self._access = access
        self._place = place
        self._uploads = uploads
        self._limits = limits
        self._languages = languages
        self._turns = asyncio.Semaphore(limits.at_once)
        sessions = Sessions()
        self._callers = Callers(access, opened, sessions, place)
        self._login = Login(opened, sessions, place=place, attempts=attempts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        root, rest = self._callers.split(scope["path"])
        scope[ROOT] = root
        if root:
            scope["path"], scope["raw_path"] = rest, rest.encode("utf-8", "replace")
        with speaking(wanted_language(Headers(scope=scope), self._languages)):
            await self._answered(scope, receive, Forbidding(send))

    async def _answered(self, scope: Scope, receive: Receive, answer: Forbidding) -> None:
        try:
            await self._passed(scope, receive, answer)
        except Refused as refused:
            most, limits = self._most(scope["path"]), self._limits
            await throw_away(Headers(scope=scope), receive, most=most, seconds=limits.seconds, pause=limits.pause)
            await self._refuse(scope, refused, answer)
        except GoneError:
            return
        except Exception as error:
            if not answer.started:
                raise
            told = _logger.isEnabledFor(logging.INFO)
            what = type(error).__name__, scope["method"], printable(scope["path"])
            _logger.error("unexpected %s at %s %s; --verbose shows the traceback", *what, exc_info=told)  # noqa: TRY400

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host = self._host(headers)
        entering = scope["method"] == "POST" and not scope[ROOT] and scope["path"] in {ENTRY, LOGIN}
        caller, by_cookie = (None, True) if entering else await self._callers.caller(headers, scope[ROOT])
        self._refuse_foreign(scope["method"], headers, host, by_cookie=by_cookie)
        if caller is not None:
            scope[ADMITTED], scope[CALLER] = True, caller
            self._refuse_role(scope, caller)
        async with self._turns if scope["path"] in self._uploads else nullcontext():
            most, seconds = self._most(scope["path"]), self._limits.seconds
            body = await read_whole(headers, receive, most=most, seconds=seconds)
            if caller is None:
                await (self._enter(body, send) if scope["path"] == ENTRY else self._login.log_in(scope, body, send))
            elif caller.account is not None and scope[ROOT] and (scope["method"], scope["path"]) == ("POST", LOGOUT):
                await self._login.log_out(scope[ROOT], send)
            else:
                with acting_as(caller.name):
                    await self.app(scope, replay(body, receive), send)

    async def _refuse(self, scope: Scope, refused: Refused, send: Send) -> None:
        """Answer why a request is refused; a browser that wants a page gets one for what its user can mend."""
        page = scope["method"] == "GET" and not scope["path"].startswith("/api/")
        if page and refused.status == 403 and CALLER in scope and "text/html" in Headers(scope=scope).get("accept", ""):
            caller: Caller = scope[CALLER]
            bar = bar_for(self.app.state.bar, caller.role)
            if scope["path"] == "/":
                await go_to(send, f"{scope[ROOT]}{bar[0][0]}")
                return
            told = error_page(403, str(refused), root=scope[ROOT], bar=bar, caller=caller)
            await answer_page(send, 403, told, POLICY)
        elif page and refused.status == 401 and await self._login.is_offered():
            await answer_page(send, 401, *login_page())
        else:
            await refuse(send, refused, page=page)

    def _refuse_role(self, scope: Scope, caller: Caller) -> None:
        """Refuse a caller whose role is not the one that the route needs; a path without a route is answered 404."""
        if caller.role is Role.OWNER:
            return
        routes: tuple[APIRoute, ...] = self.app.state.routes
        route = next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)
        needed = Role.OWNER if route is None else declared_role(route.endpoint) or Role.OWNER
        open_to_all = (route is None and scope["method"] in SAFE_METHODS) or scope["path"] == LOGOUT
        if not open_to_all and not caller.role.includes(needed):
            own = "a viewer" if caller.role is Role.VIEWER else "an editor"
            raise Refused(403, f"this is for an {needed.value}, and {caller.name} is {own}: ask an owner for more")

    def _host(self, headers: Headers) -> str:
        given = headers.getlist("host")
        if len(given) != 1 or given[0].lower() not in self._place.hosts:
            raise Refused(421, f"this is not the host that was asked for: open {self._place.url}")
        return given[0].lower()

    def _refuse_foreign(self, method: str, headers: Headers, host: str, *, by_cookie: bool) -> None:
        if any(site not in OWN_SITE for site in headers.getlist("sec-fetch-site")):
            raise Refused(403, "another site asks: open the library's own pages")
        if method in SAFE_METHODS:
            return
        origins = headers.getlist("origin")
        if any(origin.lower() != self._place.origin(host) for origin in origins):
            raise Refused(403, "another origin asks: act on the library's own pages")
        if by_cookie and not origins:
            raise Refused(403, "a request by cookie that changes something names its origin: programs send the token")

    def _most(self, path: str) -> int:
        return self._limits.photo if path in self._uploads else self._limits.small

    async def _enter(self, body: bytes, send: Send) -> None:
        session = self._access.enter(body.decode("utf-8", "replace"))
        if session is None:
            raise Refused(401, "this address was used before, or is of an earlier run: each works once")
        first = f"{self._access.root}/"
        await welcome(send, self._place.set_cookie(session, first), first)
