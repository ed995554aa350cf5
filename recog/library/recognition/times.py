"""How much farther the confirmed faces near a probe count because of dates (see recog.ageing)."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from recog.ageing import PersonTimes
from recog.store.people.snapshot import Snapshot
from recog.types import Neighbour

Days: TypeAlias = Sequence[int | None]
"""The day on which each probe was photographed, as a proleptic ordinal; None if that is not known."""


class PeopleTimes:
    """The dates of the people of one version of the catalog. A person is read when a probe is near, and kept."""

    def __init__(self) -> None:
        self._known: dict[int, PersonTimes] = {}

    def penalties(
        self,
        now: Snapshot,
        neighbours: Sequence[Sequence[Neighbour]],
        person_of: Mapping[int, int],
        days: Days,
        *,
        threshold: float,
    ) -> list[dict[int, float]]:
        """Return for each probe what is added to the squared distances of its neighbours, by face.

        Only people with a face within the threshold are read: nobody else could be named.
        """
        near = [
            {person_of[one.face_id] for one in row if one.squared_distance <= threshold and one.face_id in person_of}
            for row in neighbours
        ]
        unread = set().union(*near) - self._known.keys()
        if unread:
            self._known |= now.times(unread)
        return [
            {
                one.face_id: self._known[person].penalty(one.face_id, day)
                for one in row
                if (person := person_of.get(one.face_id)) in people
            }
            for row, people, day in zip(neighbours, near, days, strict=True)
        ]
