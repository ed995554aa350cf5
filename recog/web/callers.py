"""Find out who asks: whoever has the server's address or token, or an account by session or token."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from recog.errors import RecogError
from recog.printable import printable
from recog.render.ways_out import with_way_out
from recog.web.access import Access
from recog.web.place import Place
from recog.web.plain import Refused
from recog.web.roles import Caller
from recog.web.sessions import Sessions

if TYPE_CHECKING:  # the library imports the failures of routes, which import the guard
    from recog.web.library import ServedLibrary

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Callers:
    """Tells who asks, by the headers and the root of the path."""

    def __init__(self, access: Access, opened: "ServedLibrary", sessions: Sessions, place: Place) -> None:
        self._access = access
        self._opened = opened
        self._sessions = sessions
        self._place = place

    def split(self, path: str) -> tuple[str, str]:
        """Return the root that a path is below, "" for none, and what follows it."""
        if (rest := self._access.below_root(path)) is not None:
            return self._access.root, rest
        root = self._sessions.root_of(path) or ""
        return root, path.removeprefix(root)

    async def caller(self, headers: Headers, root: str) -> tuple[Caller, bool]:
        """Return who asks, and whether a cookie admits, not a token; Refused if neither does."""
        for authorization in headers.getlist("authorization"):
            if self._access.admits_token(authorization):
                return Caller(), False
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() == "bearer" and token.strip():
                account = await asked(self._opened.library.accounts.of_token, token.strip())
                if account is not None:
                    return Caller(account), False
        given = list(self._given(headers))
        if root == self._access.root and any(map(self._access.admits_session, given)):
            return Caller(), True
        if (found := await self._by_session(root, given)) is not None:
            return found, True
        raise Refused(
            401, "open the address that 'recog serve' printed, log in, or send a token: Authorization: Bearer TOKEN"
        )

    async def _by_session(self, root: str, given: Sequence[str]) -> Caller | None:
        session = self._sessions.admitted(root, given)
        if session is None:
            return None
        account = await asked(self._opened.library.accounts.as_stamped, session.account_id, session.stamp)
        if account is None:
            self._sessions.end(root)
            return None
        return Caller(account)

    def _given(self, headers: Headers) -> Iterator[str]:
        """Yield every value of the cookie: a server on another port can set one of the same name."""
        for cookies in headers.getlist("cookie"):
            for cookie in cookies.split(";"):
                name, _, value = cookie.strip().partition("=")
                if name == self._place.cookie:
                    yield value


async def asked(question: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """Ask the catalog for an account in a thread; Refused if the catalog cannot be used."""
    try:
        return await run_in_threadpool(question, *given, **named)
    except RecogError as error:
        raise Refused(503, printable(with_way_out(error))) from error
