"""Orientation of a photo, out of metadata that anybody may have broken."""

from PIL.Image import Image, Transpose

_ORIENTATION = 0x0112

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
