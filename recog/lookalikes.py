"""Questions: faces that only a human can name, because whoever is near looks like somebody else.

See docs/decisions/twins-and-lookalikes.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recog.types import Match, Neighbour


class Likeness(StrEnum):
    """Why a face that is near enough to a person gets no name."""

    TWINS = "twins"
    """The user said that the person has a twin."""
    LOOKALIKES = "lookalikes"
    """Somebody else is nearly as near."""


LOOKALIKE_MARGIN = 0.1
"""A face is asked about if somebody else is at most this share of the threshold farther than the person whom it would
be named. Chosen on half of the families: a third of their wrong names become questions, and 2 % of all names do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who a face may be. squared_distance: of the nearest face, None if others fill the neighbours."""

    person_id: int
    squared_distance: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """Which of these people is a face? candidates: one or more, the nearest first."""

    likeness: Likeness
    candidates: tuple[Candidate, ...]


def question_of(
    accepted: Match,
    neighbours: Sequence[Neighbour],
    person_of: Mapping[int, int],
    *,
    threshold: float,
    twins: Mapping[int, Collection[int]],
    refused: Collection[int] = (),
    margin: float = LOOKALIKE_MARGIN,
) -> Question | None:
    """Return the question that a match raises; None if the face may have the match's name.

    neighbours, person_of and threshold: see recog.identify.identify. twins: the twins of each person who has one.
    refused: people whom a human ruled out for this face. margin: see LOOKALIKE_MARGIN. A match with somebody who has a
    twin is a question even if every twin is ruled out, because no distance tells twins apart.
    """
    nearest = _nearest(neighbours, person_of)
    limit = accepted.squared_distance + margin * threshold
    theirs = twins.get(accepted.person_id, ())
    others = {one for one in theirs if one not in refused}
    others |= {one for one, squared in nearest.items() if squared <= limit and one != accepted.person_id}
    if not (theirs or others):
        return None
    found = [Candidate(one, nearest.get(one)) for one in others]
    found.sort(key=lambda one: (one.squared_distance is None, one.squared_distance or 0.0, one.person_id))
    likeness = Likeness.TWINS if theirs else Likeness.LOOKALIKES
    return Question(likeness, (Candidate(accepted.person_id, accepted.squared_distance), *found))


def twins_of(pairs: Collection[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Return the twins of each person who has one, from pairs of people."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {person_id: frozenset(theirs) for person_id, theirs in found.items()}


def _nearest(neighbours: Sequence[Neighbour], person_of: Mapping[int, int]) -> dict[int, float]:
    """Return the squared distance of each person's nearest face among the neighbours."""
    found: dict[int, float] = {}
    for near in neighbours:
        if (person_id := person_of.get(near.face_id)) is not None:
            found[person_id] = min(near.squared_distance, found.get(person_id, near.squared_distance))
    return found
