"""Read XML that anybody may have written: no document type, no entities, no more bytes than a limit."""

import xml.etree.ElementTree as ET
from xml.parsers import expat

from recog.errors import RecogError

MAX_BYTES = 16 << 20
"""Sidecars of photo programs have some kilobytes; those with a long history of edits some megabytes."""
MAX_DEPTH = 200
"""Elements inside each other; XMP needs a dozen."""


class NoXmlError(RecogError):
    """The bytes are no XML that may be read; the message says why, without the file's name."""


def parse(data: bytes) -> ET.Element:
    """The root of an XML document, names as {namespace}name.

    A document type is refused where it begins, so that no entity is ever declared (billion laughs, external files).
    Raises NoXmlError.
    """
    if len(data) > MAX_BYTES:
        raise NoXmlError(f"it has {len(data) / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB")
    builder = ET.TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise NoXmlError(f"its elements nest deeper than {MAX_DEPTH}")
        builder.start(_braced(name), {_braced(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_braced(name))

    def refuse(*_: object) -> None:
        raise NoXmlError("it declares a document type, which is not read from foreign files")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an encoding that nobody reads
        raise NoXmlError(f"it is no whole XML ({error})") from error


def _braced(name: str) -> str:
    return f"{{{name}" if "}" in name else name
