"""A file whose content changed: what humans said of its faces goes to the same faces of the new content.

Same place is not enough (a camera's latest.jpg shows somebody else at the same place), and a wrong name that counts as
confirmed would stay for good: where both faces have an embedding they must also be near.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from recog.boxes import match_boxes
from recog.distance import paired_squared_distances
from recog.store.encoding import chunks, path_bytes, vectors_of
from recog.store.facts import Facts, change, ignored_among, rejected_among, spoken_of
from recog.store.records import ScannedPhoto
from recog.store.rows import SAME_FACE_IOU, faces_of_photos, relative
from recog.store.tables import assignments, embeddings, files, people, photos
from recog.types import Face, Origin

# Squared distance: an edited photo of a face stays well below, another person hardly ever comes that near.
EDITED_FACE_DISTANCE = 0.7


@dataclass(frozen=True, slots=True)
class Replaced:
    """The photo that a file showed before."""

    path: bytes
    photo_id: int
    sha256: bytes
    width: int
    height: int
    new_sha256: bytes


def replaced_photos(connection: Connection, batch: Sequence[ScannedPhoto]) -> dict[bytes, Replaced]:
    """What the files of a batch showed before, where that is other content, by path."""
    digests = {path_bytes(scan.stat.path): bytes.fromhex(scan.sha256) for scan in batch}
    found: dict[bytes, Replaced] = {}
    statement = select(files.c.path, photos.c.id, photos.c.sha256, photos.c.width, photos.c.height).join(photos)
    for paths in chunks(digests):
        for path, photo_id, sha256, width, height in connection.execute(statement.where(files.c.path.in_(paths))):
            if sha256 != digests[path]:
                found[path] = Replaced(path, photo_id, sha256, width, height, digests[path])
    return found


def carry_names(
    connection: Connection, replaced: dict[bytes, Replaced], new_photos: set[int], network_id: int
) -> dict[bytes, list[str]]:
    """Carry facts over; the confirmed names that were lost because no file shows their photo any more, by path.

    The earlier photo stays, though no file may show it: in a chain of renames it turns up again under another path;
    `delete_orphans` sweeps it otherwise. Content that was known before (a file copied over another) takes no names.
    """
    if not replaced:
        return {}
    new_sizes = _sizes(connection, {old.new_sha256 for old in replaced.values()})
    faces = faces_of_photos(
        connection, {*(old.photo_id for old in replaced.values()), *(row[0] for row in new_sizes.values())}
    )
    spoken = spoken_of(connection, [face.id for of_photo in faces.values() for face in of_photo])
    left: dict[bytes, list[Face]] = {}
    taken: set[int] = set()
    carried: list[tuple[Face, Face]] = []
    for path, old in replaced.items():
        new_id, width, height = new_sizes[old.new_sha256]
        told = [face for face in faces[old.photo_id] if face.origin == Origin.CONFIRMED or face.id in spoken]
        told = _placed(told, old.width, old.height)
        found = _placed(faces[new_id] if new_id in new_photos else [], width, height)
        pairs = [
            (before, after) for before, after in _pairs(connection, told, found, network_id) if after.id not in taken
        ]
        taken |= {after.id for _, after in pairs}
        carried += pairs
        kept = {before.id for before, _ in pairs}
        left[path] = [face for face in told if face.origin == Origin.CONFIRMED and face.id not in kept]
    _assign(connection, [pair for pair in carried if pair[0].origin == Origin.CONFIRMED])
    _carry_refusals(connection, carried)
    shown = set(
        connection.scalars(
            select(files.c.photo_id).where(files.c.photo_id.in_([old.photo_id for old in replaced.values()]))
        )
    )
    gone = [path for path, old in replaced.items() if old.photo_id not in shown]
    return {path: _names(connection, left[path]) for path in gone if left[path]}


def _sizes(connection: Connection, digests: set[bytes]) -> dict[bytes, tuple[int, int, int]]:
    statement = select(photos.c.sha256, photos.c.id, photos.c.width, photos.c.height)
    return {
        sha256: (photo_id, width, height)
        for sha256, photo_id, width, height in connection.execute(statement.where(photos.c.sha256.in_(digests)))
    }


def _placed(faces: Sequence[Face], width: int, height: int) -> list[Face]:
    """Faces with boxes relative to their photo."""
    boxes = relative([face.box for face in faces], width, height)
    return [replace(face, box=box) for face, box in zip(faces, boxes, strict=True)]


def _pairs(
    connection: Connection, told: Sequence[Face], found: Sequence[Face], network_id: int
) -> list[tuple[Face, Face]]:
    """Faces, each with the same face of the new content: same place, and near where both have an embedding."""
    matches = match_boxes([face.box for face in told], [face.box for face in found], SAME_FACE_IOU)
    pairs = [(told[before], found[after]) for before, after in matches]
    statement = select(embeddings.c.face_id, embeddings.c.vector).where(
        embeddings.c.network_id == network_id,
        embeddings.c.face_id.in_([face.id for pair in pairs for face in pair]),
    )
    vectors = {row.face_id: row.vector for row in connection.execute(statement)}
    return [
        (before, after)
        for before, after in pairs
        if before.id not in vectors or after.id not in vectors or _near(vectors[before.id], vectors[after.id])
    ]


def _near(left: bytes, right: bytes) -> bool:
    dim = len(left) // 4
    squared = paired_squared_distances(vectors_of([left], dim), vectors_of([right], dim))
    return bool(squared[0] <= EDITED_FACE_DISTANCE)


def _assign(connection: Connection, carried: Sequence[tuple[Face, Face]]) -> None:
    rows = [
        {"face_id": after.id, "person_id": before.person_id, "origin": Origin.CONFIRMED.value}
        for before, after in carried
    ]
    if rows:
        connection.execute(insert(assignments), rows)
    for before, after in carried:
        connection.execute(update(people).where(people.c.cover_face_id == before.id).values(cover_face_id=after.id))


def _carry_refusals(connection: Connection, carried: Sequence[tuple[Face, Face]]) -> None:
    """Rejections and ignored faces; two edited copies of a photo have two new faces of an old one."""
    new_of: dict[int, list[int]] = {}
    for before, after in carried:
        new_of.setdefault(before.id, []).append(after.id)
    rejected = frozenset(
        (new, person_id) for face_id, person_id in rejected_among(connection, new_of) for new in new_of[face_id]
    )
    ignored = frozenset((new,) for (face_id,) in ignored_among(connection, new_of) for new in new_of[face_id])
    change(connection, Facts(), Facts(rejected=rejected, ignored=ignored))


def _names(connection: Connection, lost: Sequence[Face]) -> list[str]:
    ids = {face.person_id for face in lost}
    return list(connection.scalars(select(people.c.name).where(people.c.id.in_(ids)).order_by(people.c.name)))
