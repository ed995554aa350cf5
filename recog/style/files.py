"""Save a styled picture: whole or not at all, never over another file, with nothing of the photo's private data."""

import contextlib
import errno
import io
import os
import secrets
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from recog.errors import StyleError
from recog.types import Pixels

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}
"""What can be written, by suffix in lower case: Pillow's name of the format."""

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EMLINK}


def save_picture(pixels: Pixels, path: Path, *, quality: int = 92) -> int:
    """Write (H, W, 3) uint8 RGB as PNG, JPEG or TIFF by the path's suffix; the size of the file in bytes.

    The file carries the sRGB profile and no other metadata: what is known of the content's place, time and camera was
    never in the pixels. It appears under its name only when it is whole and on the disk. quality is the JPEG's.

    Raises:
        StyleError: unknown suffix, the file exists already, its folder does not, or there is no space or right.
    """
    check_target(path)
    data = encoded_picture(pixels, SUFFIXES[path.suffix.lower()], quality=quality)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(temporary, data)
        _take_name(temporary, path)
        _sync_directory(path.parent)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise StyleError(
            f"{path} cannot be written ({error.strerror}): it needs {len(data) / 1e6:.1f} MB in a folder that you may "
            "write to; make room or choose another one"
        ) from error
    finally:
        # What cannot be removed either is left to the next clean-up; the error above tells more.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return len(data)


def check_target(path: Path) -> None:
    """Raise the StyleError that save_picture would, as far as it can be known before the work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise StyleError(f"{path.name} has no suffix of a picture that recog writes: use one of {', '.join(SUFFIXES)}")
    if path.exists() or path.is_symlink():
        raise _exists(path)
    if not path.parent.is_dir():
        raise StyleError(f"the folder {path.parent} is not there: make it, or choose another one")


def encoded_picture(pixels: Pixels, form: str, *, quality: int = 92) -> bytes:
    """(H, W, 3) uint8 RGB -> the bytes of a file of Pillow's format `form`, with the sRGB profile alone."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, dict[str, Any]] = {
        "PNG": {},
        "JPEG": {"quality": quality, "subsampling": 0},
        "TIFF": {"compression": "tiff_adobe_deflate"},
    }
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=form, icc_profile=profile, **options[form])
    return buffer.getvalue()


def _exists(path: Path) -> StyleError:
    return StyleError(f"{path} exists already, and recog never overwrites: choose another name or folder")


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _take_name(temporary: Path, path: Path) -> None:
    """Give the file its name, unless the name is taken: a link fails where a rename would overwrite."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without links (FAT, some network drives): look, then rename.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.rename(path)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
