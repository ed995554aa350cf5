"""What is left to name: groups with the people whom their photos suggest, and single faces by quality."""

from collections.abc import Sequence

from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.library.reports.companions import Companions
from recog.library.reports.people import grouped_faces, single_face, unnamed_group
from recog.library.reports.results import FaceSample, NamingReport, OpenGroup, PoorFaces, PossibleName, WhichPerson
from recog.library.reports.sides import samples_of
from recog.library.reports.which import OpenQuestion, open_questions
from recog.quality import Shortfall, may_found
from recog.store.catalog import Catalog
from recog.types import Face

GROUPS_SHOWN = 40
"""Groups of each kind: more than anybody names before looking again."""
FACES_SHOWN = 12
"""Most faces shown of each group."""
LONE_SHOWN = 120
"""Most single faces shown."""
POOR_SHOWN = 12
"""Faces shown of each shortfall."""


def naming_report(catalog: Catalog, networks: Networks, *, k: int) -> NamingReport:
    """Return what is left to name, in one snapshot of the catalog; nothing is written.

    Only what is shown is read of each face: the report is made at each look at the page.
    """
    with catalog.repeatable_reads():
        grouped = grouped_faces(catalog, networks)
        questions = open_questions(catalog, networks, grouped, k=k)
        asked = {face_id for one in questions for face_id in one.side.all.ids[one.side.rows].tolist()}
        sides = [one for one in grouped.open_sides if int(one[0].all.ids[one[0].rows[0]]) not in asked]
        known = [one for one in sides if one[1].person is not None or one[1].suggestion is not None][:GROUPS_SHOWN]
        unlike = [one for one in sides if one[1].person is None and one[1].suggestion is None][:GROUPS_SHOWN]
        lone = [face.id for face in grouped.lone if face.id not in asked][:LONE_SHOWN]
        poor = _by_shortfall(grouped.lone)
        samples = samples_of(
            catalog,
            [
                *(face_id for side, _ in (*known, *unlike) for face_id in side.typical[:FACES_SHOWN].tolist()),
                *(face_id for one in questions for face_id in one.side.typical[:FACES_SHOWN].tolist()),
                *(face_id for one in questions for person_id in one.person_ids for face_id in one.faces_of(person_id)),
                *lone,
                *(face_id for ids in poor.values() for face_id in ids[:POOR_SHOWN]),
            ],
        )
        companions, remembered = Companions(catalog, grouped.faces), grouped.remembered
        likely, unknown = (
            tuple(
                OpenGroup(
                    unnamed_group(side, cluster, samples, remembered, faces_shown=FACES_SHOWN),
                    companions.suggested_for(side),
                    companions.others_beside(side),
                )
                for side, cluster in sides
            )
            for sides in (known, unlike)
        )
        counts = catalog.upkeep.counts()
        return NamingReport(
            photos=counts.photos,
            faces=counts.faces,
            people=len(catalog.people.all()),
            ignored=len(catalog.people.ignored_faces()),
            likely=likely,
            unknown=unknown,
            all_groups=len(grouped.open_sides),
            named=grouped.named,
            lone=tuple(samples[face_id] for face_id in lone),
            all_lone=len(grouped.lone),
            poor=tuple(
                PoorFaces(why, tuple(ids), tuple(samples[one] for one in ids[:POOR_SHOWN])) for why, ids in poor.items()
            ),
            which=_which(catalog, questions, samples, remembered),
        )


def _which(
    catalog: Catalog, questions: Sequence[OpenQuestion], samples: dict[int, FaceSample], remembered: set[int | None]
) -> tuple[WhichPerson, ...]:
    """Return the questions with the faces that are shown; samples: theirs, among others."""
    people = catalog.people.by_ids({person_id for one in questions for person_id in one.person_ids})
    return tuple(
        WhichPerson(
            one.likeness,
            tuple(
                PossibleName(people[person_id].name, tuple(samples[face_id] for face_id in one.faces_of(person_id)))
                for person_id in one.person_ids
            ),
            unnamed_group(one.side, one.cluster, samples, remembered, faces_shown=FACES_SHOWN)
            if one.cluster is not None
            else single_face(one.side, samples),
            one.cluster is None,
        )
        for one in questions
    )


def _by_shortfall(lone: Sequence[Face]) -> dict[Shortfall, list[int]]:
    """Return single faces under the first reason why each could found no group; a reason without a face is left out."""
    short: dict[Shortfall, list[int]] = {one: [] for one in Shortfall}
    for face in lone:
        for first in may_found(face_quality(face.box, face.sharpness)).shortfalls[:1]:
            short[first].append(face.id)
    return {why: ids for why, ids in short.items() if ids}
