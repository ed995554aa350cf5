"""How dates count when a face is compared with the confirmed faces of a person.

Two things make a comparison stricter, and nothing makes it easier, so dates never accept what the threshold for all
faces refuses:

* Age. Strangers of one age are nearer to each other the younger they are. The same false accept rate needs a smaller
  distance, so the face of a child, whose age follows from the birth date and the date of the photo, counts as farther.
* Years. A face grows away from what it was. A confirmed face counts as farther by the expected growth between its date
  and the date of the person's nearest photo in time: who was photographed in 2010 and in 2020 is compared, in a photo
  of 2020, with the faces of about 2020.

The numbers are measured with apparent ages, which a network estimated: no photo here has a date and a birth date (see
docs/decisions/identity-over-time.md).
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

RULE = "over time 1"
"""Name of this rule, by which a library knows that its names follow another one; it changes with the numbers below."""

YEAR = 365.2425
"""Days of a year."""

GROWN = 20.0
"""Age in years from which a face changes at the rate of adults."""

GROWTH = 0.010
"""Squared distance by which two faces of an adult grow apart in a year; also if no birth date is known."""
GROWTH_OF_CHILDREN = 0.015
"""The same if the person is younger than GROWN on one of the photos."""

AGES = (0.0, 2.0, 6.0, 10.5, 16.5, 25.0, 62.0, 70.0)
"""Ages in years between which MARGINS is interpolated; beyond the last one, its margin holds."""
MARGINS = (0.40, 0.40, 0.29, 0.22, 0.11, 0.0, 0.0, 0.05)
"""How much smaller the squared distance is at which strangers of an age are accepted as rarely as all faces are."""


@dataclass(frozen=True)
class PersonTimes:
    """When a person was born, if that is known, and when the photos of the person's confirmed faces were taken.

    days: proleptic ordinal of the day (date.toordinal) by face number; faces without a date are left out.
    """

    born: int | None = None
    days: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def _in_order(self) -> list[int]:
        return sorted(self.days.values())

    def years_to_nearest(self, day: int) -> float:
        """Return the years from a day to the nearest dated face; infinite if there is none."""
        order = self._in_order
        place = bisect_left(order, day)
        return min((abs(one - day) for one in order[max(0, place - 1) : place + 1]), default=np.inf) / YEAR

    def penalty(self, face_id: int, day: int | None) -> float:
        """Return what is added to the squared distance of a probe, taken on this day if known, and a confirmed face.

        It is infinite if the probe was taken before the person was born.
        """
        if self.born is not None and day is not None and day < self.born:
            return np.inf
        own = self.days.get(face_id)
        if own is None:
            return 0.0
        added = 0.0 if self.born is None else margin((own - self.born) / YEAR)
        if day is not None:
            child = self.born is not None and min(day, own) - self.born < GROWN * YEAR
            excess = abs(day - own) / YEAR - self.years_to_nearest(day)
            added += (GROWTH_OF_CHILDREN if child else GROWTH) * excess
        return added


def margin(age: float) -> float:
    """Return what is added to the squared distance to a confirmed face of this age, in years."""
    return float(np.interp(age, AGES, MARGINS))
