"""What the API does: POST /api/ACT with JSON; all of it can be undone, so forgetting somebody is not here.

Each answers {"act": PastAct | null, "result": document}: act is what /api/history tells of it, with "sentence", which
goes on after "you"; null where nothing changed. It is the latest act: where another process acted in the same moment,
that one's.

=============== ========================================= ===================
POST            JSON                                      result
=============== ========================================= ===================
/api/confirm    name, face_ids | cluster, new=false       Confirmation
/api/reject     name, face_ids                            Person
/api/ignore     face_ids                                  IgnoredFaces
/api/unignore   face_ids                                  IgnoredFaces
/api/rename     old, new                                  Person
/api/merge      source, target                            Person
/api/hide       name, hidden=true                         Person
/api/distinct   name, other                               DistinctPeople
/api/split      name, threshold=null                      SplitPerson
/api/undo       act=null: the id that is to be the latest PastAct
=============== ========================================= ===================
"""

import dataclasses
from collections.abc import Callable
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from recog.errors import CatalogError
from recog.library.photo_library import PhotoLibrary
from recog.render.as_json import Json
from recog.render.text_acts import deed
from recog.store.records import PastAct
from recog.web.api import LARGEST
from recog.web.documents import Document, fields
from recog.web.failures import documented
from recog.web.libraries import Opened

MOST_FACES = 100_000
Name = Annotated[str, Field(min_length=1, max_length=200)]
FaceId = Annotated[int, Field(ge=1, le=LARGEST)]
FaceIdList = Annotated[list[FaceId], Field(min_length=1, max_length=MOST_FACES)]

router = APIRouter(prefix="/api", default_response_class=Document, responses=documented(404, 409), tags=["acts"])


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NamedFaces(_Act):
    """Faces that are, or are not, a person."""

    name: Name
    face_ids: FaceIdList


class NamedGroup(_Act):
    """Faces, or a remembered cluster, that are a person; `new` makes one."""

    name: Name
    face_ids: Annotated[list[FaceId], Field(max_length=MOST_FACES)] = []
    cluster: FaceId | None = None
    new: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.face_ids and self.cluster is None:
            raise ValueError("give face_ids or a cluster")
        return self


class SomeFaces(_Act):
    """Faces."""

    face_ids: FaceIdList


class Renaming(_Act):
    """A person's name, and the one that the person is to have."""

    old: Name
    new: Name


class Merging(_Act):
    """Two people of whom the target stays."""

    source: Name
    target: Name


class Hiding(_Act):
    """A person to hide, or to show again."""

    name: Name
    hidden: bool = True


class TwoPeople(_Act):
    """Two people who are not one."""

    name: Name
    other: Name


class Splitting(_Act):
    """A name that several people bear, and the squared distance up to which faces hang together."""

    name: Name
    threshold: Annotated[float, Field(gt=0, le=4)] | None = None


class Undoing(_Act):
    """The act that is to be the latest one that stands; any, where it is not given."""

    act: FaceId | None = None


@router.post("/confirm")
def confirm(opened: Opened, given: NamedGroup) -> Document:
    """Confirm that faces are a person."""
    return _done(
        opened,
        lambda library: library.confirm(given.name, given.face_ids, cluster=given.cluster, new=given.new),
    )


@router.post("/reject")
def reject(opened: Opened, given: NamedFaces) -> Document:
    """Say that faces are not this person."""
    return _done(opened, lambda library: library.reject(given.name, given.face_ids))


@router.post("/ignore")
def ignore(opened: Opened, given: SomeFaces) -> Document:
    """Care for faces no more."""
    return _done(opened, lambda library: library.ignore(given.face_ids))


@router.post("/unignore")
def unignore(opened: Opened, given: SomeFaces) -> Document:
    """Care for faces again."""
    return _done(opened, lambda library: library.ignore(given.face_ids, ignored=False))


@router.post("/rename")
def rename(opened: Opened, given: Renaming) -> Document:
    """Give a person another name."""
    return _done(opened, lambda library: library.rename(given.old, given.new))


@router.post("/merge")
def merge(opened: Opened, given: Merging) -> Document:
    """Two names, one person."""
    return _done(opened, lambda library: library.merge(given.source, given.target))


@router.post("/hide")
def hide(opened: Opened, given: Hiding) -> Document:
    """Leave a person out of lists, or bring the person back."""
    return _done(opened, lambda library: library.hide(given.name, hidden=given.hidden))


@router.post("/distinct")
def distinct(opened: Opened, given: TwoPeople) -> Document:
    """Say that two people are not one."""
    return _done(opened, lambda library: library.distinct(given.name, given.other))


@router.post("/split")
def split(opened: Opened, given: Splitting) -> Document:
    """Take apart a name that several people bear."""
    return _done(opened, lambda library: library.split(given.name, threshold=given.threshold))


@router.post("/undo")
def undo(opened: Opened, given: Undoing) -> Document:
    """Take back the latest act that stands; 409 where that is not the one that is meant."""

    def taken_back(library: PhotoLibrary) -> PastAct:
        latest = next((one for one in library.history().acts if one.undone_at is None), None)
        if given.act is not None and (latest is None or latest.id != given.act):
            raise CatalogError("something else was done since: look at the history, then undo the latest act")
        return library.undo()

    with opened.act_lock:
        act = taken_back(opened.acting)
    return Document({"act": _told(act), "result": act})


def _done(opened: Opened, act: Callable[[PhotoLibrary], object]) -> Document:
    """Do it, and tell what the history says of it."""
    library = opened.acting
    with opened.act_lock:
        before = library.history(limit=1).acts
        result = act(library)
        after = library.history(limit=1).acts
    return Document({"act": _told(after[0]) if after != before else None, "result": result})


def _told(act: PastAct) -> dict[str, Json]:
    """An act with its sentence."""
    return {**fields(act, *(field.name for field in dataclasses.fields(act))), "sentence": deed(act)}
