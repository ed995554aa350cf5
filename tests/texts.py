"""The text that the command line prints for each kind of result."""

from collections.abc import Callable
from typing import Any

from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.grouping.results import ClusterReport
from recog.library.indexing.results import IngestReport
from recog.library.maintenance.results import (
    Backup,
    CheckReport,
    DoctorReport,
    LibraryStatus,
    Restored,
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
    TwinPeople,
)
from recog.library.recognition.index_tuning import IndexTuning
from recog.library.recognition.results import (
    FaceReasons,
    IdentifiedPhoto,
    IndexStatus,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.library.reports.lookalike_results import LookalikesReport
from recog.library.reports.results import DuplicateReport
from recog.library.styling.results import ClearedJobs, StyleJobs, StylingReport
from recog.render import (
    text_acts,
    text_exchange,
    text_library,
    text_lookalikes,
    text_people,
    text_photos,
    text_styling,
    text_tuning,
)
from recog.store.records import PastAct
from recog.store.styling import StyleJob
from recog.types import Person

TEXTS: dict[type, Callable[[Any], str]] = {
    IngestReport: text_photos.ingest,
    Enrolment: text_photos.enrolment,
    Confirmation: text_acts.confirmation,
    IdentifiedPhoto: text_photos.identified,
    MatchReport: text_photos.matches,
    VerifiedPair: text_photos.verified,
    SearchResult: text_photos.searched,
    Person: text_people.person_line,
    PersonDetail: text_people.person_detail,
    Forgotten: text_people.forgotten,
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
    TwinPeople: text_acts.twins,
    LookalikesReport: text_lookalikes.lookalikes_text,
    History: text_acts.history,
    PastAct: text_acts.undone,
    Backup: text_library.backed_up,
    Restored: text_library.restored,
    IndexTuning: text_tuning.tuned,
}
"""As the verbs choose them."""


def to_text(result: object) -> str:
    """Return the text of a result."""
    return TEXTS[type(result)](result)
