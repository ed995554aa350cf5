"""Positions of the elements of an XML document in its bytes, to replace a few and keep everything else."""

import codecs
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat

from recog.library.exchange.xml import NoXmlError, parse

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_TAG = re.compile(rb"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")


@dataclass(slots=True)
class Span:
    """Byte offsets of an element: start to end includes its tags; inside to outside is its content (may be empty)."""

    start: int
    inside: int
    outside: int
    end: int

    @property
    def closed(self) -> bool:
        """Whether the element is a single tag, <a/>."""
        return self.inside == self.end


@dataclass(frozen=True, slots=True)
class Edit:
    """The text that replaces the bytes from start to end."""

    start: int
    end: int
    text: str


class Document:
    """An XML document that is edited in place. root is its tree; raises NoXmlError as `parse` does.

    text is the document in UTF-8; spans are offsets into it. `edited` returns the file's own encoding.
    """

    def __init__(self, data: bytes) -> None:
        self.root = parse(data)
        self._encoding = _encoding_of(data)
        try:
            self.text = data.decode(self._encoding).encode()
            whole = self.text.decode().encode(self._encoding) == data
        except (LookupError, ValueError) as error:
            raise NoXmlError(f"its encoding {self._encoding} cannot be written back ({error})") from error
        if not whole:
            raise NoXmlError(f"its encoding {self._encoding} cannot be written back")
        spans = _spans(self.text)
        self._spans = dict(zip(map(id, self.root.iter()), spans, strict=True))

    def span(self, element: ET.Element) -> Span:
        """Return the position of an element of the tree."""
        return self._spans[id(element)]

    def start_tag(self, element: ET.Element) -> str:
        """Return an element's start tag as it is written."""
        span = self.span(element)
        return self.text[span.start : span.inside].decode()

    def after_blanks(self, place: int) -> int:
        """Return the offset where the white space in front of an offset starts, or the offset itself."""
        return len(self.text[:place].rstrip(b" \t\r\n"))

    def edited(self, edits: Sequence[Edit]) -> bytes:
        """Return the document's bytes after the edits, which must not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
            text = text[: edit.start] + edit.text.encode() + text[edit.end :]
        return text.decode().encode(self._encoding, "xmlcharrefreplace")


def _encoding_of(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if data[:2] in (b"<\0", b"\0<"):
        return "utf-16-le" if data[0] else "utf-16-be"
    declared = _DECLARED.match(data)
    return declared[1].decode().lower() if declared else "utf-8"


def _spans(text: bytes) -> list[Span]:
    """Return the spans of a document's elements in the order of their start tags."""
    spans: list[Span] = []
    open_ones: list[Span] = []
    parser = expat.ParserCreate(encoding="utf-8")

    def start(*_: object) -> None:
        at = parser.CurrentByteIndex
        after = _tag_end(text, at)
        spans.append(Span(at, after, after, after))
        open_ones.append(spans[-1])

    def end(_: str) -> None:
        span = open_ones.pop()
        if text[span.inside - 2 : span.inside] != b"/>":
            span.outside = parser.CurrentByteIndex
            span.end = _tag_end(text, span.outside)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise NoXmlError(f"it is no whole XML ({error})") from error
    return spans


def _tag_end(text: bytes, at: int) -> int:
    """Return the offset after the tag that begins here; a > in quotes does not end it."""
    found = _TAG.match(text, at)
    if found is None:
        raise NoXmlError("a tag does not end")
    return found.end()
