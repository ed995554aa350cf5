"""What `report people` answers."""

from dataclasses import dataclass

from recog.library.grouping.results import Suggestion
from recog.library.reports.results import FaceSample
from recog.types import Person


@dataclass(frozen=True, slots=True)
class UnnamedGroup:
    """Faces that are probably one person and nobody's: faces counts them, samples are some, the most typical first.

    number is the remembered cluster's, None where it is of this report alone; command names them. face_ids are all of
    them, rising. likely is who the other faces of their cluster are; where nobody is known of these, suggestion tells.
    """

    number: int | None
    faces: int
    samples: tuple[FaceSample, ...]
    suggestion: Suggestion | None
    command: str
    face_ids: tuple[int, ...] = ()
    likely: str | None = None


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A person's faces, some of the confirmed and some of the matched ones, of these the farthest first.

    distances: squared ones of the matched faces shown. command confirms the matched faces; empty where there are none.
    """

    person: Person
    confirmed: tuple[FaceSample, ...]
    matched: tuple[FaceSample, ...]
    distances: tuple[float, ...]
    command: str


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """`report people`: groups by falling size, people by name, and faces that are alone, the largest in pixels first.

    all_groups and all_lone count more than those shown in a large library.
    """

    library: str
    photos: int
    faces: int
    groups: tuple[UnnamedGroup, ...]
    all_groups: int
    people: tuple[NamedGroup, ...]
    lone: tuple[FaceSample, ...]
    all_lone: int
    ignored: int
    created: str
