"""The questions of the API: GET /api/..., each answered with a document as `recog ... --json` prints it.

=================================== ===================================================================================
GET                                 answers
=================================== ===================================================================================
/api/status                         LibraryStatus
/api/people?hidden=false            PeopleList
/api/people/{person_id}             PersonDetail
/api/people/{person_id}/similar?k=  SimilarPeople, the most alike first
/api/groups                         UnnamedFaces
/api/duplicates                     DuplicateReport
/api/lookalikes                     LookalikesReport: who is mixed up with whom, and how often
/api/map                            MapPlaces: the kept map of the faces, packed
/api/copies                         CopiedPhotos: pictures in two files or more, the best file first
/api/ignored?start=&limit=          IgnoredPage
/api/photos?start=&limit=           PhotoPage, the newest photo first
/api/photos/{photo_id}              PhotoDetail
/api/timeline                       PhotoLayout: numbers, shapes and days of all photos
/api/find?q=&start=&limit=          FoundPage: photos that fit a query, the newest first
/api/failures?start=&limit=         FailedFiles
/api/faces/{face_id}                FaceReasons
/api/faces/{face_id}/neighbours?k=  FaceNeighbours, nearest first
/api/faces/{face_id}/verify?other=  Verification: are two faces one person
/api/history?limit=&before=         History, the latest act first
=================================== ===================================================================================

/api/photos and /api/timeline take faces=with or without, folder=PATH, person=NUMBER, and q=QUERY (see
docs/reference/find.md).
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query

from recog.library.browsing.faces import IgnoredPage
from recog.library.browsing.photos import PhotoDetail
from recog.library.browsing.search import FoundPage
from recog.library.browsing.timeline import FailedFiles, PhotoLayout, PhotoPage
from recog.library.maintenance.results import LibraryStatus
from recog.library.people.results import History, PersonDetail, SimilarPeople
from recog.library.recognition.neighbours import FaceNeighbours
from recog.library.recognition.results import FaceReasons
from recog.library.reports.lookalike_results import LookalikesReport
from recog.library.reports.map_results import MapPlaces
from recog.library.reports.results import CopiedPhotos, DuplicateReport, FaceSample, UnnamedGroup
from recog.query.reading import LONGEST
from recog.store.account_records import Role
from recog.types import Person, Verification
from recog.web.documents import Document, answers
from recog.web.failures import documented
from recog.web.library import Opened, Reporting
from recog.web.numbers import LARGEST
from recog.web.photo_filter import Wanted
from recog.web.roles import needs

Number = Annotated[int, Path(ge=1, le=LARGEST)]
NearestMany = Annotated[int, Query(ge=1, le=1000, description="How many of the nearest faces.")]
Start = Annotated[int, Query(ge=0, le=LARGEST, description="The place of the first one, from 0.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]

router = APIRouter(prefix="/api", default_response_class=Document, tags=["questions"])


@dataclass(frozen=True, slots=True)
class PeopleList:
    """Everybody with a name, by name."""

    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class UnnamedFaces:
    """What has no name in `report people`: groups, the largest first, and faces that are alone.

    A large library has more of both than are listed: all_groups and all_lone count them. ignored counts ignored faces.
    """

    groups: tuple[UnnamedGroup, ...]
    all_groups: int
    lone: tuple[FaceSample, ...]
    all_lone: int
    ignored: int


@router.get("/status", responses=answers(LibraryStatus) | documented())
@needs(Role.EDITOR)
def status(opened: Opened) -> Document:
    """The state of the library."""
    return Document(opened.library.status())


@router.get("/people", responses=answers(PeopleList) | documented())
@needs(Role.VIEWER)
def people(opened: Opened, *, hidden: bool = False) -> Document:
    """Everybody with a name, by name; with `hidden`, hidden people too."""
    return Document(PeopleList(opened.library.people.all(hidden=hidden)))


@router.get("/people/{person_id}", responses=answers(PersonDetail) | documented(404))
@needs(Role.VIEWER)
def person(opened: Opened, person_id: Number) -> Document:
    """A person with all faces, confirmed ones first."""
    return Document(opened.library.people.person_by_number(person_id))


@router.get("/people/{person_id}/similar", responses=answers(SimilarPeople) | documented(404))
@needs(Role.VIEWER)
def similar(opened: Reporting, person_id: Number, k: NearestMany = 12) -> Document:
    """People who look like a person, the most alike first."""
    return Document(opened.library.people.similar(opened.library.people.by_number(person_id).name, k=k))


@router.get("/groups", responses=answers(UnnamedFaces) | documented())
@needs(Role.EDITOR)
def groups(opened: Reporting) -> Document:
    """Groups of faces without a name, the largest first, and lone faces."""
    report = opened.library.reports.people()
    return Document(UnnamedFaces(report.groups, report.all_groups, report.lone, report.all_lone, report.ignored))


@router.get("/duplicates", responses=answers(DuplicateReport) | documented())
@needs(Role.EDITOR)
def duplicates(opened: Reporting) -> Document:
    """People and clusters that are probably one person, and photos that are there twice."""
    return Document(opened.library.reports.duplicates())


@router.get("/lookalikes", responses=answers(LookalikesReport) | documented())
@needs(Role.EDITOR)
def lookalikes(opened: Reporting) -> Document:
    """People who look alike, and how often a face of one would get the name of the other."""
    return Document(opened.library.reports.lookalikes())


@router.get("/map", responses=answers(MapPlaces) | documented())
@needs(Role.EDITOR)
def face_map(opened: Reporting) -> Document:
    """The map of the faces that `report map` made last, packed."""
    return Document(opened.library.reports.map_places())


@router.get("/copies", responses=answers(CopiedPhotos) | documented())
@needs(Role.EDITOR)
def copies(opened: Reporting) -> Document:
    """Pictures that are there in two files or more, the best file first."""
    return Document(opened.library.reports.copies())


@router.get("/ignored", responses=answers(IgnoredPage) | documented())
@needs(Role.EDITOR)
def ignored(opened: Opened, start: Start = 0, limit: Limit = 100) -> Document:
    """Ignored faces, those found last first."""
    return Document(opened.library.faces.ignored(start=start, limit=limit))


@router.get("/photos", responses=answers(PhotoPage) | documented(404))
@needs(Role.VIEWER)
def photos(opened: Opened, wanted: Wanted, start: Start = 0, limit: Limit = 100) -> Document:
    """Photos by date, the newest first."""
    return Document(opened.library.photos.page(wanted, start=start, limit=limit))


@router.get("/timeline", responses=answers(PhotoLayout) | documented(404))
@needs(Role.VIEWER)
def timeline(opened: Opened, wanted: Wanted) -> Document:
    """Numbers, shapes and days of all photos by date, packed."""
    return Document(opened.library.photos.layout(wanted))


@router.get("/find", responses=answers(FoundPage) | documented(404))
@needs(Role.VIEWER)
def find(
    opened: Opened,
    q: Annotated[str, Query(max_length=LONGEST, description="A query: see docs/reference/find.md.")],
    start: Start = 0,
    limit: Limit = 100,
) -> Document:
    """Photos that fit a query, the newest first."""
    return Document(opened.library.photos.find(q, start=start, limit=limit))


@router.get("/failures", responses=answers(FailedFiles) | documented())
@needs(Role.EDITOR)
def failures(opened: Opened, start: Start = 0, limit: Limit = 100) -> Document:
    """Files that could not be used as photos, by path, with the reasons."""
    return Document(opened.library.photos.failed(start=start, limit=limit))


@router.get("/photos/{photo_id}", responses=answers(PhotoDetail) | documented(404))
@needs(Role.VIEWER)
def photo(opened: Opened, photo_id: Number) -> Document:
    """A photo, where it is, and its faces from left to right."""
    return Document(opened.library.photos.photo(photo_id))


@router.get("/faces/{face_id}", responses=answers(FaceReasons) | documented(404))
@needs(Role.VIEWER)
def face(opened: Opened, face_id: Number) -> Document:
    """Why a face has its name, or none."""
    return Document(opened.library.faces.why(face_id))


@router.get("/faces/{face_id}/neighbours", responses=answers(FaceNeighbours) | documented(404))
@needs(Role.VIEWER)
def neighbours(opened: Opened, face_id: Number, k: NearestMany = 20) -> Document:
    """The nearest other faces of the library."""
    return Document(opened.library.faces.neighbours(face_id, k=k))


@router.get("/faces/{face_id}/verify", responses=answers(Verification) | documented(404))
@needs(Role.VIEWER)
def verify(opened: Opened, face_id: Number, other: Annotated[int, Query(ge=1, le=LARGEST)]) -> Document:
    """Are two faces of the library one person?"""
    return Document(opened.library.faces.compare(face_id, other))


@router.get("/history", responses=answers(History) | documented())
@needs(Role.EDITOR)
def history(
    opened: Opened,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=LARGEST, description="Only acts before this one.")] = None,
) -> Document:
    """What was done to people and faces, the latest act first."""
    return Document(opened.library.people.history(limit=limit, before=before))
