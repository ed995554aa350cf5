"""Which of two people? Groups and single faces that only a human can name."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recog.library.grouping.results import ClusterSummary
from recog.library.networks import Networks
from recog.library.recognition.gallery import PersonGallery
from recog.library.reports.people import GroupedFaces
from recog.library.reports.sides import Side
from recog.lookalikes import Likeness
from recog.store.catalog import Catalog

ASKED_ABOUT = 1_000
"""Most faces without a name that are compared with the confirmed ones at each look, those of large groups first."""
TRIED_OF_EACH = 8
"""Faces of a group that speak for it."""
QUESTIONS = 60
"""Most questions at once."""
FACES_OF_EACH = 3
"""Faces shown of each person, those most like the faces in question."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A group of faces without a name, or one such face (cluster None), that may be any of these people."""

    likeness: Likeness
    person_ids: tuple[int, ...]
    side: Side
    cluster: ClusterSummary | None

    def faces_of(self, person_id: int) -> list[int]:
        """Return the numbers of a person's faces that are most like those in question, the most alike first."""
        faces = self.side.all
        rows = np.flatnonzero(faces.person_ids == person_id)
        order = np.argsort(-(faces.embeddings[rows] @ self.side.mean), kind="stable")[:FACES_OF_EACH]
        found: list[int] = faces.ids[rows[order]].tolist()
        return found


def open_questions(catalog: Catalog, networks: Networks, grouped: GroupedFaces, *, k: int) -> list[OpenQuestion]:
    """Return the questions about groups, the largest first, then about single faces.

    A group is a question if it probably is somebody who has a twin, or if half of those faces of it that are tried are
    questions about the same people. People whom a human ruled out for a face are left out of its question.
    """
    lone = [Side(grouped.faces, np.searchsorted(grouped.faces.ids, [face.id])) for face in grouped.lone]
    sides: list[tuple[Side, ClusterSummary | None]] = [*grouped.open_sides, *((side, None) for side in lone)]
    rejections = catalog.people.rejections()
    asked = _asked(catalog, networks, sides, rejections, k=k)
    ids = {person.name: person.id for person in catalog.people.all(hidden=True)}
    found = []
    for side, cluster in sides:
        face_ids = side.all.ids[side.rows].tolist()
        question = _of_twins(cluster, ids) or _of_most([asked.get(face_id) for face_id in face_ids[:TRIED_OF_EACH]])
        if question is None:
            continue
        refused = set[int]().union(*(rejections.get(face_id, ()) for face_id in face_ids))
        people = tuple(one for one in question[1] if one not in refused)
        if people:
            found.append(OpenQuestion(question[0], people, side, cluster))
        if len(found) == QUESTIONS:
            break
    return found


_Asked = tuple[Likeness, tuple[int, ...]]


def _asked(
    catalog: Catalog,
    networks: Networks,
    sides: Sequence[tuple[Side, ClusterSummary | None]],
    rejections: Mapping[int, Collection[int]],
    *,
    k: int,
) -> dict[int, _Asked]:
    """Return the question that each face raises by itself, for the first faces of each side."""
    if not sides:
        return {}
    faces = sides[0][0].all
    rows = np.concatenate([side.rows[:TRIED_OF_EACH] for side, _ in sides])[:ASKED_ABOUT]
    rows = rows[~np.isin(faces.ids[rows], list(catalog.faces.doubted()))]
    face_ids = faces.ids[rows].tolist()
    refused = {row: rejections[face_id] for row, face_id in enumerate(face_ids) if face_id in rejections}
    named = PersonGallery(catalog, networks, None, k=k).named(faces.embeddings[rows], refused)
    return {
        face_ids[row]: (question.likeness, tuple(one.person_id for one in question.candidates))
        for row, question in named.questions.items()
    }


def _of_twins(cluster: ClusterSummary | None, ids: Mapping[str, int]) -> _Asked | None:
    """Return the question of a group that is probably somebody who has a twin."""
    if cluster is None:
        return None
    likely, twins = cluster.person, cluster.twins
    if cluster.suggestion is not None:
        likely, twins = cluster.suggestion.person, cluster.suggestion.twins
    if likely is None or not twins:
        return None
    return Likeness.TWINS, (ids[likely], *(ids[one] for one in twins))


def _of_most(asked: Sequence[_Asked | None]) -> _Asked | None:
    """Return the question that half of the faces raise, in the order of the first of them."""

    def who(questions: Sequence[_Asked | None]) -> Iterator[frozenset[int]]:
        return (frozenset(one[1]) for one in questions if one is not None)

    (most, times), *_ = Counter(who(asked)).most_common(1) or [(frozenset(), 0)]
    if 2 * times < len(asked):
        return None
    return next((one for one in asked if one is not None and frozenset(one[1]) == most), None)
