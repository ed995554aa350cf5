"""Any result of a use case as text for a terminal."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.grouping.results import ClusterReport
from recog.library.indexing.results import IngestReport
from recog.library.maintenance.index_tuning import IndexTuning
from recog.library.maintenance.results import (
    Backup,
    CheckReport,
    DoctorReport,
    LibraryStatus,
    Restored,
    WeightsStatus,
)
from recog.library.people.results import (
    Confirmation,
    DistinctPeople,
    Enrolment,
    Forgotten,
    History,
    IgnoredFaces,
    PersonDetail,
    SplitPerson,
)
from recog.library.recognition.results import (
    FaceReasons,
    IdentifiedPhoto,
    IndexStatus,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.library.reports.results import DuplicateReport
from recog.library.styling.results import ClearedJobs, StyleJobs, StylingReport
from recog.render import text_acts, text_exchange, text_library, text_photos, text_styling, text_tuning
from recog.store.records import PastAct
from recog.store.styling import StyleJob
from recog.types import Person

Result: TypeAlias = (
    IngestReport
    | Enrolment
    | Confirmation
    | IdentifiedPhoto
    | MatchReport
    | VerifiedPair
    | SearchResult
    | Person
    | PersonDetail
    | Forgotten
    | ClusterReport
    | DuplicateReport
    | LibraryStatus
    | CheckReport
    | DoctorReport
    | IndexStatus
    | NamesExport
    | NamesImport
    | StylingReport
    | StyleJobs
    | StyleJob
    | ClearedJobs
    | FaceReasons
    | IgnoredFaces
    | DistinctPeople
    | SplitPerson
    | History
    | PastAct
    | Backup
    | Restored
    | IndexTuning
)


def to_text(result: Result) -> str:  # noqa: C901, PLR0911, PLR0912 - a table of one line a record
    """Lines without a trailing newline; every name and path in them is printable."""
    match result:
        case IngestReport():
            return text_photos.ingest(result)
        case Enrolment():
            return text_photos.enrolment(result)
        case Confirmation():
            return text_acts.confirmation(result)
        case IdentifiedPhoto():
            return text_photos.identified(result)
        case MatchReport():
            return text_photos.matches(result)
        case VerifiedPair():
            return text_photos.verified(result)
        case SearchResult():
            return text_photos.searched(result)
        case Person():
            return text_library.person_line(result)
        case PersonDetail():
            return text_library.person_detail(result)
        case Forgotten():
            return text_library.forgotten(result)
        case ClusterReport():
            return text_library.clusters(result)
        case DuplicateReport():
            return text_library.duplicates(result)
        case LibraryStatus():
            return text_library.status(result)
        case CheckReport():
            return text_library.check(result)
        case DoctorReport():
            return text_library.doctor(result)
        case IndexStatus():
            return text_library.index_status(result)
        case NamesExport():
            return text_exchange.exported(result)
        case NamesImport():
            return text_exchange.imported(result)
        case StylingReport():
            return text_styling.styled(result)
        case StyleJobs():
            return text_styling.jobs(result)
        case StyleJob():
            return text_styling.job(result)
        case ClearedJobs():
            return text_styling.cleared(result)
        case FaceReasons():
            return text_acts.reasons(result)
        case IgnoredFaces():
            return text_acts.ignored(result)
        case DistinctPeople():
            return text_acts.distinct(result)
        case SplitPerson():
            return text_acts.split(result)
        case History():
            return text_acts.history(result)
        case PastAct():
            return text_acts.undone(result)
        case Backup():
            return text_library.backed_up(result)
        case Restored():
            return text_library.restored(result)
        case IndexTuning():
            return text_tuning.tuned(result)
        case _:
            assert_never(result)


def people_text(people: Sequence[Person]) -> str:
    """One line a person."""
    return text_library.people(people)


def weights_text(weights: Sequence[WeightsStatus]) -> str:
    """One block a network."""
    return text_library.weights(weights)
