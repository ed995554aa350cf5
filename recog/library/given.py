"""Photos and folders as callers give them: one or several paths, as text or as Path, or the bytes of a photo."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from recog.photos import PhotoSource

AnyPath: TypeAlias = str | os.PathLike[str]
AnyPhoto: TypeAlias = AnyPath | bytes
IN_MEMORY = Path("photo")
"""What results and errors call a photo that was given as bytes."""


def photo_of(given: AnyPhoto) -> Path | PhotoSource:
    """A photo to ask about: where it is, or, given as the bytes of a photo file, these."""
    if isinstance(given, bytes):
        return PhotoSource(IN_MEMORY, given, hashlib.sha256(given).hexdigest())
    return Path(given)


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
