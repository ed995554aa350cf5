"""Who may ask: whoever holds the token, or a cookie got for a code that works once."""

import hmac
import secrets
from collections.abc import Callable

from recog.errors import ConfigError

LEAST_CHARACTERS = 22
"""Of a token that a user chose: 128 bits, written as `secrets.token_urlsafe(16)` writes them."""


class Access:
    """The secrets of one running server, in memory alone: they end with it.

    token is for programs, which send it as `Authorization: Bearer TOKEN`; None where there is none. Browsers enter with
    `code`, which is another one afterwards, and hold the session's value as a cookie from then on. They ask for every
    page below `root`, "/s/RANDOM", and the cookie is for paths below it alone. Browsers send a cookie to every port of
    its host; a server on another port does not know the path, so no page of that server can make them send this one.
    """

    def __init__(self, token: str | None = None, *, entered: Callable[[], None] = lambda: None) -> None:
        """After each entry, when there is a new code, `entered` is called. A token that can be guessed: ConfigError."""
        if token is not None and (len(token) < LEAST_CHARACTERS or not token.isascii() or not token.isprintable()):
            raise ConfigError(
                f"a token is {LEAST_CHARACTERS} or more printable ASCII characters that nobody can guess: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes one"
            )
        self._token = token
        self._entered = entered
        self._session = secrets.token_urlsafe(32)
        self.root = f"/s/{secrets.token_urlsafe(32)}"
        self.code = secrets.token_urlsafe(32)

    def admits_token(self, authorization: str) -> bool:
        """Whether an Authorization header holds the token."""
        scheme, _, given = authorization.partition(" ")
        return self._token is not None and scheme.lower() == "bearer" and _same(given.strip(), self._token)

    def admits_session(self, value: str) -> bool:
        """Whether a cookie's value is the one that `enter` gave."""
        return _same(value, self._session)

    def below_root(self, path: str) -> str | None:
        """What follows `root` in a path below it, from its slash on; None for any other path."""
        start, rest = path[: len(self.root)], path[len(self.root) :]
        return rest if rest.startswith("/") and _same(start, self.root) else None

    def enter(self, code: str) -> str | None:
        """The cookie's value for the code, which is spent then; None for any other code."""
        if not _same(code, self.code):
            return None
        self.code = secrets.token_urlsafe(32)
        self._entered()
        return self._session


def _same(given: str, secret: str) -> bool:
    """In a time that tells nothing of where the two differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
