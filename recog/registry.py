"""Registries: what can be chosen by name, of recog's own, of installed packages, and of the running program."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any, Generic, TypeVar

from recog.errors import ConfigError

T = TypeVar("T")


class Registry(Generic[T]):
    """Values by name, each imported when it is first asked for.

    kind is what the values are, in words ("detector"). own maps recog's own names to "module:attribute". A package adds
    names by entry points of `group` in its metadata, a program by `register`. recog's own names come first, then the
    program's, then those of packages.
    """

    def __init__(self, kind: str, *, group: str, own: Mapping[str, str]) -> None:
        self.kind = kind
        self.group = group
        self._own = dict(own)
        self._registered: dict[str, T] = {}

    def register(self, name: str, value: T) -> None:
        """Add a value for this process; ConfigError if recog has that name itself."""
        if name in self._own:
            raise ConfigError(f"recog has a {self.kind} called {name!r} itself: choose another name")
        self._registered[name] = value

    def names(self) -> tuple[str, ...]:
        """Return every name, recog's own first."""
        packages = sorted(point.name for point in entry_points(group=self.group))
        return tuple(dict.fromkeys([*self._own, *self._registered, *packages]))

    def named(self, name: str, *, besides: Iterable[str] = ()) -> T:
        """Return the value of that name.

        besides are names that the caller knows elsewhere, which the error lists too.

        Raises:
            ConfigError: there is no such name, or the package that has it cannot be imported.
        """
        if name in self._own:
            value: T = _imported(self._own[name])
            return value
        if name in self._registered:
            return self._registered[name]
        for point in entry_points(group=self.group, name=name):
            return self._loaded(point)
        known = ", ".join(dict.fromkeys([*besides, *self.names()]))
        raise ConfigError(f"there is no {self.kind} called {name!r}: choose one of {known}")

    def _loaded(self, point: EntryPoint) -> T:
        try:
            value: T = point.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"the {self.kind} {point.name!r} is {point.value} of an installed package, which cannot be imported "
                f"({error}): install that package again, or do without it"
            ) from error
        return value


def refuse_missing(packages: Iterable[str], *, what: str) -> None:
    """Raise ConfigError if one of the importable packages that `what` needs is not installed."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ConfigError(f"{what} needs {' and '.join(missing)}, which is not installed here: pip install it first")


def _imported(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
