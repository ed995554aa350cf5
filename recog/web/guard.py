"""Stands before every route and decides who may ask, from where, and how much."""

import asyncio
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from recog.printable import printable
from recog.render.language import ENGLISH, Language, speaking
from recog.web.access import Access
from recog.web.bodies import GoneError, Limits, read_whole, replay, throw_away
from recog.web.language_choice import wanted_language
from recog.web.place import Place
from recog.web.plain import Forbidding, Refused, refuse, welcome

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
    * 401 without the token or the cookie, for every path, even one without a route. ENTRY gives the cookie, which
      admits only below the session's root: see recog.web.access. The application sees paths without that root. The
      scope keeps it as ROOT, which is "" if the path had none.
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
        place: Place,
        uploads: Collection[str],
        limits: Limits,
        languages: Sequence[Language] = (ENGLISH,),
    ) -> None:
        self.app = app
        self._access = access
        self._place = place
        self._uploads = uploads
        self._limits = limits
        self._languages = languages
        self._turns = asyncio.Semaphore(limits.at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        rest = self._access.below_root(scope["path"])
        scope[ROOT] = "" if rest is None else self._access.root
        if rest is not None:
            scope["path"], scope["raw_path"] = rest, rest.encode("utf-8", "replace")
        with speaking(wanted_language(Headers(scope=scope), self._languages)):
            await self._answered(scope, receive, Forbidding(send))

    async def _answered(self, scope: Scope, receive: Receive, answer: Forbidding) -> None:
        try:
            await self._passed(scope, receive, answer)
        except Refused as refused:
            most, limits = self._most(scope["path"]), self._limits
            await throw_away(Headers(scope=scope), receive, most=most, seconds=limits.seconds, pause=limits.pause)
            await refuse(answer, refused, page=scope["method"] == "GET" and not scope["path"].startswith("/api/"))
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
        entering = scope["path"] == ENTRY and scope["method"] == "POST" and not scope[ROOT]
        by_cookie = entering or self._by_cookie(headers, below_root=bool(scope[ROOT]))
        self._refuse_foreign(scope["method"], headers, host, by_cookie=by_cookie)
        if not entering:
            scope[ADMITTED] = True
        async with self._turns if scope["path"] in self._uploads else nullcontext():
            most, seconds = self._most(scope["path"]), self._limits.seconds
            body = await read_whole(headers, receive, most=most, seconds=seconds)
            if entering:
                await self._enter(body, send)
            else:
                await self.app(scope, replay(body, receive), send)

    def _host(self, headers: Headers) -> str:
        given = headers.getlist("host")
        if len(given) != 1 or given[0].lower() not in self._place.hosts:
            raise Refused(421, f"this is not the host that was asked for: open {self._place.url}")
        return given[0].lower()

    def _by_cookie(self, headers: Headers, *, below_root: bool) -> bool:
        """Say whether the cookie admits, and not the token; Refused if neither does."""
        if any(map(self._access.admits_token, headers.getlist("authorization"))):
            return False
        if below_root and any(map(self._access.admits_session, self._sessions(headers))):
            return True
        raise Refused(
            401, "open the address that 'recog serve' printed, or send the token: Authorization: Bearer TOKEN"
        )

    def _sessions(self, headers: Headers) -> Iterator[str]:
        """Yield every value of the cookie: a server on another port can set one of the same name."""
        for cookies in headers.getlist("cookie"):
            for cookie in cookies.split(";"):
                name, _, value = cookie.strip().partition("=")
                if name == self._place.cookie:
                    yield value

    def _refuse_foreign(self, method: str, headers: Headers, host: str, *, by_cookie: bool) -> None:
        if any(site not in OWN_SITE for site in headers.getlist("sec-fetch-site")):
            raise Refused(403, "another site asks: open the library's own pages")
        if method in SAFE_METHODS:
            return
        origins = headers.getlist("origin")
        if any(origin.lower() != f"http://{host}" for origin in origins):
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
        await welcome(send, f"{self._place.cookie}={session}; Path={first}; HttpOnly; SameSite=Strict", first)
