"""Decode a photo file into upright RGB pixels, or say in one sentence why that is impossible."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from recog.errors import PhotoError, PhotoTooLargeError, UnreadablePhotoError
from recog.photos.colour import to_rgb
from recog.photos.exif import taken_at, upright_turn
from recog.photos.files import read_bytes
from recog.photos.formats import HEAD_BYTES, decoder_is_there, foreign_format, open_image, photo_format
from recog.photos.quiet import DecoderChatter
from recog.photos.reasons import Reason, out_of_memory
from recog.printable import printable
from recog.types import DecodedPhoto, Pixels

MAX_PIXELS = 250_000_000
"""Above the 200 megapixels of today's phones. Decoding takes 8 bytes of memory a pixel, 13 with transparency."""

_CHATTER = DecoderChatter()
_STRIP_ROWS = 64
_DETAIL_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A photo file's bytes, read once, and their SHA-256 in hexadecimal: its identity."""

    path: Path
    data: bytes
    sha256: str


def read_source(path: Path) -> PhotoSource:
    """Read the bytes of a photo file; raises as read_photo does for what is no readable file."""
    data = read_bytes(path)
    return PhotoSource(path, data, hashlib.sha256(data).hexdigest())


def read_photo(path: Path, *, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Read a photo file once and decode it: the digest and the pixels are of the same bytes. See decode_photo."""
    return decode_photo(read_source(path), max_pixels=max_pixels)


def decode_photo(source: PhotoSource, *, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Decode the bytes of a photo file.

    pixels: (H, W, 3) uint8, sRGB, upright by EXIF, full resolution, writable; of an animation the first frame.
    The format is told by the content, not by the name. Safe in threads; no setting of Pillow is changed.

    Raises PhotoTooLargeError (more than max_pixels, or than memory), UnreadablePhotoError for every other reason.
    """
    path, data = source.path, source.data
    name = _allowed_format(path, data[:HEAD_BYTES])
    try:
        with _CHATTER:
            image: Image.Image = _loaded(path, data, name, max_pixels)
            date = taken_at(image)
            turn = upright_turn(image)
            image = to_rgb(image)
            if turn is not None:
                image = image.transpose(turn)
            return DecodedPhoto(sha256=source.sha256, pixels=_pixels(image), format=name, taken_at=date)
    except PhotoError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise out_of_memory(path) from error
    except Exception as error:
        # The one place where everything is caught: decoders meet hostile bytes with whatever error their parser ran
        # into (OSError, SyntaxError, struct.error, KeyError, ZeroDivisionError ...), and one photo never stops a run.
        raise _refused(path, name, error) from error


def _allowed_format(path: Path, head: bytes) -> str:
    name = photo_format(head)
    if name is not None and decoder_is_there(name):
        return name
    other = name or foreign_format(head)
    if other is None:
        message = f"{printable(path)} is not a photo: its first bytes are those of no known picture format"
        raise UnreadablePhotoError(message, reason=Reason.NOT_A_PHOTO)
    message = f"{printable(path)} is a {other} picture, which is not decoded here: save it as JPEG, PNG or TIFF"
    raise UnreadablePhotoError(message, reason=Reason.UNSUPPORTED)


def _loaded(path: Path, data: bytes, name: str, max_pixels: int) -> Image.Image:
    """Decode all pixels, once the header has promised no more than the limit."""
    image = open_image(data, name)
    refuse_too_large(path, image, max_pixels)
    image.load()
    # Some decoders only learn the size of the picture from its pixels.
    refuse_too_large(path, image, max_pixels)
    return image


def refuse_too_large(path: Path, image: Image.Image, max_pixels: int) -> None:
    """Raise for a picture whose header promises no pixels (UnreadablePhotoError), or too many (PhotoTooLargeError)."""
    width, height = image.size
    if width < 1 or height < 1:
        message = f"{printable(path)} is damaged: it claims {width} x {height} pixels; restore it from a backup"
        raise UnreadablePhotoError(message, reason=Reason.DAMAGED)
    if width * height > max_pixels:
        message = (
            f"{printable(path)} has {width} x {height} = {width * height / 1e6:.1f} megapixels, "
            f"the limit is {max_pixels / 1e6:.1f}: save it smaller, or leave it out with --exclude"
        )
        raise PhotoTooLargeError(message, reason=Reason.TOO_LARGE)


def _refused(path: Path, name: str, error: Exception) -> UnreadablePhotoError:
    """Choose between a variant that the decoder does not know, as far as it says so itself, and damage."""
    said = printable(" ".join(str(error).split()))[:_DETAIL_CHARACTERS] or type(error).__name__
    if isinstance(error, ImportError | NotImplementedError) or "unsupported" in said.lower():
        message = f"{printable(path)} is a {name} variant that is not decoded here ({said}): save it as JPEG or PNG"
        return UnreadablePhotoError(message, reason=Reason.UNSUPPORTED)
    message = f"{printable(path)} is a damaged {name} file ({said}): restore it from a backup, or leave it out"
    return UnreadablePhotoError(message, reason=Reason.DAMAGED)


def _pixels(image: Image.Image) -> Pixels:
    """RGB image -> writable array, strip by strip: half the time of np.array(image), and one copy less in memory."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        pixels[top : top + _STRIP_ROWS] = np.frombuffer(strip.tobytes(), np.uint8).reshape(-1, image.width, 3)
    return pixels
