"""Tell picture formats by their first bytes, and open those on the allow-list."""

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
"""How many of the first bytes `photo_format` wants to see."""

RAW, JXL = "RAW", "JXL"
"""Formats that need an extra."""

# The allow-list. Decoders are opened by name, not through Image.open: no other plug-in ever sees the bytes, and the
# size is checked against our limit instead of Pillow's process-wide one. An MPO (two JPEGs in one file) or a JPEG with
# a gain map is its first picture, which is a plain JPEG.
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
    """Name of the allowed format that these bytes are, in Pillow's spelling ('JPEG', 'HEIF' ...), told by the first.

    A TIFF that holds what a camera's sensor saw is told by its directories, which may be anywhere.
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
    """Name of a picture format that is known but not decoded here."""
    return next((name for signature, name in _FOREIGN_SIGNATURES if head.startswith(signature)), None)


_MODULES = {RAW: "rawpy", JXL: "pillow_jxl"}
EXTRAS = {RAW: "raw", JXL: "jxl"}
"""What to install for a format: recog[raw]."""


def decoder_is_there(name: str) -> bool:
    """Can this installation decode the format? Pillow may have been built without WebP or AVIF, an extra be absent."""
    if name in _MODULES:
        return find_spec(_MODULES[name]) is not None
    return name not in ("WEBP", "AVIF") or bool(features.check(name.lower()))


def open_image(data: bytes, name: str) -> ImageFile:
    """Parse the header of an allowed format; raises whatever the decoder raises."""
    if name == "HEIF":
        # Loaded on first need: its shared libraries are the heaviest of all. Opened by class, nothing is registered.
        from pillow_heif import HeifImageFile  # noqa: PLC0415

        heif: type[ImageFile] = HeifImageFile
        return heif(BytesIO(data), "")
    if name == "TIFF":
        silence_libtiff()
        data = with_full_page_first(data)
    return _OPENERS[name](BytesIO(data), "")


def _brands(head: bytes) -> frozenset[bytes]:
    """Major and compatible brands of an ISO base media file (ISO/IEC 14496-12, section 4.3), else nothing."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return frozenset({head[8:12], *(head[at : at + 4] for at in range(16, end, 4))})
