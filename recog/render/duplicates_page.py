"""The duplicate report as one HTML file."""

from recog.library.reports.results import DuplicateReport
from recog.render import commands
from recog.render.page import Section, report

PAIR_FACES = 5
"""Faces shown on each side of a pair: one large, four small."""
TILE_FACES = 4
"""Faces shown of a cluster."""
FILES_SHOWN = 50
"""Files listed of one photo; the page counts the others."""


def duplicate_page(found: DuplicateReport) -> str:
    """Render the report as text to be written in UTF-8. See recog.render.page.report."""
    faces = {side.label: side.samples[0] for pair in found.pairs for side in (pair.left, pair.right) if side.samples}
    shown = len(found.cluster_samples)
    values = {
        "report": found,
        "join_sides": commands.join_sides,
        "keep_apart": commands.keep_apart,
        "split_name": commands.split_name,
        "sections": [
            Section("pairs", "One person twice?", len(found.pairs)),
            Section("groups", "Groups", len(found.groups)),
            Section("mixed", "One name, two people?", len(found.mixed)),
            Section("clusters", "People and clusters", len(found.clusters)),
            Section("copies", "Duplicate photos", len(found.duplicate_photos)),
            Section("near-copies", "Saved twice?", len(found.near_copies)),
        ],
        "face_of": faces,
        "tiles": list(zip(found.clusters[:shown], found.cluster_samples, strict=True)),
        "pair_faces": PAIR_FACES,
        "tile_faces": TILE_FACES,
        "files_shown": FILES_SHOWN,
    }
    title = "who is here twice?"
    return report("duplicates.html", values, title=title, styles=["report.css"], scripts=["report.js"])
