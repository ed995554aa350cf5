"""Read dates out of the XMP packet that is embedded in a photo."""

from collections.abc import Iterator
from contextlib import suppress
from xml.parsers import expat

MAX_PACKET_BYTES = 1 << 22
_EXIF = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PROPERTIES = (
    f"{_EXIF} DateTimeOriginal",
    f"{_PHOTOSHOP} DateCreated",
    f"{_EXIF} DateTimeDigitized",
    f"{_XMP} CreateDate",
)
"""Surest first."""


class _NotReadError(Exception):
    """A packet that declares a document type: entities could make it grow without end."""


def packet_dates(packet: bytes) -> Iterator[str]:
    """What the packet says of the photo's time, surest first, as it is written; nothing if it is no XML."""
    if len(packet) > MAX_PACKET_BYTES:
        return
    found: dict[str, str] = {}
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(name)
        for key, value in attributes.items():
            if key in _PROPERTIES:
                found.setdefault(key, value)

    def text(content: str) -> None:
        if inside and inside[-1] in _PROPERTIES:
            found[inside[-1]] = found.get(inside[-1], "") + content

    def refuse(*_: object) -> None:
        raise _NotReadError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    with suppress(expat.ExpatError, LookupError, ValueError, _NotReadError):
        parser.Parse(packet.strip(b"\0"), True)
    yield from (found[name].strip() for name in _PROPERTIES if name in found)
