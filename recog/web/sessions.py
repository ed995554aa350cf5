"""Sessions of accounts that logged in; they live in memory and end with the server."""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

MOST = 1000
"""Sessions at a time; the one that was used longest ago goes first."""
IDLE_SECONDS = 30 * 24 * 3600.0
"""A session that nobody used for so long is over."""


@dataclass(frozen=True, slots=True)
class Session:
    """Which account logged in, as stamped then; root begins the path of all its pages, value is its cookie."""

    root: str
    value: str
    account_id: int
    stamp: str
    used: float


class Sessions:
    """Each session has a root of its own, so no other member of the household can make a browser send its cookie.

    Browsers send a cookie to every port of its host, but only for paths below the root, which nobody else knows.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, which never go back."""
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, account_id: int, stamp: str) -> Session:
        """Begin a session for an account."""
        root, value = f"/s/{secrets.token_urlsafe(32)}", secrets.token_urlsafe(32)
        session = self._sessions[root] = Session(root, value, account_id, stamp, self._clock())
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return session

    def root_of(self, path: str) -> str | None:
        """Return the root of the session that a path belongs to; None if it belongs to none."""
        _, _, rest = path.partition("/s/")
        root = f"/s/{rest.partition('/')[0]}"
        return root if root in self._sessions and path.startswith(f"{root}/") else None

    def admitted(self, root: str, values: Iterable[str]) -> Session | None:
        """Return the session at a root if one of the cookie's values is its own and it is not over."""
        session = self._sessions.get(root)
        if session is None or not any(hmac.compare_digest(one.encode(), session.value.encode()) for one in values):
            return None
        now = self._clock()
        if now - session.used > IDLE_SECONDS:
            self.end(root)
            return None
        self._sessions[root] = replace(session, used=now)
        self._sessions.move_to_end(root)
        return session

    def end(self, root: str) -> None:
        """End a session."""
        self._sessions.pop(root, None)
