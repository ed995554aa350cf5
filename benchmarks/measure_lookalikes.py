"""Measure what asking about lookalikes costs and saves, and whether the report of lookalikes foretells who is mixed up.

    python -m benchmarks.measure_lookalikes

Writes benchmarks/results/lookalikes.csv, in a minute if the embeddings are cached (by a first run). Three quarters of
the people of each set are enrolled by some photos; the probes are their other photos and all photos of the rest, who
are strangers. The people of Families in the Wild whose folders end with 0 to 4 choose the margin, all other sets judge
it. Folders of this set do not say who is related to whom, so relatives may be on both sides.

Then the report tries the enrolled faces of each person (`mixed_told` of the `told` tried), and the person's other
photos show how many are mixed up in truth. pairs: pairs that the report lists as mixed up; pairs_again: those of them
that are mixed up, or asked about, on the other photos too.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.distance import squared_distances
from recog.identify import identification_threshold, identify
from recog.library.networks import Networks
from recog.library.reports.lookalikes import Trial
from recog.lookalikes import question_of
from recog.store.embedding_records import Gallery
from recog.types import Calibration, Embeddings, Neighbour
from recog.weights.device import cores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = {
    "families, choosing": ("fiw_*[0-4]", True),
    "families": ("fiw_*[a-f]", True),
    "Pins": ("pins105_*", True),
    "CelebA": ("celeba_*", False),
}
PHOTOS = (1, 2, 3)
MARGINS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
K = 10
"""Neighbours, as the settings have it by default."""
HEADER = [
    "set", "photos_each", "people", "margin", "known", "right", "wrong", "strangers", "strangers_named", "asked",
    "asked_wrong", "asked_strangers", "answer_offered", "told", "mixed_told", "mixed_later", "pairs", "pairs_again",
]  # fmt: skip

Labels = NDArray[np.int64]


def rows(name: str, embeddings: Embeddings, labels: Labels, calibration: Calibration) -> list[Sequence[object]]:
    """Return a row for each number of photos and each margin."""
    made: list[Sequence[object]] = []
    for photos in PHOTOS:
        gallery, probes, strangers = enrolled(embeddings, labels, photos)
        person_of = dict(zip(gallery.face_ids.tolist(), gallery.person_ids.tolist(), strict=True))
        people = len(set(person_of.values()))
        threshold = identification_threshold(calibration, people=people, faces=len(person_of))
        near = neighbours(gallery, embeddings[probes])
        told = report(gallery, threshold, labels[probes][~strangers], [near[row] for row in np.flatnonzero(~strangers)])
        for margin in MARGINS:
            counts = dict.fromkeys(HEADER[4:13], 0)
            for row, own, stranger in zip(near, labels[probes].tolist(), strangers.tolist(), strict=True):
                count(counts, row, person_of, own, stranger=stranger, threshold=threshold, margin=margin)
            made.append([name, photos, people, margin, *counts.values(), *told])
            print(*made[-1], flush=True)
    return made


def enrolled(embeddings: Embeddings, labels: Labels, photos: int) -> tuple[Gallery, Labels, NDArray[np.bool_]]:
    """Return the gallery, the rows of the probes, and which of these are strangers."""
    people = np.unique(labels)
    unknown = set(np.random.default_rng(0).choice(people, len(people) // 4, replace=False).tolist())
    given: list[int] = []
    probes: list[int] = []
    for person in people.tolist():
        own = np.flatnonzero(labels == person).tolist()
        if person in unknown:
            probes += own
        elif len(own) > photos:
            given += own[:photos]
            probes += own[photos:]
    chosen = np.array(given, np.int64)
    strangers = np.isin(labels[probes], list(unknown))
    return Gallery(chosen, labels[chosen], embeddings[chosen]), np.array(probes, np.int64), strangers


def neighbours(gallery: Gallery, probes: Embeddings) -> list[list[Neighbour]]:
    """Return the K nearest faces of each probe."""
    squared = squared_distances(probes, gallery.embeddings)
    order = np.argsort(squared, axis=1, kind="stable")[:, :K]
    return [
        [Neighbour(int(gallery.face_ids[place]), float(distances[place])) for place in places]
        for distances, places in zip(squared, order, strict=True)
    ]


def count(
    counts: dict[str, int],
    near: Sequence[Neighbour],
    person_of: dict[int, int],
    own: int,
    *,
    stranger: bool,
    threshold: float,
    margin: float,
) -> None:
    """Count one probe; a margin of 0 asks about nobody."""
    counts["strangers" if stranger else "known"] += 1
    accepted, _ = identify(near, person_of, threshold=threshold)
    if accepted is None:
        return
    question = question_of(accepted, near, person_of, threshold=threshold, twins={}, margin=margin) if margin else None
    right = accepted.person_id == own
    if question is None:
        counts["strangers_named" if stranger else "right" if right else "wrong"] += 1
        return
    counts["asked"] += 1
    counts["asked_strangers"] += stranger
    counts["asked_wrong"] += not stranger and not right
    counts["answer_offered"] += own in {one.person_id for one in question.candidates}


def report(gallery: Gallery, threshold: float, own: Labels, near: Sequence[Sequence[Neighbour]]) -> tuple[int, ...]:
    """Return faces tried and mixed up by the report, faces mixed up later, pairs told, and pairs mixed up again."""
    outcomes = Trial(gallery, gallery.face_ids, threshold, K, {}).everybody()
    told = {
        frozenset({one, other}) for one, outcome in outcomes.items() for other in outcome.named if other != one
    }  # fmt: skip
    person_of = dict(zip(gallery.face_ids.tolist(), gallery.person_ids.tolist(), strict=True))
    mixed = 0
    later: set[frozenset[int]] = set()
    for person, row in zip(own.tolist(), near, strict=True):
        accepted, _ = identify(row, person_of, threshold=threshold)
        if accepted is None:
            continue
        mixed += accepted.person_id != person
        asked = question_of(accepted, row, person_of, threshold=threshold, twins={})
        who = {accepted.person_id, *(one.person_id for one in (asked.candidates if asked else ()))}
        later |= {frozenset({person, other}) for other in who - {person}}
    faces = sum(outcome.faces for outcome in outcomes.values())
    wrong = sum(n for one, outcome in outcomes.items() for other, n in outcome.named.items() if other != one)
    return faces, wrong, mixed, len(told), len(told & later)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="with identities")
    data = parser.parse_args().data
    networks = Networks(read_settings())
    table: list[Sequence[object]] = []
    for name, (pattern, tight) in SETS.items():
        faces = embedded_faces(
            labelled_photos(data / "identities", pattern=pattern),
            Pipeline(networks.detector, networks.embedder, networks.kept),
            undetected=Undetected.PAD if tight else Undetected.LEAVE_OUT,
        )
        table += rows(name, faces.embeddings, faces.labels, networks.calibration)
    facts = machine(threads=cores(), network=networks.info.sha256[:12], k=K)
    write_results("lookalikes.csv", facts, HEADER, table)


if __name__ == "__main__":
    main()
