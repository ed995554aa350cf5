"""What is left to name: groups with the people whom their photos suggest, and single faces by quality."""

from collections.abc import Sequence

from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.library.reports.companions import Companions
from recog.library.reports.people import grouped_faces, unnamed_group
from recog.library.reports.results import NamingReport, OpenGroup, PoorFaces
from recog.library.reports.sides import samples_of
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


def naming_report(catalog: Catalog, networks: Networks) -> NamingReport:
    """Return what is left to name, in one snapshot of the catalog; nothing is written.

    Only what is shown is read of each face: the report is made at each look at the page.
    """
    with catalog.repeatable_reads():
        grouped = grouped_faces(catalog, networks)
        known = [one for one in grouped.open_sides if one[1].person is not None or one[1].suggestion is not None]
        unlike = [one for one in grouped.open_sides if one[1].person is None and one[1].suggestion is None]
        known, unlike = known[:GROUPS_SHOWN], unlike[:GROUPS_SHOWN]
        lone = [face.id for face in grouped.lone[:LONE_SHOWN]]
        poor = _by_shortfall(grouped.lone)
        samples = samples_of(
            catalog,
            [
                *(face_id for side, _ in (*known, *unlike) for face_id in side.typical[:FACES_SHOWN].tolist()),
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
        )


def _by_shortfall(lone: Sequence[Face]) -> dict[Shortfall, list[int]]:
    """Return single faces under the first reason why each could found no group; a reason without a face is left out."""
    short: dict[Shortfall, list[int]] = {one: [] for one in Shortfall}
    for face in lone:
        for first in may_found(face_quality(face.box, face.sharpness)).shortfalls[:1]:
            short[first].append(face.id)
    return {why: ids for why, ids in short.items() if ids}
