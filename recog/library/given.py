"""Paths as callers give them: one or several, as text or as Path."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

AnyPath: TypeAlias = str | os.PathLike[str]


def several(given: AnyPath | Iterable[AnyPath]) -> list[Path]:
    """One path is a list of one: text is never taken for its characters."""
    if isinstance(given, str | os.PathLike):
        return [Path(given)]
    return [Path(path) for path in given]


def whole(path: Path) -> Path:
    """The path from the root, ~ written out; what starts with ~ and is nobody's home is a name like any other."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        return path.absolute()


def is_there(path: Path) -> bool:
    """Whether something is at the path, as far as this user may see: no name is too long or too secret to ask."""
    try:
        return path.exists()
    except OSError:
        return False
