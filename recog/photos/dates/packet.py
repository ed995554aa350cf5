"""Dates in the XMP packet that is embedded in a photo."""

from collections.abc import Iterator
from contextlib import suppress
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_PACKET_BYTES = 1 << 22
_EXIF = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PROPERTIES = (
    f"{{{_EXIF}}}DateTimeOriginal",
    f"{{{_PHOTOSHOP}}}DateCreated",
    f"{{{_EXIF}}}DateTimeDigitized",
    f"{{{_XMP}}}CreateDate",
)
"""The properties that hold a date, most reliable first."""


def packet_dates(packet: bytes) -> Iterator[str]:
    """Yield the packet's dates of the photo as they are written, most reliable first; nothing if it is no XML.

    Reading stops at a document type declaration, because its entities could make the packet grow without end.
    """
    if len(packet) > MAX_PACKET_BYTES:
        return
    dates = _Dates()
    parser = DefusedXMLParser(target=dates, forbid_dtd=True)
    with suppress(ParseError, LookupError, ValueError, DefusedXmlException):
        parser.feed(packet.strip(b"\0"))
        parser.close()
    yield from (dates.found[name].strip() for name in _PROPERTIES if name in dates.found)


class _Dates:
    """Collects the properties from elements and attributes while the parser runs; no tree is built."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._inside: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._inside.append(name)
        for key, value in attributes.items():
            if key in _PROPERTIES:
                self.found.setdefault(key, value)

    def end(self, _name: str) -> None:
        self._inside.pop()

    def data(self, content: str) -> None:
        if self._inside and self._inside[-1] in _PROPERTIES:
            self.found[self._inside[-1]] = self.found.get(self._inside[-1], "") + content

    def close(self) -> None:
        """Do nothing; the parser calls it at the end."""
