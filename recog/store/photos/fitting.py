"""A query's condition as one SQL condition on the rows of `photos`, the same on SQLite and on PostgreSQL.

Faces are looked up by their person or by their photo, each by an index: no query reads all faces of the library, except
one that asks for nothing but faces without a name or a number of faces.
"""

import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any as AnyType

from sqlalchemy import ColumnElement, Select, String, and_, func, not_, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from recog.query.conditions import (
    Any,
    Condition,
    Every,
    FaceCount,
    InFolder,
    InMonth,
    Nameless,
    Not,
    Only,
    Shows,
    Taken,
    Undated,
)
from recog.store.photos.volumes import Volumes
from recog.store.schema.encoding import storable
from recog.store.schema.photo_dates import has_own_date
from recog.store.schema.tables import assignments, faces, files, ignored_faces, photos
from recog.types import Origin


class _Lowered(GenericFunction[str]):
    """lower() for the letters A to Z alone, because SQLite knows no others."""

    type = String()
    inherit_cache = True
    name = "lower"


@compiles(_Lowered, "postgresql")
def _lowered_on_postgresql(element: _Lowered, compiler: SQLCompiler, **options: AnyType) -> str:
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "C")'


def fits(condition: Condition, volumes: Volumes, *, confirmed: bool = False) -> ColumnElement[bool]:
    """Return whether a row of `photos` fits, as a machine with these volumes sees the folders.

    With `confirmed`, only faces that a human named show a person.
    """
    fitting: ColumnElement[bool]
    match condition:
        case Shows(person_id):
            fitting = photos.c.id.in_(_photos_of(person_id, confirmed=confirmed))
        case Only(person_ids):
            everybody = (photos.c.id.in_(_photos_of(one, confirmed=confirmed)) for one in person_ids)
            fitting = and_(*everybody, not_(_shows_another(person_ids, confirmed=confirmed)))
        case Nameless():
            fitting = _seen().where(faces.c.id.not_in(select(assignments.c.face_id))).exists()
        case FaceCount(least, most):
            fitting = _number_of_faces(least, most)
        case Taken(since, until):
            fitting = _taken(since, until)
        case InMonth(month):
            fitting = has_own_date() & (func.substr(photos.c.taken_at, 6, 2) == f"{month:02}")
        case Undated():
            fitting = not_(has_own_date())
        case InFolder(name):
            fitting = photos.c.id.in_(_photos_in(name, volumes))
        case Not(inner):
            fitting = not_(fits(inner, volumes, confirmed=confirmed))
        case Every(conditions):
            fitting = and_(*(fits(one, volumes, confirmed=confirmed) for one in conditions))
        case Any(conditions):
            fitting = or_(*(fits(one, volumes, confirmed=confirmed) for one in conditions))
    return fitting


def _photos_of(person_id: int, *, confirmed: bool) -> Select[tuple[int]]:
    shown = select(faces.c.photo_id).join(assignments, assignments.c.face_id == faces.c.id)
    return shown.where(_theirs([person_id], confirmed=confirmed))


def _theirs(person_ids: list[int] | tuple[int, ...], *, confirmed: bool) -> ColumnElement[bool]:
    theirs = assignments.c.person_id.in_(person_ids)
    return theirs & (assignments.c.origin == Origin.CONFIRMED.value) if confirmed else theirs


def _seen() -> Select[tuple[int]]:
    """Return the faces of the row's photo, without ignored ones."""
    of_photo = select(faces.c.id).where(faces.c.photo_id == photos.c.id)
    ignored = select(ignored_faces.c.face_id).where(ignored_faces.c.face_id == faces.c.id)
    return of_photo.where(~ignored.exists()).correlate(photos)


def _shows_another(person_ids: tuple[int, ...], *, confirmed: bool) -> ColumnElement[bool]:
    theirs = select(assignments.c.face_id).where(
        assignments.c.face_id == faces.c.id, _theirs(person_ids, confirmed=confirmed)
    )
    return _seen().where(~theirs.exists()).exists()


def _number_of_faces(least: int, most: int | None) -> ColumnElement[bool]:
    number = _seen().with_only_columns(func.count()).scalar_subquery()
    return number >= least if most is None else number.between(least, most)


def _taken(since: date | None, until: date | None) -> ColumnElement[bool]:
    # ISO 8601 text: its first ten characters are the local day.
    fitting = has_own_date()
    if since is not None:
        fitting &= photos.c.taken_at >= since.isoformat()
    if until is not None:
        fitting &= photos.c.taken_at < (until + timedelta(days=1)).isoformat()
    return fitting


def _photos_in(name: str, volumes: Volumes) -> Select[tuple[int]]:
    present = select(files.c.photo_id).where(~files.c.missing)
    if name.startswith("/"):
        return present.where(volumes.shown_below(files, Path(name)))
    # A folder of macOS may be written with its accents apart.
    forms = {unicodedata.normalize(form, storable(name.strip("/"))) for form in ("NFC", "NFD")}
    shown = _Lowered(files.c.display)
    return present.where(or_(*(shown.contains(f"/{_lowered(form)}/", autoescape=True) for form in sorted(forms))))


def _lowered(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
