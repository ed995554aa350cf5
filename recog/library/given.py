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
