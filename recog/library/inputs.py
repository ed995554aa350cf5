"""Photos and folders as callers give them: paths, as text or as Path, the bytes of a photo file, or pixels."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import numpy as np

from recog.errors import RecogError
from recog.photos import PhotoSource, refuse_other_than_pixels
from recog.types import DecodedPhoto, Pixels

AnyPath: TypeAlias = str | os.PathLike[str]
AnyPhoto: TypeAlias = AnyPath | bytes | bytearray | memoryview | Pixels | DecodedPhoto
GivenPhoto: TypeAlias = Path | PhotoSource | DecodedPhoto
"""A photo file, its bytes, or pixels in memory."""
IN_MEMORY = Path("photo")
"""Name of a photo that was given as bytes or pixels, in results and errors."""


def photo_of(given: AnyPhoto) -> GivenPhoto:
    """Return a photo to ask about, given by its path, as the bytes of its file, decoded, or as its pixels.

    Pixels are (H, W, 3) uint8 RGB, upright. Raises ValueError for other pixels, and TypeError for anything else.
    """
    if isinstance(given, str | os.PathLike):
        return Path(given)
    if isinstance(given, DecodedPhoto):
        return given
    if isinstance(given, np.ndarray):
        return _photo_of_pixels(given)
    if not isinstance(given, bytes | bytearray | memoryview):
        raise TypeError(
            f"a photo is a path, the bytes of a photo file, or pixels (H, W, 3) uint8 RGB, not a {type(given).__name__}"
        )
    data = bytes(given)
    return PhotoSource(IN_MEMORY, data, hashlib.sha256(data).hexdigest())


def _photo_of_pixels(given: Pixels) -> DecodedPhoto:
    """Return pixels as a photo; no file has these bytes, so the digest is of shape and pixels."""
    refuse_other_than_pixels(given)
    pixels = np.ascontiguousarray(given)
    digest = hashlib.sha256(f"pixels {pixels.shape}".encode())
    digest.update(pixels.data)
    return DecodedPhoto(digest.hexdigest(), pixels, "pixels", None)


def several(given: AnyPath | Iterable[AnyPath]) -> list[Path]:
    """Return paths, also if one is given alone: text is never taken for its characters.

    Raises TypeError for photos in memory, because the library keeps where photos are.
    """
    listed = [given] if isinstance(given, str | os.PathLike | bytes | bytearray | memoryview) else list(given)
    paths = [Path(path) for path in listed if isinstance(path, str | os.PathLike)]
    if len(paths) < len(listed):
        raise TypeError(
            "the library keeps faces of photo files and where these are: write the photo to a file and give its path, "
            "or confirm() the number of a face that it holds"
        )
    if "" in map(str, listed):  # Path("") is the current folder
        raise RecogError("an empty text names no file or folder: write '.' for the current folder")
    return paths


def paths_of(given: AnyPath | Iterable[AnyPath]) -> list[Path]:
    """Return paths as `several` does, each from the root."""
    return [whole(path) for path in several(given)]


def path_of(given: AnyPath) -> Path:
    """Return one path, from the root."""
    (path,) = paths_of([given])
    return path


def whole(path: Path) -> Path:
    """Return the path from the root, with ~ and .. resolved; a ~ that is nobody's home is a name like any other.

    So a file has one path, from wherever it is named. Links stay, except those that a .. steps out of.
    """
    with suppress(RuntimeError):
        path = path.expanduser()
    path = path.absolute()
    last = max((place for place, name in enumerate(path.parts) if name == ".."), default=0)
    return Path(*path.parts[: last + 1]).resolve().joinpath(*path.parts[last + 1 :]) if last else path


def is_there(path: Path) -> bool:
    """Return whether something is at the path, as far as this user may see; names that are too long are not there."""
    try:
        return path.exists()
    except OSError:
        return False
