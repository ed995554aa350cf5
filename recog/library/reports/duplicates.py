"""Report of duplicates: people and unnamed clusters that look like one person, and names that two people share."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from recog.cluster.likelihood import Linkage, linkage_at, probability_of_one
from recog.library.grouping.clusters import summaries
from recog.library.grouping.identity import identity_grouping
from recog.library.grouping.numbering import with_numbers
from recog.library.networks import Networks
from recog.library.reports.copies import find_near_copies
from recog.library.reports.impure import Mixed, mixed_people
from recog.library.reports.results import DuplicatePair, DuplicateReport, MixedPerson, PairKind, PhotoCopy
from recog.library.reports.sides import FACES_NAMED, Faces, Rows, Samples, Side
from recog.store.catalog import Catalog
from recog.types import Calibration, Cluster

LEAST_PROBABILITY = 0.05
"""Least probability of a listed pair.

In libraries made of labelled photos, 36 % of the 75 pairs above this probability were one person; these were 77 % of
all such pairs within a distance of 1.2.
"""
SURE = 0.5
"""Least probability of a pair that joins its sides into a group."""
PAIRS_SHOWN = 500
"""Most pairs in the report, by falling probability; joining them changes the rest anyway."""
CLUSTERS_SHOWN = 1000
"""Most clusters that are shown with thumbnails, the largest ones."""
ENTRIES = 1 << 24
"""Distances between sides held at once: 64 MB."""


@dataclass(frozen=True, slots=True)
class Odds:
    """The probability that two sides are one person, by the linkage rule that groups the library."""

    rule: Linkage
    calibration: Calibration


def duplicates(catalog: Catalog, networks: Networks) -> DuplicateReport:
    """Return pairs and groups of sides that may be one person, most probable first; nothing is written.

    The probability depends on the numbers of faces of both sides and of the library (see `cluster.likelihood`). The
    reported distance is the mean squared distance over all pairs of faces. Hidden people, ignored faces and pairs that
    a human called two people are left out. So are faces of which the detector is unsure (recog.quality.doubt_of),
    because such faces look alike even if they are of different people. The report shows one snapshot of the catalog,
    whatever others write meanwhile.
    """
    with catalog.repeatable_reads():
        return _report(catalog, networks)


def _report(catalog: Catalog, networks: Networks) -> DuplicateReport:
    calibration = networks.calibration
    grouping = identity_grouping(catalog, networks)
    faces = Faces(grouping.face_ids, grouping.embeddings, grouping.photo_ids, grouping.person_ids)
    clusters = with_numbers(grouping.clusters)
    sure = ~np.isin(faces.ids, list(catalog.faces.doubted()))
    remembered = {one.number for one in grouping.clusters} - {None}
    people, unnamed = _people(catalog, faces, sure), _unnamed(faces, clusters, sure, remembered)
    odds = Odds(grouping.linkage, calibration)
    near = _near_sides([*people, *unnamed], _Refused(catalog), odds)
    pairs = nsmallest(PAIRS_SHOWN, near, key=lambda pair: pair[2])
    mixed = mixed_people(people, grouping.linkage)
    tiles = [Side(faces, _rows(faces, one)) for one in clusters[:CLUSTERS_SHOWN]]
    shown = [side for left, right, _ in pairs for side in (left, right)]
    samples = Samples(catalog, [*shown, *(side for one in mixed for side in (one.main, one.part)), *tiles])
    found = tuple(_pair(samples, pair, odds) for pair in pairs)
    counts = catalog.upkeep.counts()
    return DuplicateReport(
        library=catalog.url,
        network=networks.info,
        calibration=calibration,
        photos=counts.photos,
        faces=counts.faces,
        people=counts.people,
        clusters=summaries(catalog, clusters, grouping.person_of),
        cluster_samples=tuple(samples.of(tile) for tile in tiles),
        pairs=found,
        pairs_left_out=len(near) - len(pairs),
        mixed=tuple(_mixed(samples, one, odds) for one in mixed),
        groups=_groups([pair for pair in found if pair.probability >= SURE]),
        duplicate_photos=tuple(catalog.files.copies()),
        near_copies=_near_copies(catalog, faces),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _people(catalog: Catalog, faces: Faces, sure: NDArray[np.bool_]) -> list[Side]:
    """Return one side per person with a face of which the detector is sure, by id, without hidden people."""
    names = {person.id: person.name for person in catalog.people.all()}
    rows = np.flatnonzero(sure)
    order = rows[np.argsort(faces.person_ids[rows], kind="stable")]
    in_order = faces.person_ids[order]
    return [
        Side(faces, order[start:stop], person_id, names[person_id])
        for person_id in sorted(names)
        if (start := np.searchsorted(in_order, person_id)) < (stop := np.searchsorted(in_order, person_id, "right"))
    ]


def _unnamed(
    faces: Faces, clusters: Sequence[Cluster], sure: NDArray[np.bool_], remembered: AbstractSet[int | None]
) -> list[Side]:
    """Return each cluster's faces without a person, if there are two or more. remembered: the catalog's numbers."""
    sides = []
    for cluster in clusters:
        rows = _rows(faces, cluster)
        rows = rows[(faces.person_ids[rows] < 0) & sure[rows]]
        if len(rows) > 1:
            sides.append(Side(faces, rows, cluster=cluster.number, remembered=cluster.number in remembered))
    return sides


def _rows(faces: Faces, cluster: Cluster) -> Rows:
    return np.asarray(np.searchsorted(faces.ids, np.array(cluster.face_ids, np.int64)))


class _Refused:
    """The pairs of sides that humans refused to join."""

    def __init__(self, catalog: Catalog) -> None:
        twins = catalog.people.twin_pairs()
        self._distinct = catalog.people.distinct_pairs() | twins
        self._has_twin = {person_id for pair in twins for person_id in pair}
        self._rejected = catalog.people.rejections()

    def __call__(self, left: Side, right: Side) -> bool:
        """Return whether humans refused this pair.

        They did if they called two people distinct or twins, or if they rejected half of a cluster's faces for a
        person, or as many of its faces as one command names. No cluster is paired with somebody who has a twin, because
        the page of names asks which of the two it is.
        """
        if left.person_id is None:
            return False
        if right.person_id is not None:
            return (min(left.person_id, right.person_id), max(left.person_id, right.person_id)) in self._distinct
        if left.person_id in self._has_twin:
            return True
        ids = right.all.ids[right.rows].tolist()
        rejected = sum(left.person_id in self._rejected.get(face_id, ()) for face_id in ids)
        return rejected >= min(FACES_NAMED, (len(ids) + 1) // 2)


def _near_sides(sides: list[Side], refused: _Refused, odds: Odds) -> list[tuple[Side, Side, float]]:
    """Return every pair of sides that is probable enough to be listed, with its linkage; people precede clusters."""
    if not sides:
        return []
    means = np.stack([side.mean for side in sides])
    sizes, norms = np.array([float(len(side.rows)) for side in sides]), np.einsum("sd,sd->s", means, means, dtype=float)
    limit = linkage_at(LEAST_PROBABILITY, odds.rule, odds.calibration)
    reach = replace(odds.rule, threshold=limit).reach
    step = max(1, ENTRIES // len(sides))
    near = []
    for start in range(0, len(sides), step):
        squared = 2.0 - 2.0 * means[start : start + step] @ means.T
        rows, columns = np.nonzero(squared <= reach)
        once = start + rows < columns
        squared, rows, columns = squared[rows, columns][once], start + rows[once], columns[once]
        products = np.minimum(1.0 - squared / 2.0, 1.0)
        linkages = odds.rule(sizes[rows], sizes[columns], norms[rows], norms[columns], products)
        near += [
            (left, right, linkage)
            for row, column, linkage in zip(rows.tolist(), columns.tolist(), linkages.tolist(), strict=True)
            if linkage <= limit and not refused(left := sides[row], right := sides[column])
        ]
    return near


def _pair(samples: Samples, pair: tuple[Side, Side, float], odds: Odds) -> DuplicatePair:
    left, right, linkage = pair
    if left.person is None:
        kind = PairKind.CLUSTERS
    else:
        kind = PairKind.PERSON_AND_CLUSTER if right.person is None else PairKind.PEOPLE
    return DuplicatePair(
        kind=kind,
        left=samples.side(left),
        right=samples.side(right),
        squared_distance=left.squared_distance(right),
        nearest=left.nearest(right),
        probability=probability_of_one(linkage, odds.rule, odds.calibration),
    )


def _mixed(samples: Samples, mixed: Mixed, odds: Odds) -> MixedPerson:
    return MixedPerson(
        main=samples.side(mixed.main),
        part=samples.side(mixed.part),
        squared_distance=mixed.squared_distance,
        nearest=mixed.main.nearest(mixed.part),
        probability=probability_of_one(mixed.main.linkage(mixed.part, odds.rule), odds.rule, odds.calibration),
        further=mixed.further,
    )


def _groups(pairs: list[DuplicatePair]) -> tuple[tuple[str, ...], ...]:
    """Return groups of three or more labels that pairs connect."""
    group_of: dict[str, set[str]] = {}
    for pair in pairs:
        joined = group_of.get(pair.left.label, {pair.left.label}) | group_of.get(pair.right.label, {pair.right.label})
        for label in joined:
            group_of[label] = joined
    unique = {tuple(sorted(group)) for group in group_of.values()}
    return tuple(sorted((group for group in unique if len(group) > 2), key=lambda group: (-len(group), group)))


def _near_copies(catalog: Catalog, faces: Faces) -> tuple[tuple[PhotoCopy, ...], ...]:
    """Return groups of photos that look saved twice."""
    near = find_near_copies(catalog, faces.ids, faces.embeddings, faces.photo_ids)
    paths = catalog.files.paths(photo_id for group in near.groups for photo_id in group)
    photos = near.photos
    return tuple(
        tuple(PhotoCopy(next(iter(paths.get(one, ())), None), photos[one].width, photos[one].height) for one in group)
        for group in near.groups
    )
