"""Measure how dates and birth dates change names and groups: false accepts by age, growth by years, families over time.

    PYTHONPATH=FOLDER python -m benchmarks.measure_over_time

Writes benchmarks/results/over_time_{ages,growth,names,groups}.csv, in about ten minutes if embeddings are cached. Real
photos of known dates and ages are not at hand, so the apparent ages of benchmarks.apparent_ages stand in for ages, and
nobody's age below is a fact. FOLDER holds the package that estimates them. The families 0 to 9 of Families in the Wild
chose the numbers of recog.ageing; the families a to f judge.

names: libraries of 60 people of the families a to f, known from two or three photos each, with 60 strangers. Everybody
is given a birth date by script, and each photo the date at which the person had its apparent age; so real faces age.

groups: real faces of CelebA's 35 held-out people, Pins and the families a to f, each person's dated by script within
few years, so that photos are dense and the dates of many people meet: joins of different people are the cost. And the
same people made to drift in a known direction over 20 years: that tests the machinery, and chose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.apparent_ages import apparent_ages
from benchmarks.measured import machine, write_results
from recog.ageing import YEAR, PersonTimes, margin
from recog.cluster.along_time import Dated, joined_along_time
from recog.cluster.likelihood import linkage_of
from recog.cluster.linkage import identity_clusters
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.datasets.split import held_out_people
from recog.distance import squared_distances, unit_rows
from recog.evaluate.clusters import f_scores
from recog.identify import identification_threshold, identify
from recog.library.networks import Networks
from recog.types import Calibration, Embeddings, Neighbour
from recog.weights.device import cores

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
GROUPS = ((0, 4), (4, 8), (8, 13), (13, 20), (20, 40), (40, 60), (60, 70), (70, 120))
GAPS = ((0, 2), (2, 5), (5, 10), (10, 15), (15, 20), (20, 30), (30, 60))
LIBRARIES, PEOPLE, ENROLLED = 40, 60, 3
FIRST, LAST = date(2000, 1, 1).toordinal(), date(2020, 1, 1).toordinal()
DRIFTS = (0.0, 1.0, 2.0, 3.0)
"""Lengths of the made-up drift over 20 years, of embeddings of length 1."""
A_YEAR, NOISE = 4, np.float32(0.2)
"""Photos of a person in each made-up year, and the length of what is added to each."""

LATE = "dates and births, but all are born"
RULES = ("no dates", "dates", LATE, "dates and births")
AGES = ("younger than 13", "13 to 59", "60 or older", "all")

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Faces:
    """Embeddings (n, dim), people (n,) and apparent ages (n,)."""

    embeddings: Embeddings
    people: Labels
    ages: NDArray[np.float64]


def faces_of(networks: Networks, *patterns: str, undetected: Undetected = Undetected.PAD) -> Faces:
    """Embed the people of patterns as the product does."""
    found: list[Faces] = []
    for pattern in patterns:
        photos = labelled_photos(DATA / "identities", pattern=pattern)
        pipeline = Pipeline(networks.detector, networks.embedder, networks.kept)
        faces = embedded_faces(photos, pipeline, undetected=undetected)
        ages = apparent_ages(photos, networks.detector, undetected=undetected, cache=networks.kept)
        start = found[-1].people.max() + 1 if found else 0
        found.append(Faces(faces.embeddings, faces.labels + start, ages[faces.photos].astype(np.float64)))
    return Faces(*(np.concatenate([getattr(one, name) for one in found]) for name in ("embeddings", "people", "ages")))


def ages(name: str, faces: Faces, calibration: Calibration) -> list[list[object]]:
    """Return the false and true accepts between faces of one age, without and with the margin of that age."""
    rows: list[list[object]] = []
    margins = np.array([margin(age) for age in faces.ages])
    for low, high in GROUPS:
        own = np.flatnonzero((faces.ages >= low) & (faces.ages < high))
        one, other = (own[side] for side in np.triu_indices(len(own), 1))
        squared = np.einsum("pd,pd->p", faces.embeddings[one], faces.embeddings[other]) * -2 + 2
        same = faces.people[one] == faces.people[other]
        rates = [
            f"{np.mean(squared[which] + added <= calibration.threshold):.5f}"
            for which in (~same, same)
            for added in (0.0, margins[one[which]])
        ]
        rows.append([name, f"{low} to {high - 1}", len(own), int((~same).sum()), int(same.sum()), *rates])
    return rows


def growth(name: str, faces: Faces) -> list[list[object]]:
    """Return the distances of one person's faces by the years between their apparent ages, and their slope by year."""
    one, other = np.triu_indices(len(faces.people), 1)
    same = faces.people[one] == faces.people[other]
    one, other = one[same], other[same]
    squared = np.einsum("pd,pd->p", faces.embeddings[one], faces.embeddings[other]) * -2 + 2
    gap, youngest = np.abs(faces.ages[one] - faces.ages[other]), np.minimum(faces.ages[one], faces.ages[other])
    rows: list[list[object]] = []
    for who, which in (("one younger than 20", youngest < 20), ("both 20 or older", youngest >= 20)):
        slope = np.polyfit(gap[which], squared[which], 1)[0]
        for low, high in GAPS:
            some = squared[which & (gap >= low) & (gap < high)]
            rows.append([name, who, f"{low} to {high}", len(some), f"{np.median(some):.3f}", f"{slope:.4f}"])
    return rows


def names(faces: Faces, calibration: Calibration) -> list[list[object]]:
    """Return how many are named right, wrong and not at all, by the rule and the age, over all libraries."""
    counts: dict[tuple[str, str], Labels] = {}
    for seed in range(LIBRARIES):
        random = np.random.default_rng(seed)
        people = random.permutation(np.unique(faces.people))[: 2 * PEOPLE]
        born = {int(one): int(random.integers(FIRST - round(80 * YEAR), LAST)) for one in people}
        enrolled: dict[int, list[int]] = {}
        probes: list[int] = []
        for person in people.tolist():
            rows = random.permutation(np.flatnonzero(faces.people == person)).tolist()
            known = ENROLLED if person in people[:PEOPLE] else 0
            enrolled |= {person: rows[:known]} if known else {}
            probes += rows[known:]
        _named(faces, calibration, enrolled, probes, born=born, counts=counts)
    return [
        [rule, group, *row.tolist(), *(f"{value:.4f}" for value in _rates(row))]
        for group, rule in product(AGES, RULES)
        for row in [counts[rule, group]]
    ]


def _rates(row: Labels) -> Sequence[float]:
    known, strangers = max(row[0] + row[1] + row[2], 1), max(row[3] + row[4], 1)
    return row[0] / known, row[1] / known, row[3] / strangers


def _named(
    faces: Faces,
    calibration: Calibration,
    enrolled: dict[int, list[int]],
    probes: list[int],
    *,
    born: dict[int, int],
    counts: dict[tuple[str, str], Labels],
) -> None:
    """Count right, wrong, unknown, strangers named and strangers unknown of one library, by rule and age."""
    owner = {row: person for person, rows in enrolled.items() for row in rows}
    gallery = list(owner)
    threshold = identification_threshold(calibration, people=len(enrolled), faces=len(gallery))
    days = {row: born[int(faces.people[row])] + round(faces.ages[row] * YEAR) for row in (*gallery, *probes)}
    dates = {one: PersonTimes(None, {row: days[row] for row in rows}) for one, rows in enrolled.items()}
    births = {one: PersonTimes(born[one], {row: days[row] for row in rows}) for one, rows in enrolled.items()}
    squared = squared_distances(faces.embeddings[probes], faces.embeddings[gallery])
    for probe, distances in zip(probes, squared, strict=True):
        nearest = [Neighbour(gallery[place], float(distances[place])) for place in np.argsort(distances)[:10]]
        person, age = int(faces.people[probe]), faces.ages[probe]
        group = AGES[int(age >= 13) + int(age >= 60)]
        for rule, times in zip(RULES, ({}, dates, births, births), strict=True):
            added = {}
            for near in nearest if times else ():
                one = owner[near.face_id]
                day = max(days[probe], born[one]) if rule == LATE else days[probe]
                added[near.face_id] = times[one].penalty(near.face_id, day)
            found, _ = identify(nearest, owner, threshold=threshold, penalties=added)
            if person in enrolled:
                outcome = 2 if found is None else int(found.person_id != person)
            else:
                outcome = 4 if found is None else 3
            for each in (group, "all"):
                counts.setdefault((rule, each), np.zeros(5, np.int64))[outcome] += 1


def real(name: str, faces: Faces, calibration: Calibration, *, years: int) -> list[object]:
    """Return the scores of groups of real faces, each person's dated by chance within `years` of all years."""
    random = np.random.default_rng(0)
    first = random.integers(FIRST, LAST - round(years * YEAR), int(faces.people.max()) + 1)
    days = first[faces.people] + random.integers(0, round(years * YEAR), len(faces.people))
    return _grouped([name, f"real, {years} years each"], faces.embeddings, faces.people, days, calibration)


def drifted(name: str, faces: Faces, calibration: Calibration, *, drift: float) -> list[object]:
    """Return the scores of groups of people of whom A_YEAR photos of each of 20 years are made up from real faces.

    Every face is a real one of the person, moved by a little noise, and by the drift in the person's own direction.
    """
    random = np.random.default_rng(0)
    rows, years = [], np.repeat(np.arange(20), A_YEAR)
    for person in np.unique(faces.people):
        own = np.flatnonzero(faces.people == person)
        rows.append(np.concatenate([random.choice(own, A_YEAR, replace=len(own) < A_YEAR) for _ in range(20)]))
    chosen = np.concatenate(rows)
    people, days = faces.people[chosen], FIRST + np.round(np.tile(years + 0.5, len(rows)) * YEAR).astype(np.int64)
    dim = faces.embeddings.shape[1]
    directions = unit_rows(random.normal(size=(int(people.max()) + 1, dim)).astype(np.float32))
    noise = NOISE * unit_rows(random.normal(size=(len(chosen), dim)).astype(np.float32))
    moved = np.float32(drift) * ((days - FIRST) / (LAST - FIRST)).astype(np.float32)[:, np.newaxis] * directions[people]
    embeddings = unit_rows((faces.embeddings[chosen] + noise + moved).astype(np.float32))
    return _grouped([name, f"made up, drift {drift}"], embeddings, people, days, calibration)


def _grouped(
    what: list[object], embeddings: Embeddings, people: Labels, days: Labels, calibration: Calibration
) -> list[object]:
    linkage, scenes = linkage_of(calibration, len(days)), np.arange(len(days))
    before = identity_clusters(embeddings, linkage, photo_ids=scenes)
    after = joined_along_time(embeddings, before, Dated(days, scenes, np.full(len(days), -1)), linkage)
    joins = np.unique(np.stack([before, after], axis=1)[before != after], axis=0).tolist()
    owner = {label: np.bincount(people[before == label]).argmax() for label in np.unique(before).tolist()}
    wrong = sum(owner[gone] != owner[kept] for gone, kept in joins)
    scores = [f"{score:.4f}" for labels in (before, after) for score in f_scores(people, labels)]
    numbers = [len(np.unique(labels[labels >= 0])) for labels in (before, after)]
    made = [*what, len(days), len(np.unique(people)), *numbers, len(joins), wrong, *scores]
    print(*made, flush=True)
    return made


def main() -> None:
    networks = Networks(read_settings())
    calibration = networks.calibration
    chose, judges = faces_of(networks, "fiw_*[0-4]", "fiw_*[5-9]"), faces_of(networks, "fiw_*[a-f]")
    celeba = faces_of(networks, "celeba_*", undetected=Undetected.LEAVE_OUT)
    kept = np.isin(celeba.people, held_out_people(np.unique(celeba.people), share=0.15, seed=0))
    held = Faces(celeba.embeddings[kept], celeba.people[kept], celeba.ages[kept])
    comment = machine(threads=cores(), network=networks.info.sha256[:12])
    pairs = ("strangers", "same person", "FAR", "FAR with the margin", "VAL", "VAL with the margin")
    found = [*ages("families 0 to 9", chose, calibration), *ages("families a to f", judges, calibration)]
    write_results("over_time_ages.csv", comment, ("people", "apparent age", "faces", *pairs), found)
    found = [*growth("families 0 to 9", chose), *growth("families a to f", judges)]
    write_results("over_time_growth.csv", comment, ("people", "who", "years", "pairs", "median", "slope"), found)
    outcomes = ("right", "wrong", "unknown", "strangers named", "strangers unknown", "DIR", "false names", "FPIR")
    write_results("over_time_names.csv", comment, ("rule", "probes", *outcomes), names(judges, calibration))
    pins = faces_of(networks, "pins105_*")
    found = [
        real("CelebA", held, calibration, years=3),
        real("Pins", pins, calibration, years=3),
        real("families a to f", judges, calibration, years=1),
        *(drifted("CelebA", held, calibration, drift=drift) for drift in DRIFTS),
        *(drifted("Pins", pins, calibration, drift=drift) for drift in DRIFTS),
    ]
    header = ("people", "dates", "faces", "number", "groups", "groups along time", "joins", "wrong joins")
    scores = ("pairwise F", "B-cubed F", "pairwise F along time", "B-cubed F along time")
    write_results("over_time_groups.csv", comment, (*header, *scores), found)


if __name__ == "__main__":
    main()
