"""Face regions in XMP: read both kinds that photo programs write, and write both.

MWG regions (mwg-rs:Regions; Metadata Working Group 2.0, section 5.9) give a centre and a size, Microsoft's
(MP:RegionInfo; "People Tagging Overview", Windows Imaging Component) an upper left corner and a size, all in units of
the stored picture's width and height (see recog.library.exchange.regions).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from recog.library.exchange.regions import Region, clipped
from recog.library.exchange.xml import parse

_X = "adobe:ns:meta/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
_AREA = "http://ns.adobe.com/xmp/sType/Area#"
_DIM = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
_MP = "http://ns.microsoft.com/photo/1.2/"
_MPRI = "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
_MPREG = "http://ns.microsoft.com/photo/1.2/t/Region#"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_RECOG = "urn:recog:sidecar:1"

_FACE = "face"
_TOOLKIT = "recog "
"""How x:xmptk begins in what recog writes. A program that rewrites the packet puts its own name there."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a packet says of faces. regions are of the stored picture.

    width, height: pixels of the picture that the regions were made on, or None. more: named faces of Microsoft's that
    MWG's lack, for which no such size is known. unusable counts face regions without a sensible rectangle. sha256: the
    photo's digest, in recog's own sidecars. own: written by recog and by nobody since. suffix: of which photo of its
    name a sidecar speaks, in lower case with the dot, or nothing.
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
    """The named faces of an XMP packet, and of its extension: MWG's regions, and Microsoft's of other people.

    Regions of another type (pets, focus points, bar codes) and faces without a name are left out. Raises NoXmlError.
    """
    roots = [parse(data), *([parse(extended)] if extended else [])]
    regions, unusable = _sorted_out(found for root in roots for found in _mwg_regions(root))
    more, unusable_more = _sorted_out(found for root in roots for found in _microsoft_regions(root))
    if regions:
        names = {region.name.casefold() for region in regions}
        more = tuple(region for region in more if region.name.casefold() not in names)
    else:
        regions, more = more, ()
    sizes = [size for root in roots for block in _all(root, _MWG, "Regions") if (size := _size(block)) is not None]
    width, height = sizes[0] if sizes else (None, None)
    holders = [holder for root in roots for holder in root.iter(f"{{{_RDF}}}Description")]
    digests = [_text(holder, _RECOG, "PhotoSHA256") for holder in holders]
    sha256 = next((digest.lower() for digest in digests if _is_digest(digest)), None)
    own = sha256 is not None and roots[0].get(f"{{{_X}}}xmptk", "").startswith(_TOOLKIT)
    suffixes = (_text(holder, _PHOTOSHOP, "SidecarForExtension").strip(" .").lower() for holder in holders)
    suffix = next((f".{suffix}" for suffix in suffixes if suffix), "")
    return Sidecar(
        regions, width, height, unusable + unusable_more * (not sizes), sha256, own, more=more, suffix=suffix
    )


def write_packet(regions: Sequence[Region], *, width: int, height: int, sha256: str, version: str) -> bytes:
    """An XMP packet in UTF-8 with both kinds of regions of the stored picture, width x height pixels.

    What reaches over the photo's border is cut off: both schemas end there.
    """
    inside = [clipped(region) for region in regions]
    mwg = "\n".join(_mwg_item(region) for region in inside)
    microsoft = "\n".join(_microsoft_item(region) for region in inside)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="{_X}" x:xmptk="{_TOOLKIT}{escape(version)}">
 <rdf:RDF xmlns:rdf="{_RDF}">
  <rdf:Description rdf:about=""
    xmlns:recog="{_RECOG}"
    xmlns:mwg-rs="{_MWG}"
    xmlns:stArea="{_AREA}"
    xmlns:stDim="{_DIM}"
    xmlns:MP="{_MP}"
    xmlns:MPRI="{_MPRI}"
    xmlns:MPReg="{_MPREG}"
    recog:PhotoSHA256="{escape(sha256)}">
   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>
    <mwg-rs:RegionList>
     <rdf:Bag>
{mwg}
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>
   <MP:RegionInfo rdf:parseType="Resource">
    <MPRI:Regions>
     <rdf:Bag>
{microsoft}
     </rdf:Bag>
    </MPRI:Regions>
   </MP:RegionInfo>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
""".encode()


def _mwg_item(region: Region) -> str:
    x, y = region.left + region.width / 2, region.top + region.height / 2
    return (
        f'      <rdf:li>\n       <rdf:Description mwg-rs:Name="{_attribute(region.name)}" mwg-rs:Type="Face">\n'
        f'        <mwg-rs:Area stArea:x="{x:.6f}" stArea:y="{y:.6f}" stArea:w="{region.width:.6f}" '
        f'stArea:h="{region.height:.6f}" stArea:unit="normalized"/>\n       </rdf:Description>\n      </rdf:li>'
    )


def _microsoft_item(region: Region) -> str:
    rectangle = ", ".join(f"{number:.6f}" for number in (region.left, region.top, region.width, region.height))
    return (
        f'      <rdf:li>\n       <rdf:Description MPReg:Rectangle="{rectangle}" '
        f'MPReg:PersonDisplayName="{_attribute(region.name)}"/>\n      </rdf:li>'
    )


def _attribute(text: str) -> str:
    """Text as an attribute's value, without the few characters that no XML 1.0 document may hold."""
    return escape("".join("\ufffd" if character in "\ufffe\uffff" else character for character in text), quote=True)


def _mwg_regions(root: ET.Element) -> Iterator[Region | None]:
    """Named faces; None for one without a rectangle that can be read."""
    for item in (item for block in _all(root, _MWG, "RegionList") for item in _items(block)):
        name = _text(item, _MWG, "Name").strip()
        kind = _text(item, _MWG, "Type").strip().lower()
        if not name or kind not in ("", _FACE):
            continue
        area = _property(item, _MWG, "Area")
        if area is None or _text(area, _AREA, "unit") not in ("", "normalized"):
            yield None
            continue
        numbers = [_number(_text(area, _AREA, key)) for key in "xywh"]
        x, y, width, height = numbers
        yield Region(name, x - width / 2, y - height / 2, width, height)


def _microsoft_regions(root: ET.Element) -> Iterator[Region | None]:
    for item in (item for block in _all(root, _MPRI, "Regions") for item in _items(block)):
        name = _text(item, _MPREG, "PersonDisplayName").strip()
        if not name:
            continue
        numbers = [_number(part) for part in _text(item, _MPREG, "Rectangle").split(",")]
        yield Region(name, *numbers) if len(numbers) == 4 else None


def _sorted_out(found: Iterable[Region | None]) -> tuple[tuple[Region, ...], int]:
    everything = list(found)
    usable = tuple(region for region in everything if region is not None and region.sensible)
    return usable, len(everything) - len(usable)


def _size(block: ET.Element) -> tuple[int, int] | None:
    size = _property(block, _MWG, "AppliedToDimensions")
    if size is None:
        return None
    width, height = (_number(_text(size, _DIM, key)) for key in "wh")
    return (round(width), round(height)) if 0 < width < 1e9 and 0 < height < 1e9 else None


# RDF writes one structure in several ways: a value as an attribute or as an element; the fields of a structure on the
# property itself (rdf:parseType="Resource", or attributes) or on an rdf:Description inside it.


def _all(root: ET.Element, namespace: str, name: str) -> Iterator[ET.Element]:
    return root.iter(f"{{{namespace}}}{name}")


def _items(block: ET.Element) -> Iterator[ET.Element]:
    for container in ("Bag", "Seq", "Alt"):
        for held in block.findall(f"{{{_RDF}}}{container}"):
            yield from held.findall(f"{{{_RDF}}}li")


def _holders(holder: ET.Element) -> list[ET.Element]:
    return [holder, *holder.findall(f"{{{_RDF}}}Description")]


def _property(holder: ET.Element, namespace: str, name: str) -> ET.Element | None:
    found = (one.find(f"{{{namespace}}}{name}") for one in _holders(holder))
    return next((element for element in found if element is not None), None)


def _text(holder: ET.Element, namespace: str, name: str) -> str:
    """A field's text, wherever it is written; empty where it is not."""
    for one in _holders(holder):
        value = one.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    element = _property(holder, namespace, name)
    return "" if element is None else "".join(element.itertext())


def _number(text: str) -> float:
    """A number, or NaN, which no region survives."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(character in "0123456789abcdefABCDEF" for character in text)
