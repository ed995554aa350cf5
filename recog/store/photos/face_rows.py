"""Rows of faces, read and written in bulk inside a transaction that the caller holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from recog.boxes import rescaled
from recog.store.photos.spans import span_of, span_row
from recog.store.schema.encoding import chunks, landmark_bytes, landmarks_of
from recog.store.schema.tables import assignments, faces
from recog.types import Face, FaceBox, NewFace, Origin


def select_faces() -> Select[Any]:
    """Return the statement for all faces with their people; narrow it with where()."""
    return select(faces, assignments.c.person_id, assignments.c.origin, assignments.c.squared_distance).select_from(
        faces.outerjoin(assignments, assignments.c.face_id == faces.c.id)
    )


def face_of(row: Row[Any]) -> Face:
    """Return a row of `select_faces` as a Face."""
    origin = None if row.origin is None else Origin(row.origin)
    return Face(
        row.id,
        row.photo_id,
        box_of(row),
        row.sharpness,
        row.person_id,
        origin,
        row.squared_distance,
        bool(row.drawn),
        span_of(row),
    )


def box_of(row: Row[Any]) -> FaceBox:
    """Return the box of a row that has the columns of the table of faces."""
    return FaceBox(row.left, row.top, row.right, row.bottom, row.score, landmarks_of(row.landmarks), row.turn)


def faces_of_photos(connection: Connection, photo_ids: Iterable[int]) -> dict[int, list[Face]]:
    """Return the faces of photos, by id, oldest first; a photo without faces has an empty list."""
    wanted = list(dict.fromkeys(photo_ids))
    found: dict[int, list[Face]] = {photo_id: [] for photo_id in wanted}
    for ids in chunks(wanted):
        for row in connection.execute(select_faces().where(faces.c.photo_id.in_(ids)).order_by(faces.c.id)):
            found[row.photo_id].append(face_of(row))
    return found


def faces_by_id(connection: Connection, face_ids: Sequence[int]) -> dict[int, Face]:
    """Return faces by number; unknown numbers are left out."""
    found: dict[int, Face] = {}
    for ids in chunks(face_ids):
        found |= {row.id: face_of(row) for row in connection.execute(select_faces().where(faces.c.id.in_(ids)))}
    return found


def box_row(face: NewFace) -> dict[str, object]:
    """Return the columns of a face that a detection sets."""
    return {
        "left": float(face.box.left),
        "top": float(face.box.top),
        "right": float(face.box.right),
        "bottom": float(face.box.bottom),
        "score": float(face.box.score),
        "landmarks": landmark_bytes(face.box.landmarks),
        "sharpness": float(face.sharpness),
        "turn": int(face.box.turn),
    } | span_row(face.span)


def relative(boxes: Iterable[FaceBox], width: int, height: int) -> list[FaceBox]:
    """Return boxes in units of their photo's width and height, 0 to 1, without landmarks."""
    return [replace(rescaled(box, 1.0 / width, 1.0 / height), landmarks=()) for box in boxes]
