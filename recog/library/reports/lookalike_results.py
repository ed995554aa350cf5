"""Results of the report of lookalikes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MixUp:
    """How often a face of one person would get the name of another, if nobody had named it.

    faces: those tried, each against the photos it is not on. named: those that get the other's name by distance. rate:
    their share; low, high: its 95 % interval. asked: faces of which a question with the other's name is asked.
    """

    person: str
    named_as: str
    faces: int
    named: int
    rate: float
    low: float
    high: float
    asked: int


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Two people who look alike. ways: both directions, without those whose person has too few photos to be tried."""

    ways: tuple[MixUp, ...]
    people: tuple[str, str]
    twins: bool


@dataclass(frozen=True, slots=True)
class LookalikesReport:
    """`report lookalikes`: the pairs, the surest to be mixed up first.

    people: number of people whose faces were tried. untried: number of people of fewer than two photos. faces: number
    of faces tried; right: those that get the right name by distance; unknown: those that get none. threshold: squared
    distance up to which a name is given.
    """

    pairs: tuple[Lookalikes, ...]
    pairs_left_out: int
    people: int
    untried: int
    faces: int
    right: int
    unknown: int
    threshold: float
