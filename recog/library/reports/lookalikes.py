"""Report of lookalikes: who is mixed up with whom by today's rule, judged on the confirmed faces of the library."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from recog import identify as decide
from recog.distance import squared_distances
from recog.library.networks import Networks
from recog.library.recognition.gallery import naming_threshold
from recog.library.reports.lookalike_results import Lookalikes, LookalikesReport, MixUp
from recog.library.reports.near_copies import SAME_PICTURE
from recog.lookalikes import question_of, twins_of
from recog.store.catalog import Catalog
from recog.store.embedding_records import Gallery
from recog.types import FaceIds, Neighbour

FACES_TRIED = 100
"""Most faces of each person that are tried; more are sampled evenly."""
PAIRS_SHOWN = 200
"""Most pairs in the report."""
AT_ONCE = 256
"""Faces whose distances to all others are held at once; this bounds the memory."""
NORMAL_95 = 1.96
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


def lookalikes(catalog: Catalog, networks: Networks, *, k: int) -> LookalikesReport:
    """Try each confirmed face as if it had no name, and count whose name it would get; nothing is written.

    A face is compared with all confirmed faces but those of its own photo, and those that look like the same picture
    saved again, because these tell nothing about a new photo. People of fewer than two photos are not tried, but their
    names count. Hidden people are left out of the pairs.
    """
    with catalog.repeatable_reads():
        gallery = catalog.embeddings.gallery(networks.info.sha256)
        owners = catalog.faces.owners()
        names = {person.id: person.name for person in catalog.people.all()}
        pairs = catalog.people.twin_pairs()
        threshold = naming_threshold(catalog, networks.calibration, confirmed=catalog.people.confirmed_count())
    scenes = owners.scenes[np.searchsorted(owners.face_ids, gallery.face_ids)]
    tried = Trial(gallery, scenes, threshold, k, twins_of(pairs)).everybody()
    told = _told(tried, names, pairs)
    return LookalikesReport(
        pairs=tuple(told[:PAIRS_SHOWN]),
        pairs_left_out=max(0, len(told) - PAIRS_SHOWN),
        people=sum(person_id in names for person_id in tried),
        untried=sum(person_id not in tried for person_id in names),
        faces=sum(one.faces for one in tried.values()),
        right=sum(one.named[person_id] for person_id, one in tried.items()),
        unknown=sum(one.unknown for one in tried.values()),
        threshold=threshold,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person's faces: how many were tried, got each name, were asked about, or stayed unknown.

    named counts by the nearest faces alone, before questions; asked: with each other candidate of the question.
    """

    faces: int
    named: Counter[int]
    asked: Counter[int]
    unknown: int


@dataclass(frozen=True, slots=True)
class Trial:
    """The gallery that faces are tried against. scenes: (n,), see Owners."""

    gallery: Gallery
    scenes: FaceIds
    threshold: float
    k: int
    twins: Mapping[int, frozenset[int]]

    def everybody(self) -> dict[int, Outcome]:
        """Return what became of the faces of each person who has two photos or more."""
        if not len(self.gallery.person_ids):
            return {}
        person_of = dict(zip(self.gallery.face_ids.tolist(), self.gallery.person_ids.tolist(), strict=True))
        order = np.argsort(self.gallery.person_ids, kind="stable")
        people, starts = np.unique(self.gallery.person_ids[order], return_index=True)
        found = {}
        for person_id, rows in zip(people.tolist(), np.split(order, starts[1:]), strict=True):
            if len(np.unique(self.scenes[rows])) > 1:
                spread = rows[np.linspace(0, len(rows) - 1, min(len(rows), FACES_TRIED)).astype(np.int64)]
                found[person_id] = self._person(spread, person_of)
        return found

    def _person(self, rows: FaceIds, person_of: Mapping[int, int]) -> Outcome:
        named: Counter[int] = Counter()
        asked: Counter[int] = Counter()
        unknown = 0
        for neighbours in self._neighbours(rows):
            accepted, _ = decide.identify(neighbours, person_of, threshold=self.threshold)
            if accepted is None:
                unknown += 1
                continue
            named[accepted.person_id] += 1
            if question := question_of(accepted, neighbours, person_of, threshold=self.threshold, twins=self.twins):
                asked.update(one.person_id for one in question.candidates)
        return Outcome(len(rows), named, asked, unknown)

    def _neighbours(self, rows: FaceIds) -> list[list[Neighbour]]:
        """Return the k nearest faces of each row that show another photo."""
        found = []
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            squared = squared_distances(self.gallery.embeddings[some], self.gallery.embeddings)
            own = self.scenes[some, np.newaxis] == self.scenes
            squared[own | (squared <= SAME_PICTURE)] = np.inf
            nearest = np.argsort(squared, axis=1, kind="stable")[:, : self.k]
            for distances, places in zip(squared, nearest, strict=True):
                near = places[np.isfinite(distances[places])]
                found.append([Neighbour(int(self.gallery.face_ids[place]), float(distances[place])) for place in near])
        return found


def _told(tried: Mapping[int, Outcome], names: Mapping[int, str], twins: set[tuple[int, int]]) -> list[Lookalikes]:
    """Return the pairs that were mixed up or asked about, or are twins; the surest to be mixed up first."""
    pairs = set(twins)
    for person_id, outcome in tried.items():
        pairs |= {
            (min(person_id, other), max(person_id, other))
            for other in (*outcome.named, *outcome.asked)
            if other != person_id
        }
    found = [
        Lookalikes(
            tuple(
                _mix_up(tried[one], names[one], other, names[other])
                for one, other in (pair, pair[::-1])
                if one in tried
            ),
            (names[pair[0]], names[pair[1]]),
            pair in twins,
        )
        for pair in pairs
        if pair[0] in names and pair[1] in names
    ]
    return sorted(found, key=lambda one: (-max((way.low for way in one.ways), default=0.0), one.people))


def _mix_up(outcome: Outcome, name: str, other: int, other_name: str) -> MixUp:
    named = outcome.named[other]
    low, high = rate_interval(named, outcome.faces)
    return MixUp(name, other_name, outcome.faces, named, named / outcome.faces, low, high, outcome.asked[other])


def rate_interval(found: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate, found of a number of cases above 0 (Wilson 1927, JASA 22)."""
    rate, square = found / of, NORMAL_95**2
    centre = (rate + square / (2 * of)) / (1 + square / of)
    half = NORMAL_95 * sqrt(rate * (1 - rate) / of + square / (4 * of**2)) / (1 + square / of)
    return max(0.0, centre - half), min(1.0, centre + half)
