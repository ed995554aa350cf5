"""Report of people: groups of faces without a name, people with their faces, and single faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from recog.library.grouping.clusters import summaries
from recog.library.grouping.identity import Grouping, identity_grouping
from recog.library.grouping.numbering import with_numbers
from recog.library.grouping.results import ClusterSummary
from recog.library.grouping.suggestions import with_suggestions
from recog.library.networks import Networks
from recog.library.reports.results import FaceSample, NamedPerson, PeopleReport, UnnamedGroup
from recog.library.reports.sides import FACES_NAMED, Faces, Side, samples_of
from recog.store.catalog import Catalog
from recog.types import Face, Origin, Person

FACES_SHOWN = 24
"""Most faces shown of each group, and of each person's confirmed and matched faces."""
GROUPS_SHOWN = 300
LONE_SHOWN = 300
"""Most groups and single faces shown, the largest ones, because naming these names many of the others."""


def people_report(catalog: Catalog, networks: Networks) -> PeopleReport:
    """Return everybody in the library; nothing is written.

    Hidden people and ignored faces are left out. The report shows one snapshot of the catalog, whatever others write
    meanwhile.
    """
    with catalog.repeatable_reads():
        return people_in(catalog, grouped_faces(catalog, networks))


@dataclass(frozen=True, slots=True)
class GroupedFaces:
    """The faces of a library, the groups without a name, the largest first, and the single faces, largest first.

    named: number of groups whose faces all have a name.
    """

    grouping: Grouping
    faces: Faces
    open_sides: Sequence[tuple[Side, ClusterSummary]]
    lone: Sequence[Face]
    named: int

    @property
    def remembered(self) -> set[int | None]:
        """The numbers of the clusters that the catalog holds."""
        return {one.number for one in self.grouping.clusters} - {None}


def grouped_faces(catalog: Catalog, networks: Networks) -> GroupedFaces:
    """Group the faces of a library."""
    grouping = identity_grouping(catalog, networks)
    faces = Faces(grouping.face_ids, grouping.embeddings, grouping.photo_ids, grouping.person_ids)
    open_sides = _open_sides(catalog, networks, grouping, faces)
    clustered = {face_id for one in grouping.clusters for face_id in one.face_ids}
    lone = _largest_first(
        catalog,
        [
            face_id
            for face_id, person_id in zip(faces.ids.tolist(), faces.person_ids.tolist(), strict=True)
            if person_id < 0 and face_id not in clustered
        ],
    )
    nameless = set(faces.ids[faces.person_ids < 0].tolist())
    named = sum(nameless.isdisjoint(cluster.face_ids) for cluster in grouping.clusters)
    return GroupedFaces(grouping, faces, open_sides, lone, named)


def people_in(catalog: Catalog, grouped: GroupedFaces) -> PeopleReport:
    """Return everybody among the faces, which were grouped in the same snapshot of the catalog."""
    shown_sides = grouped.open_sides[:GROUPS_SHOWN]
    lone = [face.id for face in grouped.lone[:LONE_SHOWN]]
    people = [(person, *_faces_of(catalog, person)) for person in catalog.people.all()]
    samples = samples_of(
        catalog,
        [
            *(face_id for side, _ in shown_sides for face_id in side.typical[:FACES_SHOWN].tolist()),
            *(
                face.id
                for _, confirmed, matched in people
                for face in (*confirmed[:FACES_SHOWN], *matched[:FACES_SHOWN])
            ),
            *lone,
        ],
    )
    remembered = grouped.remembered
    counts = catalog.upkeep.counts()
    return PeopleReport(
        library=catalog.url,
        photos=counts.photos,
        faces=counts.faces,
        groups=tuple(unnamed_group(side, cluster, samples, remembered) for side, cluster in shown_sides),
        all_groups=len(grouped.open_sides),
        people=tuple(_named(person, confirmed, matched, samples) for person, confirmed, matched in people),
        lone=tuple(samples[face_id] for face_id in lone),
        all_lone=len(grouped.lone),
        ignored=len(catalog.people.ignored_faces()),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _open_sides(
    catalog: Catalog, networks: Networks, grouping: Grouping, faces: Faces
) -> list[tuple[Side, ClusterSummary]]:
    """Return the faces without a person of each cluster, with the cluster and its suggestion; largest side first."""
    clusters = with_suggestions(
        catalog,
        networks,
        summaries(catalog, with_numbers(grouping.clusters), grouping.person_of),
        face_ids=grouping.face_ids,
        embeddings=grouping.embeddings,
        linkage=grouping.linkage,
    )
    hidden = {person.name for person in catalog.people.all(hidden=True) if person.hidden}
    sides = []
    for cluster in clusters:
        if cluster.person in hidden:
            continue
        rows = np.asarray(np.searchsorted(faces.ids, np.array(cluster.face_ids, np.int64)))
        rows = rows[faces.person_ids[rows] < 0]
        if len(rows):
            sides.append((Side(faces, rows), cluster))
    return sorted(sides, key=lambda one: -len(one[0].rows))


def unnamed_group(
    side: Side,
    cluster: ClusterSummary,
    samples: dict[int, FaceSample],
    remembered: set[int | None],
    *,
    faces_shown: int = FACES_SHOWN,
) -> UnnamedGroup:
    """Return a group as a report shows it; samples: those of its faces_shown most typical faces, among others."""
    return UnnamedGroup(
        number=cluster.number if cluster.number in remembered else None,
        faces=len(side.rows),
        samples=tuple(samples[face_id] for face_id in side.typical[:faces_shown].tolist()),
        suggestion=cluster.suggestion,
        face_ids=tuple(side.all.ids[side.rows].tolist()),
        likely=cluster.person,
        typical=tuple(side.typical.tolist()),
        whole=len(side.rows) == cluster.size and cluster.number in remembered,
        twins=cluster.suggestion.twins if cluster.suggestion is not None else cluster.twins,
    )


def single_face(side: Side, samples: dict[int, FaceSample]) -> UnnamedGroup:
    """Return a face that is in no group as a group of its own."""
    (face_id,) = side.all.ids[side.rows].tolist()
    return UnnamedGroup(None, 1, (samples[face_id],), None, (face_id,), typical=(face_id,))


def _named(
    person: Person, confirmed: Sequence[Face], matched: Sequence[Face], samples: dict[int, FaceSample]
) -> NamedPerson:
    shown = matched[:FACES_SHOWN]
    return NamedPerson(
        person=person,
        confirmed=tuple(samples[face.id] for face in confirmed[:FACES_SHOWN]),
        matched=tuple(samples[face.id] for face in shown),
        distances=tuple(face.squared_distance or 0.0 for face in shown),
        nearest=tuple(face.id for face in reversed(matched))[:FACES_NAMED],
    )


def _faces_of(catalog: Catalog, person: Person) -> tuple[list[Face], list[Face]]:
    """Return confirmed faces, and matched faces by falling distance, so that doubtful faces come first."""
    faces = catalog.faces.of_person(person.id)
    confirmed = [face for face in faces if face.origin is Origin.CONFIRMED]
    matched = [face for face in faces if face.origin is not Origin.CONFIRMED]
    return confirmed, sorted(matched, key=lambda face: (-(face.squared_distance or 0.0), face.id))


def _largest_first(catalog: Catalog, face_ids: Sequence[int]) -> list[Face]:
    found = catalog.faces.by_ids(face_ids).values()
    return sorted(found, key=lambda one: (one.box.top - one.box.bottom, one.id))
