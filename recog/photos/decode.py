"""Decoding of a photo file into upright RGB pixels; an error says in one sentence why that is impossible."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PIL import Image

from recog.errors import PhotoError, PhotoTooLargeError, UnreadablePhotoError
from recog.photos.cut_short import LEAST_SHARE, LoadedPicture, load_cut
from recog.photos.dates import taken
from recog.photos.exif import first_page_says, upright_turn
from recog.photos.files import read_bytes
from recog.photos.formats import (
    EXTRAS,
    HEAD_BYTES,
    JXL,
    RAW,
    decoder_is_there,
    foreign_format,
    open_image,
    photo_format,
)
from recog.photos.jpeg_scans import read_scans
from recog.photos.jxl import jxl_size, open_jxl
from recog.photos.quiet import DecoderChatter
from recog.photos.raw import add_what_the_camera_says, read_raw
from recog.photos.reasons import Reason, out_of_memory
from recog.photos.tiff_pages import with_full_page_first
from recog.photos.turbo_jpeg import decode_whole, halving
from recog.photos.turning import upright_size
from recog.photos.upright import upright_areas, upright_pixels
from recog.printable import printable
from recog.types import Area, DecodedPhoto, Pixels, Reduced

MAX_PIXELS = 250_000_000
"""More than the 200 megapixels of today's phones. Decoding needs 8 bytes of memory a pixel, 13 with transparency."""

_CHATTER = DecoderChatter()
_DETAIL_CHARACTERS = 160
_SPELT = {RAW: "camera raw", JXL: "JPEG XL"}


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A photo file's bytes, read once, and their hexadecimal SHA-256, which identifies the photo.

    changed_ns: the file's modification time in nanoseconds since 1970; None for bytes that are not in a file.
    """

    path: Path
    data: bytes
    sha256: str
    changed_ns: int | None = None


def read_source(path: Path) -> PhotoSource:
    """Read the bytes of a photo file; raises as read_photo does if the file cannot be read."""
    data, changed_ns = read_bytes(path)
    return PhotoSource(path, data, hashlib.sha256(data).hexdigest(), changed_ns)


def read_photo(path: Path, *, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Read a photo file once and decode it, so that digest and pixels belong to the same bytes; see decode_photo."""
    return decode_photo(read_source(path), max_pixels=max_pixels)


def decode_photo(source: PhotoSource, longest: int | None = None, *, max_pixels: int = MAX_PIXELS) -> DecodedPhoto:
    """Decode the bytes of a photo file.

    The pixels are (H, W, 3) uint8 sRGB, turned upright by EXIF, and writable; an animation gives its first frame. A
    truncated JPEG or PNG is decoded as incomplete if at least half of its rows are there; the missing rows are grey.
    The content, not the name, decides the format. Thread-safe; no setting of Pillow is changed.

    The resolution is full, with one exception: a whole JPEG whose long side exceeds `longest` is halved until it does
    not, at most three times (see recog.types.Reduced).

    Raises:
        PhotoTooLargeError: the photo has more than max_pixels, or needs more memory than there is.
        UnreadablePhotoError: it cannot be decoded for any other reason.
    """
    name = _allowed_format(source.path, source.data)
    with _reasons(source.path, name):
        picture = _loaded(source.path, source.data, name, max_pixels, longest)
        date, date_source = taken(picture.image, source.path, source.changed_ns)
        turn = upright_turn(picture.image)
        reduced = None
        if picture.factor > 1:
            width, height = upright_size(picture.image.size, turn)
            reduced = Reduced(picture.factor, width, height, partial(decode_areas, source, max_pixels=max_pixels))
        return DecodedPhoto(
            sha256=source.sha256,
            pixels=upright_pixels(picture, turn),
            format=name,
            taken_at=date,
            incomplete=not picture.whole,
            taken_from=date_source,
            reduced=reduced,
            moves=name in ("GIF", "WEBP") and bool(getattr(picture.image, "is_animated", False)),
        )


def decode_areas(source: PhotoSource, areas: Sequence[Area], *, max_pixels: int = MAX_PIXELS) -> list[Pixels]:
    """Decode the bytes of a photo file in full resolution; return only these areas of the upright photo.

    Each is (h, w, 3) uint8 sRGB and equal to that part of decode_photo's pixels. Raises as decode_photo does, and
    ValueError if an area is empty or not inside the photo.
    """
    name = _allowed_format(source.path, source.data)
    with _reasons(source.path, name):
        picture = _loaded(source.path, source.data, name, max_pixels, longest=None)
        turn = upright_turn(picture.image)
    _refuse_outside(areas, *upright_size(picture.image.size, turn))
    with _reasons(source.path, name):
        return upright_areas(picture, areas, turn)


@contextmanager
def _reasons(path: Path, name: str) -> Iterator[None]:
    """Silence the decoders, and translate whatever they raise."""
    try:
        with _CHATTER:
            yield
    except PhotoError:
        raise
    except (Image.DecompressionBombError, MemoryError, OverflowError) as error:
        raise out_of_memory(path) from error
    except Exception as error:
        # Catch everything here, and only here: on hostile bytes decoders raise whatever their parser ran into (OSError,
        # SyntaxError, struct.error, KeyError, ZeroDivisionError ...), and one photo must not stop a run.
        raise _refused(path, name, error) from error


def refuse_no_photo(source: PhotoSource) -> None:
    """Raise UnreadablePhotoError if the first bytes belong to no picture format that recog knows by name."""
    head = source.data[:HEAD_BYTES]
    if photo_format(head) is None and foreign_format(head) is None:
        raise _no_photo(source.path)


def _no_photo(path: Path) -> UnreadablePhotoError:
    message = f"{printable(path)} is not a photo: its first bytes are those of no known picture format"
    return UnreadablePhotoError(message, reason=Reason.NOT_A_PHOTO)


def _allowed_format(path: Path, data: bytes) -> str:
    name = photo_format(data)
    if name is not None and decoder_is_there(name):
        return name
    if name in EXTRAS:
        message = (
            f"{printable(path)} is a {_SPELT[name]} picture, which needs a decoder that is not installed: "
            f"pip install 'recog[{EXTRAS[name]}]'"
        )
        raise UnreadablePhotoError(message, reason=Reason.NO_DECODER)
    other = name or foreign_format(data[:HEAD_BYTES])
    if other is None:
        raise _no_photo(path)
    message = f"{printable(path)} is a {other} picture, which is not decoded here: save it as JPEG, PNG or TIFF"
    raise UnreadablePhotoError(message, reason=Reason.UNSUPPORTED)


def _loaded(path: Path, data: bytes, name: str, max_pixels: int, longest: int | None) -> LoadedPicture:
    """Decode all pixels that are there, after checking the size in the header against the limit."""
    if name == RAW:
        return _loaded_raw(path, data, max_pixels)
    if name == JXL:
        refuse_too_large(path, jxl_size(data), max_pixels)
        image = open_jxl(data)
        image.load()
        return LoadedPicture(image, image.height, whole=True)
    image = open_image(data, name)
    refuse_too_large(path, image.size, max_pixels)
    scans = read_scans(data) if name == "JPEG" else None
    cut = load_cut(data, name, scans, most_pixels=max_pixels)
    if cut is not None:
        if cut.rows < LEAST_SHARE * cut.image.height:
            message = (
                f"{printable(path)} is cut short, and {cut.rows:,} of its {cut.image.height:,} rows are there: "
                "copy it again from where it came from"
            )
            raise UnreadablePhotoError(message, reason=Reason.DAMAGED)
        return cut
    whole = scans is None or scans.all_sent()  # libjpeg does not mind scans that are missing before the end mark
    if name == "JPEG" and (picture := _ended_jpeg(image, data, longest)) is not None:
        return replace(picture, whole=whole)
    thumbnail_first = name == "TIFF" and with_full_page_first(data) is not data
    add = first_page_says(image, data) if thumbnail_first else None
    image.load()
    if add is not None:
        add()
    # Some decoders learn the size of the picture only from its pixels.
    refuse_too_large(path, image.size, max_pixels)
    return LoadedPicture(image, image.height, whole=whole)


def _ended_jpeg(image: Image.Image, data: bytes, longest: int | None) -> LoadedPicture | None:
    """Decode a JPEG that has its end, reduced if it is longer than `longest`; None if that is left to Pillow.

    A photo that is turned stays full unless its sides are multiples of the factor, because otherwise its pixels would
    lie on no whole squares of the upright photo.
    """
    if image.mode != "RGB" and (image.mode != "L" or image.info.get("icc_profile")):
        return None
    factor = halving(*image.size, longest=longest)
    if any(side % factor for side in image.size) and upright_turn(image) is not None:
        factor = 1
    pixels = decode_whole(data, image.size, factor)
    return None if pixels is None else LoadedPicture(image, image.height, whole=True, pixels=pixels, factor=factor)


def _loaded_raw(path: Path, data: bytes, max_pixels: int) -> LoadedPicture:
    raw = read_raw(data, most_pixels=max_pixels)
    if isinstance(raw.picture, bytes):
        picture = _loaded(path, raw.picture, "JPEG", max_pixels, longest=None)
    else:
        image = Image.fromarray(raw.picture)
        picture = LoadedPicture(image, image.height, whole=True)
    add_what_the_camera_says(picture.image, raw)
    return picture


def refuse_too_large(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    """Raise UnreadablePhotoError if the header promises no pixels, PhotoTooLargeError if it promises too many."""
    width, height = size
    if width < 1 or height < 1:
        message = f"{printable(path)} is damaged: it claims {width} x {height} pixels; restore it from a backup"
        raise UnreadablePhotoError(message, reason=Reason.DAMAGED)
    if width * height > max_pixels:
        message = (
            f"{printable(path)} has {width} x {height} = {width * height / 1e6:.1f} megapixels, "
            f"the limit is {max_pixels / 1e6:.1f}: save it smaller, or leave it out"
        )
        raise PhotoTooLargeError(message, reason=Reason.TOO_LARGE)


def _refused(path: Path, name: str, error: Exception) -> UnreadablePhotoError:
    """Report a variant that the decoder does not support if the decoder says so itself, otherwise damage."""
    said = printable(" ".join(str(error).split()))[:_DETAIL_CHARACTERS] or type(error).__name__
    if isinstance(error, ImportError | NotImplementedError) or "unsupported" in said.lower():
        message = f"{printable(path)} is a {name} variant that is not decoded here ({said}): save it as JPEG or PNG"
        return UnreadablePhotoError(message, reason=Reason.UNSUPPORTED)
    message = f"{printable(path)} is a damaged {name} file ({said}): restore it from a backup, or leave it out"
    return UnreadablePhotoError(message, reason=Reason.DAMAGED)


def _refuse_outside(areas: Sequence[Area], width: int, height: int) -> None:
    for area in areas:
        if not (0 <= area.left < area.right <= width and 0 <= area.top < area.bottom <= height):
            raise ValueError(f"{area} is no area of a photo of {width} x {height} pixels")
