"""The orientation of a photo, from metadata that may be broken."""

from collections.abc import Callable
from io import BytesIO

from PIL.Image import Image, Transpose
from PIL.TiffImagePlugin import TiffImageFile

_ORIENTATION, _DATE_TIME, _EXIF_IFD, _GPS_IFD = 0x0112, 0x0132, 0x8769, 0x8825

# EXIF 2.32, tag 0x0112: the position of row 0 and column 0 in the stored picture -> the transposition to upright.
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
    """Return what turns the decoded picture upright; None if it is upright or has no valid orientation.

    Call it on a loaded image, because a PNG may hold its EXIF after the pixels, and Pillow turns a TIFF on loading.
    """
    return _UPRIGHT.get(orientation(image))


def orientation(image: Image) -> int:
    """Return EXIF's orientation of the stored picture, 1 (upright) to 8; 1 if the metadata has no valid one."""
    try:
        value = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - broken metadata of any kind must not cost the photo
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def first_page_says(image: Image, data: bytes) -> Callable[[], None]:
    """Read what only the first page of a TIFF says of orientation, time and XMP, if its photo is another page.

    Call this function before the image is loaded, and the function that it returns afterwards, to add these values to
    the image. While a picture with an orientation of its own loads, Pillow turns it and drops the orientation.
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
