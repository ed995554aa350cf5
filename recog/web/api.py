"""What the API tells: GET /api/..., each a document as `recog ... --json` prints it.

=================================== ===================================================================================
GET                                 answers
=================================== ===================================================================================
/api/status                         LibraryStatus
/api/people?hidden=false            {"people": [Person]}
/api/people/{person_id}             PersonDetail
/api/groups                         of PeopleReport: groups, all_groups, lone, all_lone, ignored
/api/duplicates                     DuplicateReport
/api/photos/{photo_id}              PhotoDetail
/api/faces/{face_id}                FaceReasons
/api/faces/{face_id}/neighbours?k=  FaceNeighbours, nearest first
/api/faces/{face_id}/verify?other=  Verification: are two faces one person
/api/history?limit=                 History, the latest act first
=================================== ===================================================================================
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from recog.web.documents import Document, fields
from recog.web.failures import documented
from recog.web.libraries import Opened

LARGEST = 2**63 - 1
"""No number of the catalog is larger."""
Number = Annotated[int, Path(ge=1, le=LARGEST)]
NearestMany = Annotated[int, Query(ge=1, le=1000, description="How many of the nearest faces.")]

router = APIRouter(prefix="/api", default_response_class=Document, tags=["questions"])


@router.get("/status", responses=documented())
def status(opened: Opened) -> Document:
    """How the library is."""
    return Document(opened.asking.status())


@router.get("/people", responses=documented())
def people(opened: Opened, *, hidden: bool = False) -> Document:
    """Everybody with a name, by name; hidden people only where asked for."""
    return Document({"people": opened.asking.people(hidden=hidden)})


@router.get("/people/{person_id}", responses=documented(404))
def person(opened: Opened, person_id: Number) -> Document:
    """A person with all faces, confirmed ones first."""
    return Document(opened.asking.person_by_number(person_id))


@router.get("/groups", responses=documented())
def groups(opened: Opened) -> Document:
    """Groups of faces without a name, the largest first, and lone faces."""
    report = opened.surveying.people_report()
    return Document(fields(report, "groups", "all_groups", "lone", "all_lone", "ignored"))


@router.get("/duplicates", responses=documented())
def duplicates(opened: Opened) -> Document:
    """People and clusters that are probably one person twice, photos that are there twice."""
    return Document(opened.surveying.duplicates())


@router.get("/photos/{photo_id}", responses=documented(404))
def photo(opened: Opened, photo_id: Number) -> Document:
    """A photo, where it is, and its faces from left to right."""
    return Document(opened.asking.photo(photo_id))


@router.get("/faces/{face_id}", responses=documented(404))
def face(opened: Opened, face_id: Number) -> Document:
    """Why a face has its name, or none."""
    return Document(opened.asking.why(face_id))


@router.get("/faces/{face_id}/neighbours", responses=documented(404))
def neighbours(opened: Opened, face_id: Number, k: NearestMany = 20) -> Document:
    """The nearest other faces of the library."""
    return Document(opened.asking.neighbours(face_id, k=k))


@router.get("/faces/{face_id}/verify", responses=documented(404))
def verify(opened: Opened, face_id: Number, other: Annotated[int, Query(ge=1, le=LARGEST)]) -> Document:
    """Are two faces of the library one person?"""
    return Document(opened.asking.compare(face_id, other))


@router.get("/history", responses=documented())
def history(opened: Opened, limit: Annotated[int, Query(ge=1, le=10_000)] = 100) -> Document:
    """What was done to people and faces, the latest act first."""
    return Document(opened.asking.history(limit=limit))
