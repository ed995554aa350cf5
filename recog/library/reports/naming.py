"""What is left to name: groups with the people whom their photos suggest, and single faces by quality."""

from collections.abc import Sequence

from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.library.reports.companions import Companions
from recog.library.reports.people import GROUPS_SHOWN, grouped_faces, people_in, samples_of
from recog.library.reports.results import NamingReport, PoorFaces
from recog.quality import Shortfall, may_found
from recog.store.catalog import Catalog

POOR_SHOWN = 12
"""Faces shown of each shortfall."""


def naming_report(catalog: Catalog, networks: Networks) -> NamingReport:
    """Return what is left to name, in one snapshot of the catalog; nothing is written."""
    with catalog.repeatable_reads():
        grouped = grouped_faces(catalog, networks)
        companions = Companions(catalog, grouped.faces)
        shown = [side for side, _ in grouped.open_sides[:GROUPS_SHOWN]]
        return NamingReport(
            people_in(catalog, grouped),
            tuple(companions.suggested_for(side) for side in shown),
            tuple(map(companions.others_beside, shown)),
            _poor(catalog, grouped.lone),
            grouped.named,
        )


def _poor(catalog: Catalog, lone: Sequence[int]) -> tuple[PoorFaces, ...]:
    """Return single faces under the first reason why each could found no group."""
    faces = catalog.faces.by_ids(lone)
    short: dict[Shortfall, list[int]] = {one: [] for one in Shortfall}
    for face_id in lone:
        face = faces[face_id]
        for first in may_found(face_quality(face.box, face.sharpness)).shortfalls[:1]:
            short[first].append(face_id)
    samples = samples_of(catalog, [face_id for ids in short.values() for face_id in ids[:POOR_SHOWN]])
    return tuple(
        PoorFaces(why, tuple(ids), tuple(samples[one] for one in ids[:POOR_SHOWN])) for why, ids in short.items() if ids
    )
