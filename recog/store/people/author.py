"""The account that acts, by name, as the history records it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_AUTHOR: ContextVar[str | None] = ContextVar("author", default=None)


def author() -> str | None:
    """Return the name of the account that acts; None for whoever has the library's files."""
    return _AUTHOR.get()


@contextmanager
def acting_as(account: str | None) -> Iterator[None]:
    """Let the acts of the block, also those in threads that it starts with this context, be this account's."""
    token = _AUTHOR.set(account)
    try:
        yield
    finally:
        _AUTHOR.reset(token)
