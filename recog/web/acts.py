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
/api/twins      name, other, twins=true                   TwinPeople
/api/split      name, threshold=null                      SplitPerson
/api/cover      name, face_id: null lets recog choose     Person
/api/born       name, born: YYYY-MM-DD or null            Person
/api/undo       act=null: its id; the latest without it   PastAct
=============== ========================================= ===================
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, make_dataclass
from typing import Any

from fastapi import APIRouter

from recog.library.people.results import Confirmation, DistinctPeople, IgnoredFaces, MarkedFace, SplitPerson, TwinPeople
from recog.library.photo_library import PhotoLibrary
from recog.render.text_acts import deed
from recog.store.account_records import Role
from recog.store.records import PastAct
from recog.types import Person
from recog.web.act_bodies import (
    Birth,
    Covering,
    DrawnBox,
    Hiding,
    IgnoredOnes,
    Merging,
    NamedFaces,
    NamedGroup,
    Renaming,
    SomeFaces,
    Splitting,
    Twins,
    TwoPeople,
    Undoing,
)
from recog.web.documents import Document, answers
from recog.web.failures import documented
from recog.web.library import Opened, ServedLibrary
from recog.web.roles import needs

router = APIRouter(prefix="/api", default_response_class=Document, responses=documented(404, 409, 428), tags=["acts"])


@dataclass(frozen=True, slots=True)
class ToldAct(PastAct):
    """A PastAct, and what it did as a sentence goes on after "you"."""

    sentence: str = field(kw_only=True)


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


@router.post("/confirm", responses=_answers(Confirmation))
@needs(Role.EDITOR)
def confirm(opened: Opened, given: NamedGroup) -> Document:
    """Confirm that faces are a person."""
    return _done(
        opened,
        lambda library: library.people.confirm(
            given.name, given.face_ids, cluster=given.cluster, new=given.new, near=given.near
        ),
    )


@router.post("/mark", responses=_answers(MarkedFace))
@needs(Role.EDITOR)
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
@needs(Role.EDITOR)
def reject(opened: Opened, given: NamedFaces) -> Document:
    """Say that faces are not this person."""
    return _done(opened, lambda library: library.people.reject(given.name, given.face_ids))


@router.post("/ignore", responses=_answers(IgnoredFaces))
@needs(Role.EDITOR)
def ignore(opened: Opened, given: IgnoredOnes) -> Document:
    """Ignore faces."""
    return _done(
        opened,
        lambda library: library.people.ignore(given.face_ids, nameless=given.nameless, others=given.others),
    )


@router.post("/unignore", responses=_answers(IgnoredFaces))
@needs(Role.EDITOR)
def unignore(opened: Opened, given: SomeFaces) -> Document:
    """Stop ignoring faces."""
    return _done(opened, lambda library: library.people.ignore(given.face_ids, ignored=False))


@router.post("/rename", responses=_answers(Person))
@needs(Role.EDITOR)
def rename(opened: Opened, given: Renaming) -> Document:
    """Give a person another name."""
    return _done(opened, lambda library: library.people.rename(given.old, given.new, near=given.near))


@router.post("/merge", responses=_answers(Person))
@needs(Role.EDITOR)
def merge(opened: Opened, given: Merging) -> Document:
    """Merge two people into one."""
    return _done(opened, lambda library: library.people.merge(given.source, given.target))


@router.post("/hide", responses=_answers(Person))
@needs(Role.EDITOR)
def hide(opened: Opened, given: Hiding) -> Document:
    """Hide a person from lists, or show the person again."""
    return _done(opened, lambda library: library.people.hide(given.name, hidden=given.hidden))


@router.post("/distinct", responses=_answers(DistinctPeople))
@needs(Role.EDITOR)
def distinct(opened: Opened, given: TwoPeople) -> Document:
    """Say that two people are not one."""
    return _done(opened, lambda library: library.people.distinct(given.name, given.other))


@router.post("/twins", responses=_answers(TwinPeople))
@needs(Role.EDITOR)
def twins(opened: Opened, given: Twins) -> Document:
    """Say that two people are twins, so that recog asks about every face of theirs; with twins false, that not."""
    return _done(opened, lambda library: library.people.set_twins(given.name, given.other, alike=given.twins))


@router.post("/split", responses=_answers(SplitPerson))
@needs(Role.EDITOR)
def split(opened: Opened, given: Splitting) -> Document:
    """Split a name that several people share."""
    return _done(opened, lambda library: library.people.split(given.name, threshold=given.threshold))


@router.post("/cover", responses=_answers(Person))
@needs(Role.EDITOR)
def cover(opened: Opened, given: Covering) -> Document:
    """Choose the face that stands for a person."""
    return _done(opened, lambda library: library.people.set_cover(given.name, given.face_id))


@router.post("/born", responses=_answers(Person))
@needs(Role.EDITOR)
def born(opened: Opened, given: Birth) -> Document:
    """Say on which day a person was born."""
    return _done(opened, lambda library: library.people.set_born(given.name, given.born))


@router.post("/undo", responses=_answers(PastAct))
@needs(Role.EDITOR)
def undo(opened: Opened, given: Undoing) -> Document:
    """Undo an act, by default the latest one that stands; 409 if a later one builds on it, or it was undone before."""
    with opened.act_lock:
        act = opened.library.people.undo(given.act)
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
    return ToldAct(**{one.name: getattr(act, one.name) for one in fields(act)}, sentence=deed(act))
