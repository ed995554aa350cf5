"""Database URLs: what they name, and what of them may be shown. A path is never turned into a URL to be parsed."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from recog.errors import CatalogError

_FORMS = "write sqlite:///PATH or postgresql://USER@HOST/NAME"
_OPEN = re.compile(r"[@/?#]|%(?![0-9A-Fa-f]{2})")
"""Characters that end a password early or begin an escape, unless they are escaped."""
_NO_UTF8 = re.compile(r"[\ud800-\udfff]")
_SECRET_OPTIONS = ("password", "sslpassword")
_ESCAPES = {"%": "%25", "?": "%3F"}


def parse_url(url: str | Path) -> URL:
    """Parse the path of a SQLite file, or a URL of SQLite or PostgreSQL, into SQLAlchemy's URL.

    In a URL, `%XX` is a byte. Anything else is a CatalogError that repeats no part of the URL that may be a password.
    """
    if isinstance(url, Path):
        return URL.create("sqlite", database=str(url.absolute()))
    scheme, found, rest = url.partition("://")
    backend = scheme.partition("+")[0]
    if found and backend == "sqlite":
        return _sqlite(rest)
    if found and backend in {"postgresql", "postgres"}:
        return _postgresql(rest)
    if found and re.fullmatch(r"[\w+.-]+", scheme):
        raise CatalogError(f"recog keeps no catalog in {scheme}://…, only in SQLite or PostgreSQL: {_FORMS}")
    shown = "what was given" if re.search(r"[:@?]", url) else repr(url)
    raise CatalogError(f"{shown} is no database URL: {_FORMS}")


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite database, None for a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def shown_url(url: URL) -> str:
    """Return the URL in readable form, without user and password.

    `parse_url` reads the URL of a SQLite file back: `%`, `?` and bytes that are not UTF-8 are written as `%XX`.
    """
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{''.join(map(_escaped, url.database or ''))}"
    public = URL.create(url.drivername, host=url.host, port=url.port, database=url.database, query=url.query)
    text = public.difference_update_query(_SECRET_OPTIONS).render_as_string()
    return text if url.username is None and url.password is None else text.replace("://", "://***@", 1)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a message of a database driver must not repeat: the passwords and the name of the user."""

    passwords: tuple[str, ...] = ()
    user: str = ""

    @classmethod
    def of(cls, url: URL) -> "Secrets":
        """Return the secrets of a URL."""
        given = [url.password or "", *(url.query.get(name, "") for name in _SECRET_OPTIONS)]
        several = [[one] if isinstance(one, str) else one for one in given]
        return cls(tuple(password for one in several for password in one if password), url.username or "")

    def are_in(self, words: str) -> bool:
        """Return whether the words contain one of them."""
        return any(password in words for password in self.passwords) or any(one in words for one in self._users())

    def without(self, words: str) -> str:
        """Return the words without the user's name, or a remark instead if they repeat a password."""
        for one in self._users():
            words = words.replace(one, one.replace(self.user, "***"))
        return "what the driver said repeats the password, and is left out" if self.are_in(words) else words

    def _users(self) -> Iterator[str]:
        """Yield the forms in which PostgreSQL and its driver write the user's name."""
        if self.user:
            yield f'"{self.user}"'
            yield f"user={self.user}"


def _sqlite(rest: str) -> URL:
    path, question, _ = rest.removeprefix("/").partition("?")
    if question:
        raise CatalogError(
            "the URL of a SQLite catalog takes no options: leave out the question mark and what follows it; a question "
            "mark in a file's name is written %3F"
        )
    raw = unquote_to_bytes(os.fsencode(path))
    if not rest.startswith("/") or raw in {b"", b":memory:"} or b"\0" in raw:
        raise CatalogError("the URL of a SQLite catalog names no file: write sqlite:///PATH, which begins with a slash")
    return URL.create("sqlite", database=str(Path(os.fsdecode(raw)).absolute()))


def _postgresql(rest: str) -> URL:
    user, _, _ = rest.rpartition("@")
    if _OPEN.search(user):
        raise CatalogError(
            "the user or the password in the database URL holds a character that means something else there: "
            "write @ as %40, / as %2F, # as %23, % as %25 and ? as %3F"
        )
    if _NO_UTF8.search(rest):
        raise CatalogError("the database URL postgresql://… is not UTF-8 text: write it again, in UTF-8")
    try:
        return make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        # Not chained: the exception may repeat a part of the password.
        raise CatalogError(
            "the host or the port in the database URL postgresql://… cannot be read: write "
            "postgresql://USER@HOST:PORT/NAME, PORT as a number"
        ) from None


def _escaped(char: str) -> str:
    return f"%{os.fsencode(char)[0]:02X}" if "\udc80" <= char <= "\udcff" else _ESCAPES.get(char, char)
