"""Decoding of JPEG XL. Only this module uses pillow_jxl, and imports it on first use."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

_CODESTREAM = b"\xff\x0a"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_BITS = (9, 13, 18, 30)
_ORIENTATION = 0x0112


def jxl_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the header (ISO/IEC 18181-1, SizeHeader), because the decoder decodes immediately.

    Raises ValueError if there is no header.
    """
    start = data if data.startswith(_CODESTREAM) else next(_codestream(data), b"")
    if not start.startswith(_CODESTREAM):
        raise ValueError("it holds no picture")
    bits = _Bits(start[2:18])
    small = bits.take(1)
    height = _side(bits, small=bool(small))
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return _side(bits, small=bool(small)), height


def open_jxl(data: bytes) -> Image.Image:
    """Decode a JPEG XL picture; the decoder turns it upright, whatever EXIF says.

    A picture that was transcoded from a JPEG without loss becomes that JPEG again, with its own EXIF.
    """
    from pillow_jxl import Decoder  # noqa: PLC0415 - an extra

    is_jpeg, header, pixels, profile, boxes = Decoder(num_threads=0)(data)
    if is_jpeg:
        return JpegImageFile(BytesIO(pixels), "")
    mode = "F" if header.mode == "F;16" else header.mode
    image = Image.frombytes(mode, (header.width, header.height), pixels)
    if profile:
        image.info["icc_profile"] = profile
    for box in boxes:
        if box.box_type == b"Exif":
            # Four bytes give the offset of the TIFF header; some versions of the decoder leave them out.
            image.info["exif"] = b"Exif\0\0" + (box.data[4:] if box.data[4:6] in (b"II", b"MM") else box.data)
        elif box.box_type == b"xml ":
            image.info["xmp"] = box.data
    image.getexif().pop(_ORIENTATION, None)
    return image


def jxl_packet(data: bytes) -> bytes:
    """Return the uncompressed XMP of a file of boxes; empty if there is none."""
    return next((body for kind, body in _boxes(data) if kind == b"xml "), b"")


def _codestream(data: bytes) -> Iterator[bytes]:
    """Yield the first bytes of each codestream box in a file of boxes."""
    for kind, body in _boxes(data):
        if kind in (b"jxlc", b"jxlp"):
            yield body[4 if kind == b"jxlp" else 0 :][:32]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each box of a file; a box of size 0 is the last."""
    at = 0
    while 0 <= at <= len(data) - 8:
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        yield kind, data[at + head : at + size if size else None]
        if size < head:
            return
        at += size


class _Bits:
    """Reads numbers of a given count of bits, lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._left = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._left & ((1 << count) - 1)
        self._left >>= count
        return value


def _side(bits: _Bits, *, small: bool) -> int:
    return 8 * (bits.take(5) + 1) if small else bits.take(_BITS[bits.take(2)]) + 1
