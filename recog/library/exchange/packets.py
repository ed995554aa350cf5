"""Writer of XMP with both kinds of face regions, as photo programs read them."""

from collections.abc import Sequence
from html import escape

from recog.library.exchange.namespaces import AREA, DIM, MP, MPREG, MPRI, MWG, RDF, RECOG, TOOLKIT, X
from recog.library.exchange.regions import Region, clipped

_PREFIXES = {
    "rdf": RDF,
    "recog": RECOG,
    "mwg-rs": MWG,
    "stArea": AREA,
    "stDim": DIM,
    "MP": MP,
    "MPRI": MPRI,
    "MPReg": MPREG,
}


def write_packet(regions: Sequence[Region], *, width: int, height: int, sha256: str, version: str) -> bytes:
    """Return an XMP packet in UTF-8 with both kinds of regions of the stored picture, width x height pixels.

    Regions are clipped at the photo's border, because both schemas end there. Without regions, the packet holds the
    digest alone.
    """
    blocks = mwg_block("".join(map(mwg_item, regions)), width, height, "") if regions else ""
    blocks += microsoft_block("".join(map(microsoft_item, regions)), "") if regions else ""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="{X}" x:xmptk="{TOOLKIT}{escape(version)}">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""{declared(*(prefix for prefix in _PREFIXES if prefix != "rdf"))}
    recog:PhotoSHA256="{escape(sha256)}">{blocks}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
""".encode()


def declared(*prefixes: str) -> str:
    """Return attributes that declare prefixes, each with a space in front."""
    return "".join(f' xmlns:{prefix}="{_PREFIXES[prefix]}"' for prefix in prefixes)


def mwg_block(entries: str, width: int, height: int, declarations: str) -> str:
    """Return MWG's block of regions for a picture of width x height pixels, on separate lines."""
    return f"""
   <mwg-rs:Regions{declarations} rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>
    <mwg-rs:RegionList>
     <rdf:Bag>{entries}
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>"""


def microsoft_block(entries: str, declarations: str) -> str:
    """Return Microsoft's block of regions, on separate lines."""
    return f"""
   <MP:RegionInfo{declarations} rdf:parseType="Resource">
    <MPRI:Regions>
     <rdf:Bag>{entries}
     </rdf:Bag>
    </MPRI:Regions>
   </MP:RegionInfo>"""


def mwg_item(region: Region, *, marked: bool = False) -> str:
    """Return an entry of MWG's list on a separate line.

    With `marked`, the entry declares its own prefixes and says that recog wrote the name.
    """
    one = clipped(region)
    name, x, y = _attribute(one.name), one.left + one.width / 2, one.top + one.height / 2
    return (
        f"\n      <rdf:li{declared('rdf', 'mwg-rs', 'stArea', 'recog') if marked else ''}>"
        f'<rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="Face"{_mark(name) if marked else ""}>'
        f'<mwg-rs:Area stArea:x="{x:.6f}" stArea:y="{y:.6f}" stArea:w="{one.width:.6f}" '
        f'stArea:h="{one.height:.6f}" stArea:unit="normalized"/></rdf:Description></rdf:li>'
    )


def microsoft_item(region: Region, *, marked: bool = False) -> str:
    """Return an entry of Microsoft's list, as `mwg_item` does."""
    one = clipped(region)
    rectangle = ", ".join(f"{number:.6f}" for number in (one.left, one.top, one.width, one.height))
    name = _attribute(one.name)
    return (
        f"\n      <rdf:li{declared('rdf', 'MPReg', 'recog') if marked else ''}>"
        f'<rdf:Description MPReg:Rectangle="{rectangle}" MPReg:PersonDisplayName="{name}"'
        f"{_mark(name) if marked else ''}/></rdf:li>"
    )


def _mark(name: str) -> str:
    return f' recog:Wrote="{name}"'


def _attribute(text: str) -> str:
    """Return text as the value of an attribute, without the few characters that XML 1.0 forbids."""
    return escape("".join("\ufffd" if character in "\ufffe\uffff" else character for character in text), quote=True)
