"""Merging of recog's names into a sidecar of any program; every other byte of the sidecar stays as it is.

Each entry that recog writes is marked (recog:Wrote, with the name), so that the next export can replace or remove it.
If another program changed the name since, the entry belongs to that program.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from recog.errors import RecogError
from recog.library.exchange.frames import turns, undecided
from recog.library.exchange.namespaces import MP, MPRI, MWG, RDF, RECOG
from recog.library.exchange.packets import declared, microsoft_block, microsoft_item, mwg_block, mwg_item
from recog.library.exchange.pairing import Pairing, pair
from recog.library.exchange.regions import Region, lies_on_side, stored, upright
from recog.library.exchange.spans import Document, Edit
from recog.library.exchange.xmp import items, microsoft_face, mwg_face, read_packet, written_by_recog
from recog.photos import PhotoMetadata
from recog.store.people.names import name_keys
from recog.types import Photo


class ForeignSidecarError(RecogError):
    """Names cannot be put into a sidecar; the message says why, without the file's name."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a face, given by a human or by recog (by distance)."""

    text: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """The sidecar's new bytes, and the names of other programs that were replaced, as (old name, new name)."""

    data: bytes
    replaced: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two schemas of regions."""

    block: tuple[str, str]
    entries: tuple[str, str]
    face: Callable[[ET.Element], tuple[str, Region | None] | None]
    item: Callable[..., str]


_KINDS = (
    _Kind((MWG, "Regions"), (MWG, "RegionList"), mwg_face, mwg_item),
    _Kind((MP, "RegionInfo"), (MPRI, "Regions"), microsoft_face, microsoft_item),
)


@dataclass(slots=True)
class _Plan:
    """What becomes of the entries of one schema.

    gone: entries to remove. theirs: entries of other programs, each with its face, if it has one. Regions refer to the
    upright photo; `turn` translates them to the picture that the sidecar's regions refer to.
    """

    kind: _Kind
    turn: int
    entries: list[ET.Element]
    gone: list[ET.Element]
    theirs: list[tuple[ET.Element, Region, int | None]]
    write: list[Region] = field(default_factory=list)
    written: set[int] = field(default_factory=set)

    def of_face(self, face: int) -> tuple[ET.Element, str] | None:
        """Return another program's entry for a face, and the name in it; None if there is no such entry."""
        return next(((entry, region.name) for entry, region, theirs in self.theirs if theirs == face), None)

    @property
    def kept(self) -> list[tuple[Region, int | None]]:
        """Return the entries of other programs that stay."""
        return [(region, face) for entry, region, face in self.theirs if entry not in self.gone]


def merged(
    data: bytes, photo: Photo, metadata: PhotoMetadata, faces: Sequence[Region], names: Mapping[int, Name]
) -> Merged:
    """Put names into a sidecar of a photo.

    faces: all faces of the photo, as rectangles of the upright picture. names: names by the row of their face. A name
    that a human confirmed replaces another program's name for the same face; a name that recog gave by distance does
    not. An entry that already has the right name stays as it is, and so does every other entry. If the sidecar has only
    one of the two schemas, the other one is added with the names of both.

    Raises:
        NoXmlError: the sidecar cannot be parsed. ForeignSidecarError: names cannot be put into it.
    """
    document = Document(data)
    said = read_packet(data)
    by_mwg = undecided(metadata) if said.width is None else turns(said, photo, metadata)
    if not by_mwg:
        size = f"{said.width} x {said.height}"
        raise ForeignSidecarError(f"its regions are of a picture of {size}, not of the photo as it is now")
    plans = [
        _plan(document.root, kind, options, faces, own=said.own)
        for kind, options in zip(_KINDS, (by_mwg, undecided(metadata)), strict=True)
    ]
    replaced: dict[tuple[str, str], None] = {}
    for face, name in names.items():
        _decide(plans, face, _called(faces[face], name.text), replaced, confirmed=name.confirmed)
    for plan, other in (plans, plans[::-1]):
        if plan.write and not plan.kept:
            plan.write += [region for region, face in other.kept if face is None or face not in plan.written]
    edits = _edits(document, plans, photo)
    edits += _digest_edits(document, said.sha256, photo.sha256)
    return Merged(document.edited(edits), tuple(replaced))


def _plan(root: ET.Element, kind: _Kind, options: Sequence[int], faces: Sequence[Region], *, own: bool) -> _Plan:
    """Sort entries: recog's own are removed; entries of other programs are paired with the photo's faces."""
    entries = list(items(root, *kind.entries))
    gone: list[ET.Element] = []
    theirs: list[tuple[ET.Element, Region]] = []
    for entry in entries:
        found, mark = kind.face(entry), written_by_recog(entry)
        if found is None:
            continue
        if mark == found[0] or (own and not mark):
            gone.append(entry)
        elif found[1] is not None:
            theirs.append((entry, found[1]))
    pairing, turn = _paired([region for _, region in theirs], faces, options)
    paired = [(entry, upright(region, turn), pairing.faces.get(row)) for row, (entry, region) in enumerate(theirs)]
    return _Plan(kind, turn, entries, gone, paired)


def _decide(
    plans: Sequence[_Plan], face: int, region: Region, replaced: dict[tuple[str, str], None], *, confirmed: bool
) -> None:
    """Write a name if its face has none; remove another program's name if a human says otherwise here."""
    found = [plan.of_face(face) for plan in plans]
    if not confirmed and any(one is not None and not _same(one[1], region.name) for one in found):
        return
    for plan, one in zip(plans, found, strict=True):
        if one is not None:
            if _same(one[1], region.name):
                continue
            plan.gone.append(one[0])
            replaced[one[1], region.name] = None
        plan.written.add(face)
        plan.write.append(region)


def _paired(regions: Sequence[Region], faces: Sequence[Region], options: Sequence[int]) -> tuple[Pairing, int]:
    """Return the pairing by the turn that finds most faces, and that turn; of equal turns, the first."""
    tried = [(pair([upright(region, turn) for region in regions], faces), turn) for turn in options]
    return max(tried, key=lambda one: len(one[0].faces))


def _edits(document: Document, plans: Sequence[_Plan], photo: Photo) -> list[Edit]:
    edits: list[Edit] = []
    blocks = ""
    for plan in plans:
        for entry in plan.gone:
            span = document.span(entry)
            edits.append(Edit(document.after_blanks(span.start), span.end, ""))
        if not plan.write:
            continue
        lines = "".join(plan.kind.item(stored(region, plan.turn), marked=True) for region in plan.write)
        container = _container(document.root, plan)
        if container is not None:
            place = document.after_blanks(document.span(container).outside)
            edits.append(Edit(place, place, lines))
            continue
        text = _block(plan, lines, photo)
        empty = next(document.root.iter(_braced(plan.kind.block)), None)
        if empty is None:
            blocks += text
        else:
            span = document.span(empty)
            edits.append(Edit(document.after_blanks(span.start), span.end, text))
    if blocks:
        edits.append(_description(document, blocks))
    elif not any(plan.write for plan in plans):
        edits = _without_own_descriptions(document, plans, edits)
    return edits


def _container(root: ET.Element, plan: _Plan) -> ET.Element | None:
    """Return the list that holds entries already."""
    for block in root.iter(_braced(plan.kind.entries)):
        for container in block:
            if any(entry in plan.entries for entry in container):
                return container
    return None


def _block(plan: _Plan, lines: str, photo: Photo) -> str:
    if plan.kind.block[0] == MP:
        return microsoft_block(lines, declared("rdf", "MP", "MPRI"))
    width, height = (photo.height, photo.width) if lies_on_side(plan.turn) else (photo.width, photo.height)
    return mwg_block(lines, width, height, declared("rdf", "mwg-rs", "stDim"))


def _description(document: Document, blocks: str) -> Edit:
    """Return an edit that adds an rdf:Description for blocks that the sidecar lacks, about the same resource."""
    root = document.root
    rdf = root if root.tag == f"{{{RDF}}}RDF" else next(root.iter(f"{{{RDF}}}RDF"), None)
    if rdf is None:
        raise ForeignSidecarError("it holds no XMP")
    others = rdf.findall(f"{{{RDF}}}Description")
    about = next((one.get(f"{{{RDF}}}about") or one.get("about") or "" for one in others), "")
    quoted = about.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    text = (
        f'\n  <rdf:Description{declared("rdf", "recog")} rdf:about="{quoted}" recog:Added="regions">'
        f"{blocks}\n  </rdf:Description>"
    )
    span = document.span(rdf)
    if span.closed:
        tag = document.start_tag(rdf)
        name = tag[1:].split(maxsplit=1)[0].rstrip("/>")
        return Edit(span.start, span.end, f"{tag[:-2]}>{text}\n</{name}>")
    place = document.after_blanks(span.outside)
    return Edit(place, place, text)


def _without_own_descriptions(document: Document, plans: Sequence[_Plan], edits: list[Edit]) -> list[Edit]:
    """Remove the blocks that recog added as a whole, if nothing is left in them."""
    gone = [entry for plan in plans for entry in plan.gone]
    kept = [entry for plan in plans for entry in plan.entries if entry not in gone]
    for one in document.root.iter(f"{{{RDF}}}Description"):
        if one.get(f"{{{RECOG}}}Added") != "regions" or any(entry in kept for entry in one.iter()):
            continue
        if {element.tag for element in one} <= {_braced(kind.block) for kind in _KINDS}:
            span = document.span(one)
            edits = [edit for edit in edits if not span.start <= edit.start < span.end]
            edits.append(Edit(document.after_blanks(span.start), span.end, ""))
    return edits


def _digest_edits(document: Document, before: str | None, now: str) -> list[Edit]:
    """Update the digest of the photo's bytes in a sidecar that recog wrote."""
    if before is None or before == now:
        return []
    holders = [one for one in document.root.iter(f"{{{RDF}}}Description") if one.get(f"{{{RECOG}}}PhotoSHA256")]
    edits = []
    for holder in holders:
        span = document.span(holder)
        tag = document.start_tag(holder)
        edits.append(Edit(span.start, span.inside, tag.replace(holder.get(f"{{{RECOG}}}PhotoSHA256", ""), now)))
    return edits


def _called(region: Region, name: str) -> Region:
    return Region(name, region.left, region.top, region.width, region.height)


def _same(name: str, other: str) -> bool:
    return not set(name_keys(name)).isdisjoint(name_keys(other))


def _braced(name: tuple[str, str]) -> str:
    return f"{{{name[0]}}}{name[1]}"
