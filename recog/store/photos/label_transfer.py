"""Transfer what users said about the faces of a photo to the same faces of the edited photo.

A photo counts as edited if the content of its file changed, or if the caller says which photo new content at another
path was before. Names, rejections, ignored faces and covers are transferred; see recog.store.photos.pairing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from recog.store.people.facts import Facts, change, ignored_among, rejected_among, spoken_of
from recog.store.photos.face_rows import faces_of_photos, relative
from recog.store.photos.pairing import PlacedFace, pair_faces
from recog.store.photos.volumes import Volumes
from recog.store.records import FactKind, LostFact, ScannedPhoto
from recog.store.schema.encoding import chunks, path_bytes
from recog.store.schema.tables import assignments, chosen_covers, embeddings, files, people, photos
from recog.store.schema.vectors import vectors_of
from recog.types import Embeddings, Face, Origin


@dataclass(frozen=True, slots=True)
class Before:
    """The photo that a file showed before, or (moved) that its content was before it was edited and moved.

    If it moved, the earlier photo stays in the catalog with the facts about it, so that nothing is lost.
    """

    path: bytes
    photo_id: int
    sha256: bytes
    new_sha256: bytes
    moved: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """Old faces whose facts were all transferred, by the path that took them; lost facts, by path."""

    faces: dict[bytes, list[int]]
    lost: dict[bytes, list[LostFact]]


def earlier_photos(
    connection: Connection, volumes: Volumes, batch: Sequence[ScannedPhoto], moved_from: Mapping[Path, int]
) -> list[Before]:
    """Return the earlier photos of the files of a batch whose content changed, then those of moved contents.

    moved_from gives, by path, the photo that new content was at another path; photos that are gone are left out.
    """
    digests = {path_bytes(scan.stat.path): bytes.fromhex(scan.sha256) for scan in batch}
    found: list[Before] = []
    statement = select(files.c.path, photos.c.id, photos.c.sha256).join(photos)
    for volume_id, paths in volumes.grouped(scan.stat.path for scan in batch):
        rows = connection.execute(statement.where(files.c.volume_id == volume_id, files.c.path.in_(paths)))
        for there, photo_id, sha256 in rows:
            here = volumes.local(volume_id, there)
            if sha256 != digests[here]:
                found.append(Before(here, photo_id, sha256, digests[here], moved=False))
    known = dict(
        connection.execute(select(photos.c.id, photos.c.sha256).where(photos.c.id.in_(moved_from.values()))).all()
    )
    for path, photo_id in moved_from.items():
        raw = path_bytes(path)
        replaced = any((old.path, old.photo_id) == (raw, photo_id) for old in found)
        if photo_id in known and known[photo_id] != digests[raw] and not replaced:
            found.append(Before(raw, photo_id, known[photo_id], digests[raw], moved=True))
    return found


def carry_facts(
    connection: Connection, earlier: Sequence[Before], new_photos: Mapping[bytes, int], network_id: int
) -> Carried:
    """Transfer facts to new photos, given by digest; report those that are lost because no file shows their photo.

    The earlier photo stays, even if no file shows it: in a chain of renames it turns up again under another path, and
    otherwise `delete_orphans` deletes it. Content that was known before (a file copied over another) gets nothing.
    """
    if not earlier:
        return Carried({}, {})
    placed = _placed_faces(connection, {*(old.photo_id for old in earlier), *new_photos.values()}, network_id)
    faces = {one.face.id: one.face for row in placed.values() for one in row}
    spoken = spoken_of(connection, faces) | {face.id for face in faces.values() if face.origin == Origin.CONFIRMED}
    pairs: list[tuple[Face, Face]] = []
    taken: set[int] = set()
    carried: dict[bytes, list[int]] = {}
    for old in earlier:
        new = placed[new_photos[old.new_sha256]] if old.new_sha256 in new_photos else []
        found = pair_faces(placed[old.photo_id], [one for one in new if one.face.id not in taken])
        told = [(before, after) for before, after in found if before.id in spoken]
        taken |= {after.id for _, after in told}
        pairs += told
        carried.setdefault(old.path, []).extend(before.id for before, _ in told)
    shown = _shown(connection, [old.photo_id for old in earlier if not old.moved])
    _assign(connection, pairs)
    _carry_refusals(connection, pairs)
    kept = {before.id for before, _ in pairs}
    lost = {
        old.path: [one.face for one in placed[old.photo_id] if one.face.id in spoken - kept]
        for old in earlier
        if not old.moved and old.photo_id not in shown
    }
    told_of = _lost_facts(connection, [face for row in lost.values() for face in row])
    _move_covers(connection, [(before, after) for before, after in pairs if before.photo_id not in shown])
    return Carried(carried, {path: [fact for face in row for fact in told_of[face.id]] for path, row in lost.items()})


def _shown(connection: Connection, photo_ids: Iterable[int]) -> set[int]:
    """Return those of these photos that a file shows, present or missing."""
    found: set[int] = set()
    for ids in chunks(photo_ids):
        found |= set(connection.scalars(select(files.c.photo_id).where(files.c.photo_id.in_(ids))))
    return found


def _placed_faces(connection: Connection, photo_ids: Iterable[int], network_id: int) -> dict[int, list[PlacedFace]]:
    """Return all faces of photos, with boxes relative to the photo and this network's embeddings."""
    faces = faces_of_photos(connection, photo_ids)
    sizes: dict[int, tuple[int, int]] = {}
    vectors: dict[int, Embeddings] = {}
    for ids in chunks(faces):
        statement = select(photos.c.id, photos.c.width, photos.c.height).where(photos.c.id.in_(ids))
        sizes |= {row.id: (row.width, row.height) for row in connection.execute(statement)}
    for ids in chunks(face.id for row in faces.values() for face in row):
        stored = select(embeddings.c.face_id, embeddings.c.vector).where(
            embeddings.c.network_id == network_id, embeddings.c.face_id.in_(ids)
        )
        for face_id, blob in connection.execute(stored):
            vectors[face_id] = vectors_of([blob], len(blob) // 4)[0]
    return {
        photo_id: [
            PlacedFace(face, box, vectors.get(face.id))
            for face, box in zip(row, relative([face.box for face in row], *sizes[photo_id]), strict=True)
        ]
        for photo_id, row in faces.items()
    }


def _assign(connection: Connection, pairs: Sequence[tuple[Face, Face]]) -> None:
    rows = [
        {"face_id": after.id, "person_id": before.person_id, "origin": Origin.CONFIRMED.value}
        for before, after in pairs
        if before.origin == Origin.CONFIRMED
    ]
    if rows:
        connection.execute(insert(assignments), rows)


def _move_covers(connection: Connection, pairs: Sequence[tuple[Face, Face]]) -> None:
    for before, after in pairs:
        if before.origin == Origin.CONFIRMED:
            mine = people.c.cover_face_id == before.id
            connection.execute(update(people).where(mine).values(cover_face_id=after.id))
            chosen = chosen_covers.c.face_id == before.id
            connection.execute(update(chosen_covers).where(chosen).values(face_id=after.id))


def _carry_refusals(connection: Connection, pairs: Sequence[tuple[Face, Face]]) -> None:
    """Copy rejections and ignored faces; two edited copies of a photo have two new faces for an old one."""
    new_of: dict[int, list[int]] = {}
    for before, after in pairs:
        new_of.setdefault(before.id, []).append(after.id)
    rejected = frozenset(
        (new, person_id) for face_id, person_id in rejected_among(connection, new_of) for new in new_of[face_id]
    )
    ignored = frozenset((new,) for (face_id,) in ignored_among(connection, new_of) for new in new_of[face_id])
    change(connection, Facts(), Facts(rejected=rejected, ignored=ignored))


def _lost_facts(connection: Connection, faces: Sequence[Face]) -> dict[int, list[LostFact]]:
    """Return all facts about faces, by face."""
    found: dict[int, list[LostFact]] = {face.id: [] for face in faces}
    names: dict[int, str] = {}
    covers: set[int] = set()
    rejected = sorted(rejected_among(connection, found))
    person_ids = {person_id for _, person_id in rejected} | {face.person_id for face in faces} - {None}
    for ids in chunks(person_ids):
        statement = select(people.c.id, people.c.name, people.c.cover_face_id).where(people.c.id.in_(ids))
        for person_id, name, cover_face_id in connection.execute(statement):
            names[person_id] = name
            covers.add(cover_face_id)
    for face in faces:
        if face.origin == Origin.CONFIRMED and face.person_id is not None:
            found[face.id].append(LostFact(face.id, FactKind.NAME, names[face.person_id]))
            if face.id in covers:
                found[face.id].append(LostFact(face.id, FactKind.COVER, names[face.person_id]))
    for face_id, person_id in rejected:
        found[face_id].append(LostFact(face_id, FactKind.REJECTION, names[person_id]))
    for (face_id,) in ignored_among(connection, found):
        found[face_id].append(LostFact(face_id, FactKind.IGNORED, None))
    return found
