"""Picture formats: recognised by their first bytes, opened if they are on the allow-list."""

from importlib.util import find_spec
from io import BytesIO

from PIL import features
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from recog.photos.quiet import silence_libtiff
from recog.photos.tiff_pages import is_raw, with_full_page_first

HEAD_BYTES = 512
"""Number of first bytes that suffice for recognising a format, except a raw file that is a TIFF."""

RAW, JXL = "RAW", "JXL"
"""Formats that need an extra."""

# The allow-list. Decoders are called by class, not through Image.open, so no other plug-in sees the bytes, and the size
# is checked against our limit instead of Pillow's process-wide one. Of an MPO (two JPEGs in one file) or a JPEG with a
# gain map the first picture is used, which is a plain JPEG.
_OPENERS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "GIF": GifImageFile,
    "WEBP": WebPImageFile,
    "TIFF": TiffImageFile,
    "BMP": BmpImageFile,
    "AVIF": AvifImageFile,
}

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"\x00\x00\x00\x0cJXL ", JXL),
    (b"\xff\x0a", JXL),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIU\x00", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
)

_FOREIGN_SIGNATURES = (
    (b"8BPS", "Photoshop"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"DDS ", "DirectDraw"),
    (b"qoif", "QOI"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"SIMPLE  =", "FITS"),
)

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = _HEVC_BRANDS | {b"mif1", b"mif2", b"msf1", b"heif"}


def photo_format(data: bytes) -> str | None:
    """Recognise an allowed format by the first bytes; returns Pillow's name of it ('JPEG', 'HEIF' ...), or None.

    A TIFF with sensor data (a camera's raw file) is recognised by its directories, which may be anywhere in the file.
    """
    name = _signed(data[:HEAD_BYTES])
    return RAW if name == "TIFF" and is_raw(data) else name


def _signed(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    brands = _brands(head)
    if brands & _AVIF_BRANDS and not brands & _HEVC_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIF"
    if b"crx " in brands or (head[8:10] == b"CR" and head[:4] in (b"II*\x00", b"MM\x00*")):
        return RAW  # Canon's
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def foreign_format(head: bytes) -> str | None:
    """Return the name of a picture format that recog recognises but does not decode; None if there is none."""
    return next((name for signature, name in _FOREIGN_SIGNATURES if head.startswith(signature)), None)


_MODULES = {RAW: "rawpy", JXL: "pillow_jxl"}
EXTRAS = {RAW: "raw", JXL: "jxl"}
"""The extra to install for a format, such as recog[raw]."""


def decoder_is_there(name: str) -> bool:
    """Return whether this installation decodes the format: Pillow may lack WebP or AVIF, an extra may be missing."""
    if name in _MODULES:
        return find_spec(_MODULES[name]) is not None
    return name not in ("WEBP", "AVIF") or bool(features.check(name.lower()))


def open_image(data: bytes, name: str) -> ImageFile:
    """Parse the header of an allowed format; raises whatever the decoder raises."""
    if name == "HEIF":
        # Imported on first use, because its shared libraries are the largest. Opened by class: nothing is registered.
        from pillow_heif import HeifImageFile  # noqa: PLC0415

        heif: type[ImageFile] = HeifImageFile
        return heif(BytesIO(data), "")
    if name == "TIFF":
        silence_libtiff()
        data = with_full_page_first(data)
    return _OPENERS[name](BytesIO(data), "")


def _brands(head: bytes) -> frozenset[bytes]:
    """Return the major and compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3); else an empty set."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return frozenset({head[8:12], *(head[at : at + 4] for at in range(16, end, 4))})
