"""Orientation of a photo, out of metadata that anybody may have broken."""

from collections.abc import Callable
from io import BytesIO

from PIL.Image import Image, Transpose
from PIL.TiffImagePlugin import TiffImageFile

_ORIENTATION, _DATE_TIME, _EXIF_IFD, _GPS_IFD = 0x0112, 0x0132, 0x8769, 0x8825

# EXIF 2.32, tag 0x0112: where row 0 and column 0 of the stored picture are, and what turns them upright.
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def upright_turn(image: Image) -> Transpose | None:
    """What turns the decoded picture upright; None where it is, or where its metadata says nothing sensible.

    Call it on a loaded image: PNG may keep its EXIF behind the pixels, and TIFF is turned while it loads.
    """
    return _UPRIGHT.get(orientation(image))


def orientation(image: Image) -> int:
    """EXIF's orientation of the stored picture, 1 (upright) to 8; 1 where its metadata says nothing sensible."""
    try:
        value = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - broken metadata of any kind must not cost the photo
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def first_page_says(image: Image, data: bytes) -> Callable[[], None]:
    """Of a TIFF whose photo is not its first page: what the first page alone says of orientation and time, and its XMP.

    Call it before the image is loaded, and what it returns, which adds that, afterwards: a picture with an orientation
    of its own is turned, and loses it, while it loads.
    """
    page = TiffImageFile(BytesIO(data), "")
    first, exif, packet = page.getexif(), image.getexif(), page.info.get("xmp")
    top = {tag: first[tag] for tag in (_ORIENTATION, _DATE_TIME) if tag in first and tag not in exif}

    def add() -> None:
        exif = image.getexif()
        exif.update(top)
        for directory in (_EXIF_IFD, _GPS_IFD):
            own = exif.get_ifd(directory)
            for tag, value in first.get_ifd(directory).items():
                own.setdefault(tag, value)
        if packet:
            image.info.setdefault("xmp", packet)

    return add
