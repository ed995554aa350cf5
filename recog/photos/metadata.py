"""The metadata of a photo file: its digest, its orientation and its XMP packets."""

from dataclasses import dataclass

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from recog.photos.decode import PhotoSource
from recog.photos.formats import JXL, RAW, decoder_is_there, photo_format
from recog.photos.jxl import jxl_packet
from recog.photos.orientation import opened_whole, stored_orientation
from recog.photos.quiet import DecoderChatter
from recog.photos.tiff_pages import first_packet

MAX_PACKET_BYTES = 16 << 20
"""A longer packet is cut to one byte more than this, so that its reader can see that it is too long."""

_CHATTER = DecoderChatter()
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\x00"
_DIGEST_CHARACTERS = 32
_HEAD = len(_EXTENSION) + _DIGEST_CHARACTERS + 8
"""Length of the head of an extended XMP segment: signature, digest and length of the whole, offset of the part."""


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """The metadata of a photo file.

    sha256: digest of the file's bytes. orientation: EXIF's orientation of the stored picture, 1 (upright) to 8.
    turned_by_format: the format itself turns the picture (HEIF, JPEG XL), or the file is a camera's raw file, so most
    programs see it upright. packets: the XMP packets, at most one, or in a JPEG two (the second extended), each of at
    most MAX_PACKET_BYTES + 1 bytes.
    """

    sha256: str
    orientation: int
    turned_by_format: bool
    packets: tuple[bytes, ...]


def read_metadata(source: PhotoSource) -> PhotoMetadata:
    """Read a photo file's metadata; whatever cannot be read counts as absent."""
    try:
        with _CHATTER:
            turn, by_format, packets = _looked_at(source)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - decoders meet hostile bytes with any error; a broken file has no metadata
        turn, by_format, packets = 1, False, ()
    return PhotoMetadata(source.sha256, turn, by_format, tuple(one[: MAX_PACKET_BYTES + 1] for one in packets))


def _looked_at(source: PhotoSource) -> tuple[int, bool, tuple[bytes, ...]]:
    name = photo_format(source.data)
    if name is None or not decoder_is_there(name):
        return 1, False, ()
    if name in (JXL, RAW):
        packet = jxl_packet(source.data) if name == JXL else first_packet(source.data)
        return stored_orientation(source), True, _written(packet)
    image = opened_whole(source, name)
    if name == "HEIF":
        turn = image.info.get("original_orientation")
        return turn if isinstance(turn, int) and turn in range(1, 9) else 1, True, _packets(image)
    return stored_orientation(source), False, _packets(image)


def _packets(image: ImageFile) -> tuple[bytes, ...]:
    packets = _written(image.info.get("xmp"))
    extended = _extended(image, packets[0]) if packets and isinstance(image, JpegImageFile) else b""
    return (*packets, extended) if extended else packets


def _written(packet: object) -> tuple[bytes, ...]:
    """Return the packet without its padding; nothing if it is empty."""
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or not packet.strip(b"\0 \t\r\n"):
        return ()
    return (packet.rstrip(b"\0"),)


def _extended(image: JpegImageFile, packet: bytes) -> bytes:
    """Join the extended part of a packet of more than 64 kB, whose digest the packet names; empty if a part is missing.

    XMP Specification, part 3, section 1.1.3.1: each APP1 segment holds a part and its offset in the whole.
    """
    parts: dict[bytes, dict[int, bytes]] = {}
    lengths: dict[bytes, int] = {}
    for marker, data in image.applist:
        if marker == "APP1" and data.startswith(_EXTENSION) and len(data) > _HEAD:
            digest = data[len(_EXTENSION) : len(_EXTENSION) + _DIGEST_CHARACTERS]
            lengths[digest] = int.from_bytes(data[_HEAD - 8 : _HEAD - 4], "big")
            parts.setdefault(digest, {})[int.from_bytes(data[_HEAD - 4 : _HEAD], "big")] = data[_HEAD:]
    for digest, pieces in parts.items():
        if digest.upper() not in packet.upper():
            continue
        whole = b""
        for place, piece in sorted(pieces.items()):
            if place != len(whole):
                break
            whole += piece
        if len(whole) == lengths[digest]:
            return whole
    return b""
