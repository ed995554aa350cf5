"""Who may ask: whoever holds the token, or a cookie that a one-time code was exchanged for."""

import hmac
import secrets
from collections.abc import Callable

from recog.errors import ConfigError

LEAST_CHARACTERS = 22
"""The least length of a token that a user chose: 128 bits, as `secrets.token_urlsafe(16)` writes them."""


class Access:
    """Hold the secrets of one running server; they live in memory and end with it.

    Programs send `token` as `Authorization: Bearer TOKEN`; None admits no program. A browser enters with `code`, which
    changes after each entry, and then holds the session's value as a cookie. It asks for every page below `root`,
    "/s/RANDOM", and the cookie is for paths below `root` only. Browsers send a cookie to every port of its host, but a
    server on another port does not know the path, so none of its pages can make a browser send this cookie.
    """

    def __init__(self, token: str | None = None, *, entered: Callable[[], None] = lambda: None) -> None:
        """Call `entered` after each entry, when there is a new code. ConfigError for a token that can be guessed."""
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
        """Say whether an Authorization header holds the token."""
        scheme, _, given = authorization.partition(" ")
        return self._token is not None and scheme.lower() == "bearer" and _same(given.strip(), self._token)

    def admits_session(self, value: str) -> bool:
        """Say whether a cookie's value is the one that `enter` gave."""
        return _same(value, self._session)

    def below_root(self, path: str) -> str | None:
        """Return what follows `root` in a path below it, slash included; None for any other path."""
        start, rest = path[: len(self.root)], path[len(self.root) :]
        return rest if rest.startswith("/") and _same(start, self.root) else None

    def enter(self, code: str) -> str | None:
        """Spend the code and return the cookie's value; None for any other code."""
        if not _same(code, self.code):
            return None
        self.code = secrets.token_urlsafe(32)
        self._entered()
        return self._session


def _same(given: str, secret: str) -> bool:
    """Compare in a time that does not tell where the two differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
