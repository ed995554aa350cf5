"""Regions as photo programs write them, and malformed packets."""

import random
import time

import pytest

from recog.library.exchange.packets import write_packet
from recog.library.exchange.regions import Region
from recog.library.exchange.xml import MAX_BYTES, NoXmlError
from recog.library.exchange.xmp import Sidecar, read_packet

DIGEST = "ab" * 32

RESOURCES = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
    xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
    xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
    xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#">
   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions rdf:parseType="Resource">
     <stDim:w>4000</stDim:w><stDim:h>3000</stDim:h><stDim:unit>pixel</stDim:unit>
    </mwg-rs:AppliedToDimensions>
    <mwg-rs:RegionList>
     <rdf:Bag>
      <rdf:li rdf:parseType="Resource">
       <mwg-rs:Name>Ada Lovelace</mwg-rs:Name>
       <mwg-rs:Type>Face</mwg-rs:Type>
       <mwg-rs:Area rdf:parseType="Resource">
        <stArea:x>0.5</stArea:x><stArea:y>0.4</stArea:y><stArea:w>0.2</stArea:w><stArea:h>0.3</stArea:h>
        <stArea:unit>normalized</stArea:unit>
       </mwg-rs:Area>
      </rdf:li>
      <rdf:li rdf:parseType="Resource">
       <mwg-rs:Name></mwg-rs:Name>
       <mwg-rs:Type>Face</mwg-rs:Type>
      </rdf:li>
      <rdf:li rdf:parseType="Resource">
       <mwg-rs:Name>Rex</mwg-rs:Name>
       <mwg-rs:Type>Pet</mwg-rs:Type>
      </rdf:li>
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>
   <MP:RegionInfo rdf:parseType="Resource">
    <MPRI:Regions>
     <rdf:Bag><rdf:li MPReg:PersonDisplayName="Ada Lovelace" MPReg:Rectangle="0.4, 0.25, 0.2, 0.3"/></rdf:Bag>
    </MPRI:Regions>
   </MP:RegionInfo>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>"""

ATTRIBUTES = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:regions="http://www.metadataworkinggroup.com/schemas/regions/"
    xmlns:d="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:a="http://ns.adobe.com/xmp/sType/Area#">
   <regions:Regions>
    <rdf:Description>
     <regions:AppliedToDimensions d:w="4000" d:h="3000" d:unit="pixel"/>
     <regions:RegionList>
      <rdf:Bag>
       <rdf:li>
        <rdf:Description regions:Rotation="-0.02" regions:Name="Ada Lovelace" regions:Type="Face">
         <regions:Area a:x="0.5" a:y="0.4" a:w="0.2" a:h="0.3" a:unit="normalized"/>
        </rdf:Description>
       </rdf:li>
       <rdf:li>
        <rdf:Description regions:Type="Focus"><regions:Area a:x="0.1" a:y="0.1" a:w="0.1" a:h="0.1"/></rdf:Description>
       </rdf:li>
      </rdf:Bag>
     </regions:RegionList>
    </rdf:Description>
   </regions:Regions>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""

MICROSOFT = """<?xml version="1.0" encoding="utf-16"?>
<xmp:xmpmeta xmlns:xmp="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:MP="http://ns.microsoft.com/photo/1.2/">
   <MP:RegionInfo>
    <rdf:Description xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#">
     <MPRI:Regions>
      <rdf:Bag xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#">
       <rdf:li>
        <rdf:Description>
         <MPReg:Rectangle>0.4,0.25,0.2,0.3</MPReg:Rectangle>
         <MPReg:PersonDisplayName> Ada Lovelace </MPReg:PersonDisplayName>
        </rdf:Description>
       </rdf:li>
       <rdf:li><rdf:Description MPReg:Rectangle="0.1, 0.1, 0.1, 0.1"/></rdf:li>
      </rdf:Bag>
     </MPRI:Regions>
    </rdf:Description>
   </MP:RegionInfo>
  </rdf:Description>
 </rdf:RDF>
</xmp:xmpmeta>""".encode("utf-16")


@pytest.mark.parametrize(
    ("packet", "size"),
    [(RESOURCES, (4000, 3000)), (ATTRIBUTES, (4000, 3000)), (MICROSOFT, (None, None))],
    ids=["fields as elements", "fields as attributes", "Microsoft's alone, in UTF-16"],
)
def test_one_named_face_is_read_however_it_is_spelt(packet: bytes, size: tuple[int | None, int | None]) -> None:
    sidecar = read_packet(packet)
    (region,) = sidecar.regions
    assert region.name == "Ada Lovelace"
    assert (region.left, region.top, region.width, region.height) == pytest.approx((0.4, 0.25, 0.2, 0.3))
    assert ((sidecar.width, sidecar.height), sidecar.unusable, sidecar.own) == (size, 0, False)


def written(*regions: Region) -> bytes:
    return write_packet(regions, width=4000, height=3000, sha256=DIGEST, version="0.1.0")


def test_what_is_written_is_read_again_by_either_schema() -> None:
    regions = (Region('Ada "A" & <b>Co</b>', 0.1, 0.2, 0.3, 0.4), Region("Zoë 🙂 '", 0.5, 0.25, 0.125, 0.5))
    packet = written(*regions)
    sidecar = read_packet(packet)
    assert [region.name for region in sidecar.regions] == [region.name for region in regions]
    assert (sidecar.width, sidecar.height, sidecar.sha256, sidecar.own) == (4000, 3000, DIGEST, True)
    other = read_packet(packet.replace(b'mwg-rs:Type="Face"', b'mwg-rs:Type="Pet"'))
    for one, same, by_microsoft in zip(regions, sidecar.regions, other.regions, strict=True):
        for read in (same, by_microsoft):
            assert (read.left, read.top) == pytest.approx((one.left, one.top), abs=2e-6)
            assert (read.width, read.height) == pytest.approx((one.width, one.height), abs=2e-6)


def test_a_region_over_the_border_ends_at_it() -> None:
    (region,) = read_packet(written(Region("Ada", -0.1, 0.9, 0.3, 0.3))).regions
    assert (region.left, region.top, region.width, region.height) == pytest.approx((0, 0.9, 0.2, 0.1))


def test_a_sidecar_that_another_program_rewrote_is_not_recog_s_own() -> None:
    changed = written(Region("Ada", 0, 0, 0.5, 0.5)).replace(b'x:xmptk="recog 0.1.0"', b'x:xmptk="Other 1.0"')
    assert not read_packet(changed).own
    assert read_packet(changed).sha256 == DIGEST


@pytest.mark.parametrize(
    "rectangle", [b"0.1, 0.2, 0.3", b"", b"a, b, c, d", b"nan, 0, 1, 1", b"0, 0, inf, 1", b"2, 2, 1, 1"]
)
def test_a_rectangle_that_makes_no_sense_is_counted_and_left_out(rectangle: bytes) -> None:
    packet = MICROSOFT.decode("utf-16").replace("0.4,0.25,0.2,0.3", rectangle.decode()).encode("utf-16")
    assert read_packet(packet) == Sidecar((), None, None, 1, None, own=False)


BOMB = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<x>&c;</x>"""
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x>&f;</x>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB, "document type"),
        (FILE, "document type"),
        (BOMB.decode().encode("utf-16"), "document type"),
        (b"<!DOCTYPE html>", "document type"),
        (b"", "no whole XML"),
        (b"\x00\x01\x02", "no whole XML"),
        (ATTRIBUTES[:-20], "no whole XML"),
        (b"<x>&undeclared;</x>", "no whole XML"),
        (b'<?xml version="1.0" encoding="nobodys"?><x/>', "no whole XML .unknown encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><x/>', "no whole XML .multi-byte encodings"),
        (b'<?xml version="1.0" encoding="hex"?><x/>', "no whole XML .'hex' is not a text encoding"),
        (b"<x>" * 1_000_000, "nest deeper"),
        (b" " * (MAX_BYTES + 1), "limit is"),
    ],
    ids=[
        "bomb",
        "file",
        "bomb in UTF-16",
        "doctype",
        "nothing",
        "noise",
        "torn",
        "entity",
        "unknown encoding",
        "wide encoding",
        "no encoding",
        "deep",
        "large",
    ],
)
def test_what_is_hostile_or_broken_is_refused_at_once(data: bytes, said: str) -> None:
    start = time.process_time()
    with pytest.raises(NoXmlError, match=said):
        read_packet(data)
    assert time.process_time() - start < 2


def test_a_packet_with_any_bytes_changed_is_read_or_refused() -> None:
    """2,000 mutations of three packets raise no other error."""
    draw = random.Random(7)
    for _ in range(2000):
        packet = bytearray(draw.choice([RESOURCES, ATTRIBUTES, MICROSOFT]))
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(packet))
            packet[at : at + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 3))
        try:
            sidecar = read_packet(bytes(packet))
        except NoXmlError:
            continue
        assert all(region.sensible and region.name for region in sidecar.regions)
