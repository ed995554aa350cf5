"""Parser for untrusted XML: it refuses document types, entities and documents above a size limit."""

import xml.etree.ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from recog.errors import RecogError

MAX_BYTES = 16 << 20
"""Largest document. Sidecars of photo programs have some kilobytes, with a long history of edits some megabytes."""
MAX_DEPTH = 200
"""Deepest nesting of elements; XMP needs a dozen levels."""


class NoXmlError(RecogError):
    """The bytes are not XML that recog reads; the message says why, without the file's name."""


def parse(data: bytes) -> ET.Element:
    """Return the root of an XML document, names as {namespace}name.

    defusedxml refuses a document type at its start, so that no entity is ever declared (billion laughs, external
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
    except (ET.ParseError, LookupError, ValueError) as error:  # the latter two: an unknown encoding
        raise NoXmlError(f"it is no whole XML ({error})") from error
    return root


class _Builder(ET.TreeBuilder):
    """Builder of a tree of at most MAX_DEPTH levels."""

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
