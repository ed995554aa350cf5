"""Whom the photos of a group suggest: people who are often with those on them, or on photos of the same days."""

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np

from recog.library.reports.results import ContextReason, ContextSuggestion
from recog.library.reports.sides import Faces, Side
from recog.store.catalog import Catalog

MOST_SUGGESTED = 2
LEAST_TOGETHER = 2
"""Photos on which two people are together at least, before one of them suggests the other."""
LEAST_SHARE = 0.3
"""Share of a group's photos for which a reason holds at least, and of a companion's photos that show the person too."""
CROWD = 20
"""People on a photo from which on it says nothing of who is with whom."""


class Companions:
    """Who is with whom on the photos of a library, and on which days."""

    def __init__(self, catalog: Catalog, faces: Faces) -> None:
        self._names = {person.id: person.name for person in catalog.people.all()}
        self._rejections = catalog.people.rejections()
        self._days = catalog.timeline.own_days()
        self._people_on: dict[int, set[int]] = defaultdict(set)
        self._people_of_day: dict[str, set[int]] = defaultdict(set)
        self._photos_of: Counter[int] = Counter()
        self._together: dict[int, Counter[int]] = defaultdict(Counter)
        named = faces.person_ids >= 0
        self._nameless_on = Counter(faces.photo_ids[~named].tolist())
        for photo_id, person_id in zip(faces.photo_ids[named].tolist(), faces.person_ids[named].tolist(), strict=True):
            if person_id in self._names:
                self._people_on[photo_id].add(person_id)
        for photo_id, people in self._people_on.items():
            self._photos_of.update(people)
            if (day := self._days.get(photo_id)) is not None:
                self._people_of_day[day] |= people
            if len(people) < CROWD:
                for one, other in combinations(sorted(people), 2):
                    self._together[one][other] += 1
                    self._together[other][one] += 1
        self._means = {
            person_id: Side(faces, np.flatnonzero(faces.person_ids == person_id)).mean for person_id in self._photos_of
        }

    def suggested_for(self, side: Side) -> tuple[ContextSuggestion, ...]:
        """Return the people whom the photos of a group suggest, the likeliest first.

        Left out is who is on one of the photos already, who was rejected for one of the faces, and whose faces are less
        like the group's than those of half of all people.
        """
        photo_ids = sorted(set(side.all.photo_ids[side.rows].tolist()))
        on_them = Counter(person for photo_id in photo_ids for person in self._people_on.get(photo_id, ()))
        rejected = {one for face_id in side.all.ids[side.rows].tolist() for one in self._rejections.get(face_id, ())}
        scores: Counter[int] = Counter()
        found: dict[int, ContextSuggestion] = {}
        for one in (*self._of_the_same_days(photo_ids), *self._often_with(on_them, len(photo_ids))):
            person_id, suggestion = one
            if person_id not in on_them and person_id not in rejected:
                scores[person_id] += suggestion.photos
                found[person_id] = suggestion
        alike = self._most_alike(side)
        return tuple(found[one] for one, _ in scores.most_common() if one in alike)[:MOST_SUGGESTED]

    def others_beside(self, side: Side) -> int:
        """Return how many faces without a name are on a group's photos beside those of the group."""
        photo_ids = set(side.all.photo_ids[side.rows].tolist())
        return sum(self._nameless_on[photo_id] for photo_id in photo_ids) - len(side.rows)

    def _of_the_same_days(self, photo_ids: list[int]) -> list[tuple[int, ContextSuggestion]]:
        shown: Counter[int] = Counter()
        for photo_id in photo_ids:
            shown.update(self._people_of_day.get(self._days.get(photo_id, ""), ()))
        return [
            (person_id, ContextSuggestion(self._names[person_id], ContextReason.SAME_DAY, number, len(photo_ids)))
            for person_id, number in shown.items()
            if number >= LEAST_SHARE * len(photo_ids)
        ]

    def _often_with(self, on_them: Counter[int], photos: int) -> list[tuple[int, ContextSuggestion]]:
        found = []
        for companion, number in reversed(on_them.most_common()):  # the most frequent companion is told
            if number < LEAST_SHARE * photos:
                continue
            for person_id, times in self._together[companion].items():
                if times >= max(LEAST_TOGETHER, LEAST_SHARE * self._photos_of[companion]):
                    names = self._names[person_id], self._names[companion]
                    told = ContextSuggestion(names[0], ContextReason.TOGETHER, number, photos, names[1])
                    found.append((person_id, told))
        return found

    def _most_alike(self, side: Side) -> set[int]:
        """Return the half of all people whose faces are most like those of the group."""
        likeness = {person_id: float(side.mean @ mean) for person_id, mean in self._means.items()}
        order = sorted(likeness, key=lambda person_id: -likeness[person_id])
        return set(order[: (len(order) + 1) // 2])
