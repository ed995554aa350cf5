"""The judgement on a probe: a name by the nearest confirmed faces, a question to a human, or nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from recog import identify as decide
from recog.library.recognition.times import Days, PeopleTimes
from recog.lookalikes import Question, question_of
from recog.store.people.snapshot import Snapshot
from recog.types import Match, Neighbour

Decision: TypeAlias = tuple[Match | None, Match | None]
"""The person accepted, and the nearest person at whatever distance."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision on a probe, and the question that keeps it from a name."""

    decision: Decision
    question: Question | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges probes by their confirmed neighbours, as of one version of the catalog.

    times: None if dates do not count, because no photo has one or because the user said so. twins: the twins of each
    person who has one.
    """

    threshold: float
    times: PeopleTimes | None
    twins: Mapping[int, Collection[int]]

    def judgements(
        self,
        now: Snapshot,
        neighbours: Sequence[Sequence[Neighbour]],
        owner_of: Mapping[int, int],
        *,
        refused: Mapping[int, Collection[int]],
        days: Days | None,
    ) -> list[Judgement]:
        """Judge each probe, a row of neighbours. refused: people that a row is not; days: None if none is known."""
        penalties: Sequence[Mapping[int, float]] = [{}] * len(neighbours)
        if self.times is not None:
            known = days if days is not None else [None] * len(neighbours)
            penalties = self.times.penalties(now, neighbours, owner_of, known, threshold=self.threshold)
        return [
            self._judged(near, owner_of, refused.get(row, ()), added)
            for row, (near, added) in enumerate(zip(neighbours, penalties, strict=True))
        ]

    def _judged(
        self,
        neighbours: Sequence[Neighbour],
        owner_of: Mapping[int, int],
        refused: Collection[int],
        penalties: Mapping[int, float],
    ) -> Judgement:
        """Judge one probe; nobody is accepted where only a human can tell."""
        threshold = self.threshold
        accepted, nearest = decide.identify(neighbours, owner_of, threshold=threshold, penalties=penalties)
        if accepted is None:
            return Judgement((None, nearest), None)
        counted = [Neighbour(one.face_id, one.squared_distance + penalties.get(one.face_id, 0.0)) for one in neighbours]
        seen = [one for one in counted if one.squared_distance < inf]
        asked = question_of(accepted, seen, owner_of, threshold=threshold, twins=self.twins, refused=refused)
        return Judgement((accepted if asked is None else None, nearest), asked)
