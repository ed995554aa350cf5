"""Names are merged into another program's sidecar; all other bytes stay as they are."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recog.library.exchange.merging import ForeignSidecarError, Name, merged
from recog.library.exchange.packets import write_packet
from recog.library.exchange.regions import Region, stored
from recog.library.exchange.spans import Document, Edit
from recog.library.exchange.xml import NoXmlError
from recog.library.exchange.xmp import read_packet
from recog.photos import PhotoMetadata
from recog.types import Photo
from tests.library.exchange.drawing import packet

DIGEST = "ab" * 32
PHOTO = Photo(1, DIGEST, 4000, 3000, None)
PLAIN = PhotoMetadata(DIGEST, 1, turned_by_format=False, packets=())
FACES = [Region("", 0.1, 0.2, 0.1, 0.2), Region("", 0.4, 0.2, 0.1, 0.2), Region("", 0.7, 0.2, 0.1, 0.2)]
ADA = {0: Name("Ada", confirmed=True)}

FULL = b"""<?xml version='1.0' encoding='UTF-8'?>
<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>
<!-- a comment, with > and <tags> -->
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk="Other > 'one' 1.0"  >
 <rdf:RDF  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description  rdf:about="uuid:a&amp;b" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
      xmlns:odd='urn:nobody:knows' xmp:Rating = "5"\todd:a='1 &lt; 2'>
   <odd:list><![CDATA[ <raw> & kept ]]></odd:list><?odd instruction?>
   <mwg-rs:Regions xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions xmlns:d="http://ns.adobe.com/xap/1.0/sType/Dimensions#" d:w="4000" d:h="3000"/>
    <mwg-rs:RegionList><rdf:Seq xmlns:a="http://ns.adobe.com/xmp/sType/Area#">
      <rdf:li><rdf:Description mwg-rs:Name="Eve" mwg-rs:Type="Face" mwg-rs:Rotation="0.1">
        <mwg-rs:Area a:x="0.45" a:y="0.3" a:w="0.1" a:h="0.2"/></rdf:Description></rdf:li><!-- between -->
      <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Stranger</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
        <mwg-rs:Area a:x="0.05" a:y="0.9" a:w="0.05" a:h="0.1"/></rdf:li>
      <rdf:li><rdf:Description mwg-rs:Type="Focus"><mwg-rs:Area a:x="0.15" a:y="0.3"/></rdf:Description></rdf:li>
    </rdf:Seq></mwg-rs:RegionList>
   </mwg-rs:Regions>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>
"""


def names_in(data: bytes) -> set[str]:
    said = read_packet(data)
    return {region.name for region in (*said.regions, *said.more)}


def without_recog(data: bytes) -> bytes:
    """Return a sidecar without the entries and descriptions that recog marked."""
    data = re.sub(
        rb'\s*<rdf:Description[^>]*recog:Added="regions">.*?\n  </rdf:Description>', b"", data, flags=re.DOTALL
    )
    return re.sub(
        rb"\s*<rdf:li xmlns:rdf[^>]*><rdf:Description[^>]*recog:Wrote.*?</rdf:li>", b"", data, flags=re.DOTALL
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_all_else_in_a_sidecar_stays_byte_by_byte(encoding: str) -> None:
    text = FULL.decode().replace("UTF-8", encoding.replace("-sig", "")).replace("\ufeff", "")
    before = text.encode(encoding)
    names = {0: Name("Zo\xeb \u0160 \U0001f642", confirmed=True), 2: Name("B & <C> \"D\" 'E'", confirmed=True)}
    after = merged(before, PHOTO, PLAIN, FACES, names)
    assert after.replaced == ()
    assert names_in(after.data) == {"Eve", "Stranger", *(name.text for name in names.values())}
    plain = after.data.decode(encoding).encode()
    assert without_recog(plain) == before.decode(encoding).encode()
    again = merged(after.data, PHOTO, PLAIN, FACES, names)
    assert again.data == after.data, "a second time changes nothing"
    assert merged(after.data, PHOTO, PLAIN, FACES, {}).data == before, "without names, nothing of recog's is left"


def test_a_name_that_is_there_already_stays_as_it_is() -> None:
    """The name stays in the list that has it; Microsoft's list, which Windows reads, is added with all names."""
    after = merged(FULL, PHOTO, PLAIN, FACES, {1: Name("eve", confirmed=True)}).data
    assert without_recog(after) == FULL
    assert after.count(b'mwg-rs:Name="Eve" mwg-rs:Type="Face" mwg-rs:Rotation="0.1"') == 1
    assert after.count(b"mwg-rs:Name=") == 1
    assert set(re.findall(rb'PersonDisplayName="(.*?)"', after)) == {b"eve", b"Stranger"}


@pytest.mark.parametrize("confirmed", [True, False])
def test_only_a_name_that_a_human_gave_takes_the_place_of_another_program_s(*, confirmed: bool) -> None:
    after = merged(FULL, PHOTO, PLAIN, FACES, {1: Name("Ada", confirmed=confirmed)})
    assert after.replaced == ((("Eve", "Ada"),) if confirmed else ())
    assert names_in(after.data) == ({"Ada", "Stranger"} if confirmed else {"Eve", "Stranger"})


def test_what_recog_wrote_before_goes_and_what_another_program_changed_since_stays() -> None:
    before = merged(FULL, PHOTO, PLAIN, FACES, {0: Name("Ada", confirmed=True), 2: Name("Ben", confirmed=True)}).data
    after = merged(before, PHOTO, PLAIN, FACES, {0: Name("Ada Lovelace", confirmed=True)})
    assert (names_in(after.data), after.replaced) == ({"Ada Lovelace", "Eve", "Stranger"}, ())
    renamed = before.replace(b'mwg-rs:Name="Ben"', b'mwg-rs:Name="Benjamin"')
    kept = merged(renamed, PHOTO, PLAIN, FACES, {0: Name("Ada", confirmed=True)}).data
    assert names_in(kept) == {"Ada", "Benjamin", "Eve", "Stranger"}


def test_names_that_only_microsoft_s_list_has_are_copied_into_mwg_s_that_programs_read_first() -> None:
    both = packet(Region("Eve", 0.4, 0.2, 0.1, 0.2), width=4000, height=3000)
    before = re.sub(rb"<mwg-rs:Regions.*</mwg-rs:Regions>", b"", both, flags=re.DOTALL)
    after = merged(before, PHOTO, PLAIN, FACES, ADA).data
    assert {region.name for region in read_packet(after).regions} == {"Ada", "Eve"}
    assert (read_packet(after).width, read_packet(after).more) == (4000, ())
    assert merged(after, PHOTO, PLAIN, FACES, {}).data == before


EMPTY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>',
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></r:RDF>',
    (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description about="it"/></r:RDF></x:xmpmeta>'
    ),
    (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description>'
        '<m:Regions xmlns:m="http://www.metadataworkinggroup.com/schemas/regions/"><m:RegionList><r:Bag/></m:RegionList>'
        "</m:Regions></r:Description></r:RDF>"
    ),
)


@pytest.mark.parametrize("sidecar", EMPTY)
def test_a_sidecar_without_regions_gets_them(sidecar: str) -> None:
    after = merged(sidecar.encode(), PHOTO, PLAIN, FACES, ADA).data
    (region,) = read_packet(after).regions
    assert (region.left, region.top, region.width, region.height) == pytest.approx((0.1, 0.2, 0.1, 0.2))
    assert (read_packet(after).width, read_packet(after).height) == (4000, 3000)
    assert after.count(b"Ada") == 4, "in both lists, each with its mark"
    assert merged(after, PHOTO, PLAIN, FACES, ADA).data == after


@pytest.mark.parametrize(("orientation", "turned_first"), list(product(range(1, 9), [False, True])))
def test_regions_are_added_on_the_picture_that_the_sidecar_s_are_of(orientation: int, *, turned_first: bool) -> None:
    turn = 1 if turned_first and orientation >= 5 else orientation
    size = (4000, 3000) if turn < 5 else (3000, 4000)
    eve = stored(Region("Eve", 0.4, 0.2, 0.1, 0.2), turn)
    metadata = PhotoMetadata(DIGEST, orientation, turned_by_format=False, packets=())
    after = merged(packet(eve, width=size[0], height=size[1]), PHOTO, metadata, FACES, ADA).data
    said = read_packet(after)
    ada = stored(Region("Ada", 0.1, 0.2, 0.1, 0.2), turn)
    (found,) = (region for region in said.regions if region.name == "Ada")
    assert (found.left, found.top) == pytest.approx((ada.left, ada.top), abs=1e-5)
    assert (said.width, said.height) == size
    assert after.count(b"Eve") == 2


@pytest.mark.parametrize(
    ("sidecar", "said"),
    [
        (b"<html></html>", "holds no XMP"),
        (packet(Region("Eve", 0.4, 0.2, 0.1, 0.2), width=100, height=300), "of a picture of 100 x 300"),
        (b"<!DOCTYPE x><x/>", "document type"),
        (FULL[:-40], "no whole XML"),
        (b"no XML", "no whole XML"),
        (b'<?xml version="1.0" encoding="utf-7"?><x/>', "no whole XML|written back"),
    ],
)
def test_a_sidecar_in_which_names_cannot_be_put_is_refused(sidecar: bytes, said: str) -> None:
    with pytest.raises((NoXmlError, ForeignSidecarError), match=said):
        merged(sidecar, PHOTO, PLAIN, FACES, ADA)


def test_recog_s_own_sidecar_without_marks_is_recog_s_and_tells_the_photo_s_new_digest() -> None:
    regions = [Region("Ada", 0.1, 0.2, 0.1, 0.2), Region("Gone", 0.7, 0.2, 0.1, 0.2)]
    own = write_packet(regions, width=4000, height=3000, sha256="cd" * 32, version="1")
    after = merged(own, PHOTO, PLAIN, FACES, ADA).data
    assert (names_in(after), read_packet(after).sha256, read_packet(after).own) == ({"Ada"}, DIGEST, True)


names_of_faces = st.dictionaries(
    st.sampled_from(range(3)), st.builds(Name, st.sampled_from(["Ada", "Eve", "Zo\xeb"]), st.booleans())
)


@settings(max_examples=150, deadline=None)
@given(st.lists(names_of_faces, min_size=1, max_size=4))
def test_whatever_is_named_in_turn_foreign_bytes_stay_unless_a_human_says_otherwise(
    runs: list[dict[int, Name]],
) -> None:
    data = FULL
    given_way = False
    for names in runs:
        after = merged(data, PHOTO, PLAIN, FACES, names)
        given_way |= bool(after.replaced)
        data = after.data
        said = names_in(data)
        assert {name.text for face, name in names.items() if name.confirmed or face != 1} <= said | {"Eve"}
        assert "Stranger" in said
        if not given_way:
            assert without_recog(data) == FULL
            assert "Eve" in said


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(["utf-8", "utf-16-be"]),
)
def test_elements_stand_where_their_spans_say(text: str, encoding: str) -> None:
    from xml.sax.saxutils import escape, quoteattr

    inner = f"<b a={quoteattr(text)}/>{escape(text)}<!-- <c> --><c>{escape(text)}</c >"
    mark = "\ufeff" if encoding != "utf-8" else ""
    document = Document(f"{mark}<a >{inner}</a>".encode(encoding))
    a, b, c = document.root.iter()
    span = document.span(a)
    assert document.text[span.inside : span.outside].decode() == inner
    assert (document.span(b).closed, document.span(c).closed) == (True, False)
    assert document.text[document.span(c).start : document.span(c).end].decode() == f"<c>{escape(text)}</c >"
    edited = document.edited([Edit(document.span(b).start, document.span(b).end, "<new/>")])
    assert edited.decode(encoding) == f"{mark}<a >{inner.replace(f'<b a={quoteattr(text)}/>', '<new/>', 1)}</a>"
