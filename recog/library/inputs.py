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
"""What results and errors call a photo that was given as bytes or as pixels."""


def photo_of(given: AnyPhoto) -> GivenPhoto:
    """A photo to ask about: where it is, or, given as the bytes of a photo file, decoded, or as its pixels, these.

    Pixels are (H, W, 3) uint8 RGB, upright; others are a ValueError, and what is no photo at all a TypeError.
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
    """No file has these bytes: the digest is that of shape and pixels."""
    refuse_other_than_pixels(given)
    pixels = np.ascontiguousarray(given)
    digest = hashlib.sha256(f"pixels {pixels.shape}".encode())
    digest.update(pixels.data)
    return DecodedPhoto(digest.hexdigest(), pixels, "pixels", None)


def several(given: AnyPath | Iterable[AnyPath]) -> list[Path]:
    """One path is a list of one: text is never taken for its characters.

    Photos in memory are a TypeError: this is for what the library keeps, and it keeps where photos are.
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
    """What `several` makes of it, each path from the root."""
    return [whole(path) for path in several(given)]


def path_of(given: AnyPath) -> Path:
    """One path, from the root."""
    (path,) = paths_of([given])
    return path


def whole(path: Path) -> Path:
    """The path from the root, ~ and .. written out; what starts with ~ and is nobody's home is a name like any other.

    So a file has one path, from wherever it is named. Links stay, but those that a .. steps out of.
    """
    with suppress(RuntimeError):
        path = path.expanduser()
    path = path.absolute()
    last = max((place for place, name in enumerate(path.parts) if name == ".."), default=0)
    return Path(*path.parts[: last + 1]).resolve().joinpath(*path.parts[last + 1 :]) if last else path


def is_there(path: Path) -> bool:
    """Whether something is at the path, as far as this user may see: no name is too long or too secret to ask."""
    try:
        return path.exists()
    except OSError:
        return False
