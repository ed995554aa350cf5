"""Let threads that share an object call it one after the other."""

import functools
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

_Class = TypeVar("_Class")


def in_turns(shared: type[_Class]) -> type[_Class]:
    """A class whose public methods and properties wait while another thread is in one of them.

    Its objects hold the LibraryContext whose lock they share: `_context`, set before any of them is called.
    """
    for name in dir(shared):
        member = inspect.getattr_static(shared, name)
        if name.startswith("_"):
            continue
        if isinstance(member, FunctionType):
            setattr(shared, name, _waiting(member))
        elif isinstance(member, property) and member.fget is not None:
            setattr(shared, name, property(_waiting(member.fget)))
    return shared


def _waiting(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def called(self: Any, *arguments: Any, **named: Any) -> Any:
        with self._context.turn:
            return method(self, *arguments, **named)

    return called
