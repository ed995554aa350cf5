"""Files of results: written completely or not at all, never over another file, without private metadata."""

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from recog import durable
from recog.errors import StyleError
from recog.types import Pixels

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}
"""Formats that can be written: suffix in lower case -> Pillow's name of the format."""


@dataclass(frozen=True, slots=True)
class ResultKind:
    """A kind of result, by its name and the suffixes that its files may have, in lower case."""

    name: str
    suffixes: tuple[str, ...]


PICTURE = ResultKind("picture", tuple(SUFFIXES))

_MODE = 0o666
"""The mode before the umask, because a result is an ordinary file of the user, like the photo."""
# 2000-01-01 00:00:00 as six 16-bit numbers: a valid date that reveals nothing.
_NO_MOMENT = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def publish(data: bytes, path: Path, kind: ResultKind = PICTURE) -> None:
    """Write a result's bytes; the file appears under its name only when it is complete and on the disk.

    Raises:
        StyleError: the file exists, its folder does not, or it cannot be written.
    """
    check_target(path, kind)
    try:
        durable.put(path, data, mode=_MODE, replace=False)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise StyleError(
            f"{path} cannot be written ({error.strerror}): it needs {len(data) / 1e6:.1f} MB in a folder that you may "
            "write to; make room or choose another one"
        ) from error


def check_target(path: Path, kind: ResultKind = PICTURE) -> None:
    """Raise StyleError early if path cannot be written because of its suffix, an existing file or a missing folder."""
    if path.suffix.lower() not in kind.suffixes:
        raise StyleError(
            f"{path.name} has no suffix of a {kind.name} that recog writes: use one of {', '.join(kind.suffixes)}"
        )
    if path.exists() or path.is_symlink():
        raise _exists(path)
    if not path.parent.is_dir():
        raise StyleError(f"the folder {path.parent} is not there: make it, or choose another one")


def encoded_picture(pixels: Pixels, form: str, *, quality: int = 92) -> bytes:
    """Encode (H, W, 3) uint8 RGB as a file of Pillow's format `form`, with the sRGB profile as only metadata.

    The same pixels give the same bytes with the same version of Pillow.
    """
    profile = _srgb_profile()
    options: dict[str, dict[str, Any]] = {
        "PNG": {},
        "JPEG": {"quality": quality, "subsampling": 0},
        "TIFF": {"compression": "tiff_adobe_deflate"},
    }
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=form, icc_profile=profile, **options[form])
    return buffer.getvalue()


def _srgb_profile() -> bytes:
    """Return an sRGB profile whose creation date (ICC.1, 7.2.8) is replaced, so that it is always the same."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = _NO_MOMENT
    return bytes(profile)


def _exists(path: Path) -> StyleError:
    return StyleError(f"{path} exists already, and recog never overwrites: choose another name or folder")
