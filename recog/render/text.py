"""Any result of a use case as text for a terminal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.grouping.results import ClusterReport
from recog.library.indexing.results import IngestReport
from recog.library.maintenance.index_tuning import IndexTuning
from recog.library.maintenance.results import (
    Backup,
    CheckReport,
    DoctorReport,
    IndexStatus,
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
from recog.library.recognition.results import FaceReasons, IdentifiedPhoto, MatchReport, SearchResult, VerifiedPair
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


TEXTS: Mapping[type, Callable[[Any], str]] = {
    IngestReport: text_photos.ingest,
    Enrolment: text_photos.enrolment,
    Confirmation: text_acts.confirmation,
    IdentifiedPhoto: text_photos.identified,
    MatchReport: text_photos.matches,
    VerifiedPair: text_photos.verified,
    SearchResult: text_photos.searched,
    Person: text_library.person_line,
    PersonDetail: text_library.person_detail,
    Forgotten: text_library.forgotten,
    ClusterReport: text_library.clusters,
    DuplicateReport: text_library.duplicates,
    LibraryStatus: text_library.status,
    CheckReport: text_library.check,
    DoctorReport: text_library.doctor,
    IndexStatus: text_library.index_status,
    NamesExport: text_exchange.exported,
    NamesImport: text_exchange.imported,
    StylingReport: text_styling.styled,
    StyleJobs: text_styling.jobs,
    StyleJob: text_styling.job,
    ClearedJobs: text_styling.cleared,
    FaceReasons: text_acts.reasons,
    IgnoredFaces: text_acts.ignored,
    DistinctPeople: text_acts.distinct,
    SplitPerson: text_acts.split,
    History: text_acts.history,
    PastAct: text_acts.undone,
    Backup: text_library.backed_up,
    Restored: text_library.restored,
    IndexTuning: text_tuning.tuned,
}
"""What writes each result as lines without a trailing newline, in which every name and path is printable."""


def to_text(result: Result) -> str:
    """Write a result as text for a terminal."""
    return TEXTS[type(result)](result)


def people_text(people: Sequence[Person]) -> str:
    """Write people, one a line."""
    return text_library.people(people)


def weights_text(weights: Sequence[WeightsStatus]) -> str:
    """Write networks, one block each."""
    return text_library.weights(weights)
