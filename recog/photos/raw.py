"""The picture in a camera's raw file. Only this module uses rawpy, and imports it on first use."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from recog.types import Pixels

_ORIENTATION_OF_FLIP = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
"""LibRaw's flip (1 mirrors, 2 turns upside down, 4 swaps the axes) -> EXIF's orientation."""
_ORIENTATION, _SOFTWARE, _EXIF_IFD, _DATE_TIME_ORIGINAL = 0x0112, 0x0131, 0x8769, 0x9003
_FIRST_YEAR = 1980
"""LibRaw reports a date in 1970 for files without one."""
_LARGE_ENOUGH = 1000
"""Pixels of a preview's longer side that suffice for detecting faces."""


@dataclass(frozen=True, slots=True)
class RawPicture:
    """The picture of a raw file: a JPEG's bytes, or (H, W, 3) uint8 pixels.

    orientation: EXIF's, for a picture without an orientation of its own. taken_at: the camera's local time.
    """

    picture: bytes | Pixels
    orientation: int
    taken_at: datetime | None


def read_raw(data: bytes, *, most_pixels: int) -> RawPicture:
    """Return the camera's preview; if none is large enough, develop the sensor data at half size.

    Raises rawpy's errors if this is no raw file, and OverflowError if the sensor has more than most_pixels.
    """
    import rawpy  # noqa: PLC0415 - an extra

    with rawpy.imread(BytesIO(data)) as raw:
        stamp: datetime | None = raw.other.timestamp
        date = None if stamp is None or stamp.year < _FIRST_YEAR else stamp
        width, height = raw.sizes.width, raw.sizes.height
        turn = _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1)
        preview = _preview(rawpy, raw)
        size = _size(preview)
        if preview is None or max(size) < min(_LARGE_ENOUGH, max(width, height) / 2):
            if width * height > most_pixels:
                raise OverflowError(f"{width} x {height}")
            developed: Pixels = raw.postprocess(use_camera_wb=True, half_size=True, output_bps=8)
            return RawPicture(developed, 1, date)
        # If the preview is upright and the sensor data lies on its side, the camera has turned the preview.
        turned = (size[0] > size[1]) != (width > height)
        return RawPicture(preview, 1 if turned else turn, date)


def raw_orientation(data: bytes) -> int:
    """Return EXIF's orientation of the sensor's picture, 1 to 8."""
    import rawpy  # noqa: PLC0415 - an extra

    with rawpy.imread(BytesIO(data)) as raw:
        return _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1)


def add_what_the_camera_says(image: Image.Image, picture: RawPicture) -> None:
    """Add the orientation and the date of the raw file to a decoded preview that has none of its own."""
    exif = image.getexif()
    written_by_libraw = str(exif.get(_SOFTWARE, "")).startswith("dcraw")  # its EXIF describes the sensor
    if written_by_libraw or exif.get(_ORIENTATION) not in _ORIENTATION_OF_FLIP.values():
        exif[_ORIENTATION] = picture.orientation
    shot = exif.get_ifd(_EXIF_IFD)
    if picture.taken_at is not None and _DATE_TIME_ORIGINAL not in shot:
        shot[_DATE_TIME_ORIGINAL] = f"{picture.taken_at:%Y:%m:%d %H:%M:%S}"


def _preview(rawpy: Any, raw: Any) -> bytes | Pixels | None:
    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if thumb.format == rawpy.ThumbFormat.JPEG:
        return bytes(thumb.data)
    pixels: Pixels | None = thumb.data if thumb.format == rawpy.ThumbFormat.BITMAP else None
    return pixels


def _size(preview: bytes | Pixels | None) -> tuple[int, int]:
    """Return width and height; (0, 0) if this is no picture."""
    if isinstance(preview, bytes):
        try:
            return JpegImageFile(BytesIO(preview), "").size
        except (OSError, SyntaxError):
            return 0, 0
    return (0, 0) if preview is None else (preview.shape[1], preview.shape[0])
