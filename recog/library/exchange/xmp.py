"""Reader of face regions in XMP, of both kinds that photo programs write.

MWG regions (mwg-rs:Regions; Metadata Working Group 2.0, section 5.9) give a centre and a size. Microsoft's regions
(MP:RegionInfo; "People Tagging Overview", Windows Imaging Component) give an upper left corner and a size. Both are in
units of the stored picture's width and height (see recog.library.exchange.regions).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recog.library.exchange.namespaces import AREA, DIM, MPREG, MPRI, MWG, PHOTOSHOP, RDF, RECOG, TOOLKIT, X
from recog.library.exchange.regions import Region
from recog.library.exchange.xml import parse

_FACE = "face"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The faces in an XMP packet; regions refer to the stored picture.

    width, height: size in pixels of the picture that the regions were drawn on, or None. more: named faces that only
    Microsoft's schema has; the size of their picture is unknown. unusable: number of face regions without a sensible
    rectangle. sha256: the photo's digest, set in recog's own sidecars. own: written by recog and not changed since.
    suffix: suffix of the photo that the sidecar belongs to, in lower case with the dot; empty if it does not say.
    """

    regions: tuple[Region, ...]
    width: int | None
    height: int | None
    unusable: int
    sha256: str | None
    own: bool
    more: tuple[Region, ...] = ()
    suffix: str = ""


def read_packet(data: bytes, extended: bytes = b"") -> Sidecar:
    """Read the named faces of an XMP packet and its extension: MWG's regions, and Microsoft's of other people.

    Regions of another type (pets, focus points, bar codes) and faces without a name are left out.

    Raises:
        NoXmlError: the packet cannot be parsed.
    """
    roots = [parse(data), *([parse(extended)] if extended else [])]
    regions, unusable = _sorted_out(mwg_face(item) for root in roots for item in items(root, MWG, "RegionList"))
    theirs = [face for root in roots for item in items(root, MPRI, "Regions") if (face := microsoft_face(item))]
    names = {region.name.casefold() for region in regions}
    more, unusable_more = _sorted_out(face for face in theirs if face[0].casefold() not in names)
    if not regions:
        regions, more = more, ()
    sizes = [size for root in roots for block in _all(root, MWG, "Regions") if (size := _size(block)) is not None]
    width, height = sizes[0] if sizes else (None, None)
    holders = [holder for root in roots for holder in root.iter(f"{{{RDF}}}Description")]
    digests = [_text(holder, RECOG, "PhotoSHA256") for holder in holders]
    sha256 = next((digest.lower() for digest in digests if _is_digest(digest)), None)
    own = sha256 is not None and roots[0].get(f"{{{X}}}xmptk", "").startswith(TOOLKIT)
    suffixes = (_text(holder, PHOTOSHOP, "SidecarForExtension").strip(" .").lower() for holder in holders)
    suffix = next((f".{suffix}" for suffix in suffixes if suffix), "")
    return Sidecar(regions, width, height, unusable + unusable_more, sha256, own, more=more, suffix=suffix)


def items(root: ET.Element, namespace: str, name: str) -> Iterator[ET.Element]:
    """Yield the entries of all lists of this name."""
    return (item for block in _all(root, namespace, name) for item in _items(block))


def mwg_face(item: ET.Element) -> tuple[str, Region | None] | None:
    """Return the name and rectangle of an entry of MWG's list; None if it is not a face with a name.

    The rectangle is None if it cannot be read.
    """
    name = _text(item, MWG, "Name").strip()
    kind = _text(item, MWG, "Type").strip().lower()
    if not name or kind not in ("", _FACE):
        return None
    area = _property(item, MWG, "Area")
    if area is None or _text(area, AREA, "unit") not in ("", "normalized"):
        return name, None
    x, y, width, height = (_number(_text(area, AREA, key)) for key in "xywh")
    return name, _sensible(Region(name, x - width / 2, y - height / 2, width, height))


def microsoft_face(item: ET.Element) -> tuple[str, Region | None] | None:
    """Return the name and rectangle of an entry of Microsoft's list, as `mwg_face` does."""
    name = _text(item, MPREG, "PersonDisplayName").strip()
    if not name:
        return None
    numbers = [_number(part) for part in _text(item, MPREG, "Rectangle").split(",")]
    return name, _sensible(Region(name, *numbers)) if len(numbers) == 4 else None


def written_by_recog(item: ET.Element) -> str:
    """Return the name that recog wrote into an entry, or an empty string."""
    return _text(item, RECOG, "Wrote").strip()


def _sensible(region: Region) -> Region | None:
    return region if region.sensible else None


def _sorted_out(found: Iterable[tuple[str, Region | None] | None]) -> tuple[tuple[Region, ...], int]:
    """Return the usable rectangles, and the number of named faces without one."""
    faces = [one for one in found if one is not None]
    usable = tuple(region for _, region in faces if region is not None)
    return usable, len(faces) - len(usable)


def _size(block: ET.Element) -> tuple[int, int] | None:
    size = _property(block, MWG, "AppliedToDimensions")
    if size is None:
        return None
    width, height = (_number(_text(size, DIM, key)) for key in "wh")
    return (round(width), round(height)) if 0 < width < 1e9 and 0 < height < 1e9 else None


# RDF can write the same structure in several ways: a value as an attribute or as an element; the fields of a structure
# on the property itself (rdf:parseType="Resource", or attributes) or on an rdf:Description inside it.


def _all(root: ET.Element, namespace: str, name: str) -> Iterator[ET.Element]:
    return root.iter(f"{{{namespace}}}{name}")


def _items(block: ET.Element) -> Iterator[ET.Element]:
    for container in ("Bag", "Seq", "Alt"):
        for held in block.findall(f"{{{RDF}}}{container}"):
            yield from held.findall(f"{{{RDF}}}li")


def _holders(holder: ET.Element) -> list[ET.Element]:
    return [holder, *holder.findall(f"{{{RDF}}}Description")]


def _property(holder: ET.Element, namespace: str, name: str) -> ET.Element | None:
    found = (one.find(f"{{{namespace}}}{name}") for one in _holders(holder))
    return next((element for element in found if element is not None), None)


def _text(holder: ET.Element, namespace: str, name: str) -> str:
    """Return a field's text, wherever it is written; empty if the field is missing."""
    for one in _holders(holder):
        value = one.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    element = _property(holder, namespace, name)
    return "" if element is None else "".join(element.itertext())


def _number(text: str) -> float:
    """Return a number, or NaN, which makes the region unusable."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(character in "0123456789abcdefABCDEF" for character in text)
