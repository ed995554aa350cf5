"""Read XML that anybody may have written: no document type, no entities, no more bytes than a limit."""

import xml.etree.ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recog.errors import RecogError

MAX_BYTES = 16 << 20
"""Sidecars of photo programs have some kilobytes; those with a long history of edits some megabytes."""
MAX_DEPTH = 200
"""Elements inside each other; XMP needs a dozen."""


class NoXmlError(RecogError):
    """The bytes are no XML that may be read; the message says why, without the file's name."""


def parse(data: bytes) -> ET.Element:
    """Return the root of an XML document, names as {namespace}name.

    defusedxml refuses a document type where it begins, so that no entity is ever declared (billion laughs, external
    files).

    Raises:
        NoXmlError: the document is not whole, has a document type, or is larger or deeper than the limits.
    """
    if len(data) > MAX_BYTES:
        raise NoXmlError(f"it has {len(data) / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB")
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True)
    try:
        parser.feed(data)
        root: ET.Element = parser.close()
    except DefusedXmlException as error:
        raise NoXmlError("it declares a document type, which is not read from foreign files") from error
    except (ET.ParseError, LookupError, ValueError) as error:  # the latter two: an encoding that nobody reads
        raise NoXmlError(f"it is no whole XML ({error})") from error
    return root


class _Builder(ET.TreeBuilder):
    """Builds a tree up to MAX_DEPTH."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NoXmlError(f"its elements nest deeper than {MAX_DEPTH}")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        self._depth -= 1
        return super().end(tag)
