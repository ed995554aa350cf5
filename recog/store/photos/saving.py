"""Save a batch of scanned photos: decide which faces are new, and which were found again.

A handful of bulk statements in the caller's transaction. Boxes are compared relative to their photo (0 to 1).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from recog.boxes import SAME_FACE_IOU
from recog.store.people.facts import spoken_of
from recog.store.photos.embedding_rows import check_embeddings, insert_embeddings
from recog.store.photos.face_rows import box_row, faces_of_photos, relative
from recog.store.photos.files import put_files
from recog.store.photos.label_transfer import Before, Carried, carry_facts, earlier_photos
from recog.store.photos.removal import delete_embeddings, delete_faces
from recog.store.photos.spans import Place, match_places, meet, overlap
from recog.store.photos.volumes import Volumes
from recog.store.records import SavedPhoto, ScannedPhoto
from recog.store.schema.digests import intern_detector, intern_network
from recog.store.schema.encoding import path_bytes
from recog.store.schema.tables import embeddings, faces, forgotten_boxes, photos, processings, thumbnails
from recog.store.schema.vectors import vector_bytes
from recog.types import Face, FaceBox, NetworkInfo, NewFace, Origin, Span

_NO_LANDMARKS: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class _Plan:
    """What a scan changes in one photo: face_ids[i] is the stored face of scanned face i, None until inserted."""

    scan: ScannedPhoto
    photo_id: int
    was_known: bool
    face_ids: list[int | None]
    to_insert: list[int]
    to_remove: list[int]
    forgotten: list[Place] = field(default_factory=list)


def save_batch(
    connection: Connection,
    volumes: Volumes,
    batch: Sequence[ScannedPhoto],
    *,
    detector: str,
    network: NetworkInfo,
    moved_from: Mapping[Path, int],
) -> list[SavedPhoto]:
    """Save scanned photos with their faces; see `Photos.save` for the rules."""
    check_embeddings([face.embedding for scan in batch for face in scan.faces], network)
    detector_id, network_id = intern_detector(connection, detector), intern_network(connection, network)
    earlier = earlier_photos(connection, volumes, batch, moved_from)
    replaced = {old.path: old for old in earlier if not old.moved}
    plans = _plans(connection, batch, replaced)
    delete_faces(connection, [face_id for plan in plans.values() for face_id in plan.to_remove])
    _update_faces(connection, plans.values(), network_id)
    _insert_faces(connection, plans.values(), network_id)
    _exclude_forgotten(connection, plans.values())
    _mark_processed(connection, [plan.photo_id for plan in plans.values()], detector_id, network_id)
    put_files(connection, volumes, [(scan.stat, plans[scan.sha256].photo_id) for scan in batch])
    new_photos = {bytes.fromhex(digest): plan.photo_id for digest, plan in plans.items() if not plan.was_known}
    carried = carry_facts(connection, earlier, new_photos, network_id)
    return _saved(batch, plans, replaced, carried)


def _plans(connection: Connection, batch: Sequence[ScannedPhoto], replaced: dict[bytes, Before]) -> dict[str, _Plan]:
    """Return one plan for each content of the batch, by digest."""
    scans: dict[str, ScannedPhoto] = {}
    for scan in batch:
        scans.setdefault(scan.sha256, scan)
    photo_ids, known = _put_photos(connection, scans)
    stored = faces_of_photos(connection, known)
    forgotten = forgotten_in(connection, {*map(bytes.fromhex, scans), *(old.sha256 for old in replaced.values())})
    kept = spoken_of(connection, [face.id for faces in stored.values() for face in faces])
    kept |= {face.id for faces in stored.values() for face in faces if face.origin == Origin.CONFIRMED or face.drawn}
    plans = {
        digest: _plan(scan, photo_ids[digest], photo_ids[digest] in known, stored.get(photo_ids[digest], []), kept)
        for digest, scan in scans.items()
    }
    for scan in batch:
        plan = plans[scan.sha256]
        old = replaced.get(path_bytes(scan.stat.path))
        own = forgotten.get(bytes.fromhex(scan.sha256), [])
        inherited = forgotten.get(old.sha256, []) if old is not None and not plan.was_known else []
        places = _places(plan.scan.faces, scan)
        plan.to_insert = [
            new
            for new in plan.to_insert
            if all(overlap(places[new], place) < SAME_FACE_IOU for place in (*own, *inherited))
            and not any(_holds_part(places[new], place) for place in own)
        ]
        plan.forgotten += inherited
    return plans


def _plan(scan: ScannedPhoto, photo_id: int, was_known: bool, stored: Sequence[Face], kept: Collection[int]) -> _Plan:
    """Pair scanned faces with stored ones; insert other scanned faces, remove other stored ones not in `kept`.

    A drawn face of a known photo that is stored no more was removed while the photo was scanned, and stays so.
    """
    face_ids: list[int | None] = [None] * len(scan.faces)
    again = set()
    for old, new in match_places(_places(stored, scan), _places(scan.faces, scan), SAME_FACE_IOU):
        face_ids[new] = stored[old].id
        again.add(old)
    to_insert = [new for new, face in enumerate(scan.faces) if face_ids[new] is None and not (was_known and face.drawn)]
    to_remove = [face.id for old, face in enumerate(stored) if old not in again and face.id not in kept]
    return _Plan(scan, photo_id, was_known, face_ids, to_insert, to_remove)


def _places(found: Sequence[Face | NewFace], scan: ScannedPhoto) -> list[Place]:
    boxes = relative([face.box for face in found], scan.width, scan.height)
    return [Place(box, face.span) for box, face in zip(boxes, found, strict=True)]


def _put_photos(connection: Connection, scans: dict[str, ScannedPhoto]) -> tuple[dict[str, int], set[int]]:
    """Insert or update photos; return their numbers by digest, and which of these were known before."""
    rows = {
        digest: {
            "sha256": bytes.fromhex(digest),
            "width": scan.width,
            "height": scan.height,
            "taken_at": None if scan.taken_at is None else scan.taken_at.isoformat(),
            "incomplete": scan.incomplete,
            "taken_from": None if scan.taken_from is None else scan.taken_from.value,
            "duration": scan.duration,
        }
        for digest, scan in scans.items()
    }
    found = select(photos.c.sha256, photos.c.id).where(photos.c.sha256.in_([row["sha256"] for row in rows.values()]))
    photo_ids = {sha256.hex(): photo_id for sha256, photo_id in connection.execute(found)}
    known = set(photo_ids.values())
    if again := [row | {"of": photo_ids[digest]} for digest, row in rows.items() if digest in photo_ids]:
        # A newer version of recog may read more of a photo's metadata.
        said: dict[str, Any] = {name: bindparam(name) for name in ("taken_at", "taken_from", "incomplete", "duration")}
        connection.execute(update(photos).where(photos.c.id == bindparam("of")).values(**said), again)
    if new := [row for digest, row in rows.items() if digest not in photo_ids]:
        inserted = connection.execute(insert(photos).returning(photos.c.sha256, photos.c.id), new)
        photo_ids |= {sha256.hex(): photo_id for sha256, photo_id in inserted}
    return photo_ids, known


def forgotten_in(connection: Connection, digests: Iterable[bytes]) -> dict[bytes, list[Place]]:
    """Return the places of forgotten people, relative to their photo, by the photo's digest."""
    found: dict[bytes, list[Place]] = {}
    for row in connection.execute(select(forgotten_boxes).where(forgotten_boxes.c.photo_sha256.in_(list(digests)))):
        box = FaceBox(row.left, row.top, row.right, row.bottom, 1.0, _NO_LANDMARKS)
        span = None if row.first_seen is None else Span(row.first_seen, row.last_seen, row.first_seen)
        found.setdefault(row.photo_sha256, []).append(Place(box, span))
    return found


def _holds_part(place: Place, gone: Place) -> bool:
    """Return whether a turned face contains the centre of a forgotten person's box.

    An earlier version of recog found a part of such a face there, which overlaps the whole face little.
    """
    box, forgotten = place.box, gone.box
    across, down = (forgotten.left + forgotten.right) / 2, (forgotten.top + forgotten.bottom) / 2
    return (
        box.turn != 0
        and meet(place.span, gone.span)
        and box.left <= across <= box.right
        and box.top <= down <= box.bottom
    )


def _update_faces(connection: Connection, plans: Iterable[_Plan], network_id: int) -> None:
    """Update faces that were found again; an equal embedding keeps its row."""
    again = {
        face_id: face
        for plan in plans
        for face_id, face in zip(plan.face_ids, plan.scan.faces, strict=True)
        if face_id is not None
    }
    if not again:
        return
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in box_row(next(iter(again.values())))}
    connection.execute(
        update(faces).where(faces.c.id == bindparam("face_id")).values(**columns),
        [
            {"face_id": face_id} | {f"new_{name}": value for name, value in box_row(face).items()}
            for face_id, face in again.items()
        ],
    )
    connection.execute(delete(thumbnails).where(thumbnails.c.face_id.in_(list(again))))
    _insert_thumbnails(connection, again)
    vectors = select(embeddings.c.face_id, embeddings.c.vector).where(
        embeddings.c.network_id == network_id, embeddings.c.face_id.in_(list(again))
    )
    before = {row.face_id: row.vector for row in connection.execute(vectors)}
    changed = {face_id: face for face_id, face in again.items() if before.get(face_id) != vector_bytes(face.embedding)}
    delete_embeddings(connection, changed, network_id)
    insert_embeddings(connection, {face_id: face.embedding for face_id, face in changed.items()}, network_id)


def _insert_faces(connection: Connection, plans: Iterable[_Plan], network_id: int) -> None:
    """Insert the faces that are new, and write their numbers into the plans."""
    places = [(plan, new) for plan in plans for new in plan.to_insert]
    if not places:
        return
    rows = [
        box_row(plan.scan.faces[new]) | {"photo_id": plan.photo_id, "drawn": plan.scan.faces[new].drawn}
        for plan, new in places
    ]
    inserted = connection.scalars(insert(faces).returning(faces.c.id, sort_by_parameter_order=True), rows)
    new_faces: dict[int, NewFace] = {}
    for (plan, new), face_id in zip(places, inserted, strict=True):
        plan.face_ids[new] = face_id
        new_faces[face_id] = plan.scan.faces[new]
    _insert_thumbnails(connection, new_faces)
    insert_embeddings(connection, {face_id: face.embedding for face_id, face in new_faces.items()}, network_id)


def _insert_thumbnails(connection: Connection, owners: dict[int, NewFace]) -> None:
    jpegs = [{"face_id": face_id, "jpeg": face.thumbnail} for face_id, face in owners.items()]
    connection.execute(insert(thumbnails), jpegs)


def _exclude_forgotten(connection: Connection, plans: Iterable[_Plan]) -> None:
    """Let an edited photo inherit the boxes of forgotten people."""
    rows = [
        {
            "photo_sha256": bytes.fromhex(plan.scan.sha256),
            "left": place.box.left,
            "top": place.box.top,
            "right": place.box.right,
            "bottom": place.box.bottom,
            "first_seen": place.span and place.span.first,
            "last_seen": place.span and place.span.last,
        }
        for plan in plans
        for place in plan.forgotten
    ]
    if rows:
        connection.execute(insert(forgotten_boxes), rows)


def _mark_processed(connection: Connection, photo_ids: Sequence[int], detector_id: int, network_id: int) -> None:
    """Record that these networks processed the photos. What another detector fed is no longer current."""
    if not photo_ids:
        return
    outdated = (processings.c.network_id == network_id) | (processings.c.detector_id != detector_id)
    connection.execute(delete(processings).where(processings.c.photo_id.in_(photo_ids), outdated))
    rows = [{"photo_id": photo_id, "network_id": network_id, "detector_id": detector_id} for photo_id in photo_ids]
    connection.execute(insert(processings), rows)


def _saved(
    batch: Sequence[ScannedPhoto],
    plans: dict[str, _Plan],
    replaced: dict[bytes, Before],
    carried: Carried,
) -> list[SavedPhoto]:
    saved = []
    counted: set[str] = set()
    for scan in batch:
        plan = plans[scan.sha256]
        path = path_bytes(scan.stat.path)
        old = replaced.get(path)
        saved.append(
            SavedPhoto(
                photo_id=plan.photo_id,
                face_ids=tuple(face_id for face_id in plan.face_ids if face_id is not None),
                new_faces=0 if scan.sha256 in counted else len(plan.to_insert),
                lost=carried.lost.get(path, []),
                replaced_photo_id=None if old is None else old.photo_id,
                carried=carried.faces.get(path, []),
            )
        )
        counted.add(scan.sha256)
    return saved
