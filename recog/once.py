"""A value that is made when it is first asked for, once, however many threads ask."""

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The result of `make`, which the first caller of `get` runs while the others wait for it.

    An error goes to the caller that met it and is not kept: the next caller tries again. functools.cached_property has
    no lock since Python 3.12.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = RLock()
        self._made: tuple[T] | None = None

    @property
    def made(self) -> bool:
        """Whether the value is there."""
        return self._made is not None

    def get(self) -> T:
        """Return the value."""
        made = self._made
        if made is None:
            with self._lock:
                made = self._made
                if made is None:
                    made = self._made = (self._make(),)
        return made[0]
