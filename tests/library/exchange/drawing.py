"""Make what other programs write: sidecars and photos with regions, and photos that are stored turned."""

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recog.library.exchange.packets import write_packet
from recog.library.exchange.regions import Region
from tests.stored_turned import UNTURN

DIGEST = "ab" * 32


def turn(path: Path, orientation: int) -> None:
    """Store a picture turned; its EXIF orientation turns it back."""
    with Image.open(path) as picture:
        turned = picture.transpose(UNTURN[orientation])
    exif = turned.getexif()
    exif[0x0112] = orientation
    turned.save(path, exif=exif)


def packet(*regions: Region, width: int, height: int) -> bytes:
    """Return an XMP packet as another program writes it, without recog's mark."""
    written = write_packet(regions, width=width, height=height, sha256=DIGEST, version="1")
    written = written.replace(f'recog:PhotoSHA256="{DIGEST}"'.encode(), b"")
    return written.replace(b'xmptk="recog 1"', b'xmptk="Other 1"')


def foreign(path: Path, *regions: Region, width: int, height: int) -> Path:
    """Write a sidecar of another program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packet(*regions, width=width, height=height))
    return path


def embed(path: Path, xmp: bytes) -> Path:
    """Put a packet into a PNG; keep its pixels and EXIF."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    with Image.open(path) as picture:
        picture.save(path, pnginfo=info, exif=picture.getexif())
    return path
