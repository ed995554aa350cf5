"""What the API does: POST /api/ACT with JSON. All of it can be undone, so forgetting somebody is not here.

Each answers {"act": ToldAct | null, "result": document}: see Done. The act is the latest one of the history, so it may
be that of another process which acts at the same time.

=============== ========================================= ===================
POST            JSON                                      result
=============== ========================================= ===================
/api/confirm    name, face_ids | cluster, new=false,      Confirmation
                near=false
/api/mark       photo_id, left, top, width, height,       MarkedFace
                name, near=false
/api/reject     name, face_ids                            Person
/api/ignore     face_ids, nameless=false, others=false    IgnoredFaces
/api/unignore   face_ids                                  IgnoredFaces
/api/rename     old, new, near=false                      Person
/api/merge      source, target                            Person
/api/hide       name, hidden=true                         Person
/api/distinct   name, other                               DistinctPeople
/api/split      name, threshold=null                      SplitPerson
/api/undo       act=null: the id that is to be the latest PastAct
=============== ========================================= ===================
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, make_dataclass
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from recog.errors import CatalogError
from recog.library.people.results import Confirmation, DistinctPeople, IgnoredFaces, MarkedFace, SplitPerson
from recog.library.photo_library import PhotoLibrary
from recog.render.text_acts import deed
from recog.store.records import PastAct
from recog.types import Person
from recog.web.api import LARGEST
from recog.web.documents import Document, answers
from recog.web.failures import documented
from recog.web.library import Opened, ServedLibrary

MOST_FACES = 100_000
LARGEST_SIDE = 1_000_000
"""Pixels; no photo that can be decoded has a longer side."""
Name = Annotated[str, Field(min_length=1, max_length=200)]


def _whole(given: object) -> object:
    """Turn 6434.0 into 6434: JSON has one kind of number, and a schema calls each without a fraction an integer."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


FaceId = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
Pixel = Annotated[float, Field(ge=0, le=LARGEST_SIDE, allow_inf_nan=False)]
FaceIdList = Annotated[list[FaceId], Field(min_length=1, max_length=MOST_FACES)]

router = APIRouter(prefix="/api", default_response_class=Document, responses=documented(404, 409, 428), tags=["acts"])


@dataclass(frozen=True, slots=True)
class ToldAct(PastAct):
    """A PastAct, and what it did as a sentence goes on after "you"."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Done:
    """What every act answers: its entry in the history, None if nothing changed, and the library's answer."""

    act: ToldAct | None
    result: object


def _answers(result: Any) -> dict[int | str, dict[str, Any]]:
    """Return the response of one act for the OpenAPI document."""
    made = make_dataclass(f"Done{result.__name__}", [("act", ToldAct | None), ("result", result)])
    made.__doc__ = Done.__doc__
    return answers(made)


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NamedFaces(_Act):
    """Faces that are, or are not, a person."""

    name: Name
    face_ids: FaceIdList


_FACES_OR_CLUSTER: dict[str, JsonValue] = {
    "anyOf": [
        {"required": ["face_ids"], "properties": {"face_ids": {"minItems": 1}}},
        {"required": ["cluster"], "properties": {"cluster": {"type": "integer"}}},
    ]
}


class NamedGroup(_Act):
    """Faces, or a remembered cluster, or both, that are a person.

    `new` makes a new person; with `near`, even if somebody has nearly the same name.
    """

    model_config = ConfigDict(json_schema_extra=_FACES_OR_CLUSTER)

    name: Name
    face_ids: Annotated[list[FaceId], Field(max_length=MOST_FACES)] = []
    cluster: FaceId | None = None
    new: bool = False
    near: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.face_ids and self.cluster is None:
            raise ValueError("give face_ids or a cluster")
        return self


class DrawnBox(_Act):
    """A face that no detector found: a box in pixels of the upright photo, and who it is."""

    photo_id: FaceId
    left: Pixel
    top: Pixel
    width: Pixel
    height: Pixel
    name: Name
    near: bool = False


class SomeFaces(_Act):
    """Faces."""

    face_ids: FaceIdList


class IgnoredOnes(SomeFaces):
    """Faces to ignore; with `nameless`, those that have a name by now are left out.

    With `others`, everybody else without a name on the photos of these faces is ignored, and not the faces.
    """

    nameless: bool = False
    others: bool = False


class Renaming(_Act):
    """A person's old and new name; with `near`, even if somebody has nearly the new name."""

    old: Name
    new: Name
    near: bool = False


class Merging(_Act):
    """Two people who become one: the target stays."""

    source: Name
    target: Name


class Hiding(_Act):
    """A person to hide, or to show again."""

    name: Name
    hidden: bool = True


class TwoPeople(_Act):
    """Two different people."""

    name: Name
    other: Name


class Splitting(_Act):
    """A name that several people share, and the squared distance up to which faces belong together."""

    name: Name
    threshold: Annotated[float, Field(gt=0, le=4)] | None = None


class Undoing(_Act):
    """The act to undo, which must be the latest one that stands; without it, whichever that is."""

    act: FaceId | None = None


@router.post("/confirm", responses=_answers(Confirmation))
def confirm(opened: Opened, given: NamedGroup) -> Document:
    """Confirm that faces are a person."""
    return _done(
        opened,
        lambda library: library.people.confirm(
            given.name, given.face_ids, cluster=given.cluster, new=given.new, near=given.near
        ),
    )


@router.post("/mark", responses=_answers(MarkedFace))
def mark(opened: Opened, given: DrawnBox) -> Document:
    """Add a face that a user drew on a photo, and confirm it as a person, who is made if nobody has the name."""
    box = given.left, given.top, given.width, given.height
    return _done(opened, lambda _: marked(opened, given.photo_id, box, given.name, near=given.near))


def marked(
    opened: ServedLibrary, photo_id: int, box: tuple[float, float, float, float], name: str, *, near: bool
) -> MarkedFace:
    """Draw a face on a photo that the server's own processes decode."""
    with opened.probe_lock:
        return opened.library.people.mark(photo_id, box, name, near=near, decoders=opened.decoding)


@router.post("/reject", responses=_answers(Person))
def reject(opened: Opened, given: NamedFaces) -> Document:
    """Say that faces are not this person."""
    return _done(opened, lambda library: library.people.reject(given.name, given.face_ids))


@router.post("/ignore", responses=_answers(IgnoredFaces))
def ignore(opened: Opened, given: IgnoredOnes) -> Document:
    """Ignore faces."""
    return _done(
        opened,
        lambda library: library.people.ignore(given.face_ids, nameless=given.nameless, others=given.others),
    )


@router.post("/unignore", responses=_answers(IgnoredFaces))
def unignore(opened: Opened, given: SomeFaces) -> Document:
    """Stop ignoring faces."""
    return _done(opened, lambda library: library.people.ignore(given.face_ids, ignored=False))


@router.post("/rename", responses=_answers(Person))
def rename(opened: Opened, given: Renaming) -> Document:
    """Give a person another name."""
    return _done(opened, lambda library: library.people.rename(given.old, given.new, near=given.near))


@router.post("/merge", responses=_answers(Person))
def merge(opened: Opened, given: Merging) -> Document:
    """Merge two people into one."""
    return _done(opened, lambda library: library.people.merge(given.source, given.target))


@router.post("/hide", responses=_answers(Person))
def hide(opened: Opened, given: Hiding) -> Document:
    """Hide a person from lists, or show the person again."""
    return _done(opened, lambda library: library.people.hide(given.name, hidden=given.hidden))


@router.post("/distinct", responses=_answers(DistinctPeople))
def distinct(opened: Opened, given: TwoPeople) -> Document:
    """Say that two people are not one."""
    return _done(opened, lambda library: library.people.distinct(given.name, given.other))


@router.post("/split", responses=_answers(SplitPerson))
def split(opened: Opened, given: Splitting) -> Document:
    """Split a name that several people share."""
    return _done(opened, lambda library: library.people.split(given.name, threshold=given.threshold))


@router.post("/undo", responses=_answers(PastAct))
def undo(opened: Opened, given: Undoing) -> Document:
    """Undo the latest act that stands; 409 if that is not the given one."""

    def taken_back(library: PhotoLibrary) -> PastAct:
        latest = next((one for one in library.people.history().acts if one.undone_at is None), None)
        if given.act is not None and (latest is None or latest.id != given.act):
            raise CatalogError("something else was done since: look at the history, then undo the latest act")
        return library.people.undo()

    with opened.act_lock:
        act = taken_back(opened.library)
    return Document(Done(_told(act), act))


def _done(opened: Opened, act: Callable[[PhotoLibrary], object]) -> Document:
    """Do an act, and add its entry in the history."""
    library = opened.library
    with opened.act_lock:
        before = library.people.history(limit=1).acts
        result = act(library)
        after = library.people.history(limit=1).acts
    return Document(Done(_told(after[0]) if after != before else None, result))


def _told(act: PastAct) -> ToldAct:
    return ToldAct(**{field.name: getattr(act, field.name) for field in fields(act)}, sentence=deed(act))
