"""Open-set identification: enrol a few photos a person, probe with the rest and with strangers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.distance import squared_distances
from recog.errors import EvaluationError
from recog.evaluate.bootstrap import Interval, ratio_intervals
from recog.evaluate.labelled_faces import Labels
from recog.evaluate.roc import threshold_at_far
from recog.types import Embeddings

RANKS = (1, 2, 5, 10, 20, 50, 100)
FPIRS = (1e-2, 1e-1)
CURVE = tuple(float(fpir) for fpir in np.geomspace(1e-3, 1.0, 25))
TRIALS = 10
GALLERIES = (10, 30, 100, 300, 1000, 3000, 10_000)
STRANGERS = 0.2
"""Least share of the people who are never enrolled."""


@dataclass(frozen=True, slots=True)
class DirAtFpir:
    """Share of enrolled people's probes that are named rightly (dir) where the share fpir of strangers gets a name.

    interval is the 95 % interval of dir over people drawn anew; threshold the mean over trials.
    """

    fpir: float
    dir: float
    interval: Interval
    threshold: float


@dataclass(frozen=True, slots=True)
class WithinRank:
    """Share of enrolled people's probes whose person is among the `rank` nearest people; 95 % interval over people."""

    rank: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class IdentificationScores:
    """Scores of one gallery size, over all trials; rates from 0 to 1.

    gallery counts the people enrolled, photos the photos of each; probes and strangers are faces, mean a trial. cmc is
    for each of RANKS up to the gallery's size, rank_1 its first. dir is at the rates asked for, curve at those of CURVE
    that so many strangers can show. fixed is at each threshold that was given, with the fpir that comes of it.
    """

    gallery: int
    photos: int
    trials: int
    probes: float
    strangers: float
    rank_1: float
    rank_1_interval: Interval
    cmc: tuple[WithinRank, ...]
    dir: tuple[DirAtFpir, ...]
    curve: tuple[DirAtFpir, ...]
    fixed: tuple[DirAtFpir, ...] = ()


def gallery_sizes(labels: Labels, *, photos: int) -> tuple[int, ...]:
    """GALLERIES that these faces can fill with `photos` photos a person, and the largest one possible.

    EvaluationError where not even two people can be enrolled and probed with a stranger left.
    """
    people, counts = np.unique(labels, return_counts=True)
    able = int(np.count_nonzero(counts > photos))
    largest = min(able, len(people) - max(1, round(STRANGERS * len(people))))
    if largest < 2:
        raise EvaluationError(
            f"{able} of {len(people)} people have more than {photos} photos with a face: identification needs two such "
            "people to enrol, and one more person to be a stranger"
        )
    return (*(size for size in GALLERIES if size < largest), largest)


def identification(
    embeddings: Embeddings,
    labels: Labels,
    *,
    gallery: int,
    photos: int = 1,
    trials: int = TRIALS,
    fpirs: Sequence[float] = FPIRS,
    thresholds: Sequence[float] = (),
    seed: int = 0,
) -> IdentificationScores:
    """Draw a gallery, probe with everybody's other faces, `trials` times; (n, dim) embeddings and (n,) labels.

    gallery people, each with more than `photos` faces, are enrolled by `photos` faces, all drawn by chance. A person is
    as far from a probe as the nearest of those. Probes of the enrolled are all their other faces; strangers are all
    faces of everybody else, people with a single photo among them. Of equally near people the wrong one counts first.
    A threshold lets the share fpir of strangers pass, on those very strangers (see roc.threshold_at_far), so with fewer
    than 1 / fpir of them none passes; `thresholds` are fixed beforehand, and scored too. Grother, Ngan: FRVT part 2
    (NISTIR 8271): 1 - dir is FNIR.
    """
    people, person, counts = np.unique(labels, return_inverse=True, return_counts=True)
    able = np.flatnonzero(counts > photos)
    if not 2 <= gallery <= len(able) or gallery == len(people) or photos < 1:
        raise ValueError(f"{gallery} of {len(people)} people with {photos} photos each are no gallery of these faces")
    ranks = [rank for rank in RANKS if rank <= gallery]
    probed = np.zeros(len(people))
    within = np.zeros((len(ranks), len(people)))
    rates = (*fpirs, *CURVE)
    named = np.zeros((len(rates) + len(thresholds), len(people)))
    limits = np.zeros((trials, len(named)))
    limits[:, len(rates) :] = thresholds
    strangers_named = np.zeros(len(thresholds))
    strangers = 0
    for trial in range(trials):
        random = np.random.default_rng((seed, trial))
        enrolled = np.sort(random.choice(able, size=gallery, replace=False))
        faces = np.stack([random.choice(np.flatnonzero(person == one), size=photos, replace=False) for one in enrolled])
        probe = np.ones(len(person), dtype=np.bool_)
        probe[faces.ravel()] = False
        known = np.isin(person, enrolled)
        to_people = _to_people(embeddings[probe], embeddings[faces.ravel()], gallery)
        mated, whose = known[probe], person[probe]
        nearest_stranger = to_people[~mated].min(axis=1)
        own = np.searchsorted(enrolled, whose[mated])
        to_own = to_people[mated][np.arange(len(own)), own]
        rank = (to_people[mated] <= to_own[:, None]).sum(axis=1)
        np.add.at(probed, whose[mated], 1)
        for row, limit in enumerate(ranks):
            np.add.at(within[row], whose[mated], rank <= limit)
        for row, fpir in enumerate(rates):
            limits[trial, row] = threshold_at_far(nearest_stranger, fpir)
        for row, limit in enumerate(limits[trial]):
            np.add.at(named[row], whose[mated], (rank == 1) & (to_own <= limit))
        strangers += len(nearest_stranger)
        strangers_named += (nearest_stranger[:, None] <= np.array(thresholds)).sum(axis=0)
    seen = probed > 0
    intervals = ratio_intervals(np.concatenate([within, named])[:, seen], probed[seen])
    cmc = tuple(
        WithinRank(rank, float(hits.sum() / probed.sum()), interval)
        for rank, hits, interval in zip(ranks, within, intervals, strict=False)
    )
    at = [
        DirAtFpir(float(fpir), float(hits.sum() / probed.sum()), interval, float(mean))
        for fpir, hits, interval, mean in zip(
            (*rates, *(strangers_named / strangers)), named, intervals[len(ranks) :], limits.mean(axis=0), strict=True
        )
    ]
    return IdentificationScores(
        gallery,
        photos,
        trials,
        float(probed.sum() / trials),
        strangers / trials,
        cmc[0].share,
        cmc[0].interval,
        cmc,
        tuple(at[: len(fpirs)]),
        tuple(one for one in at[len(fpirs) : len(rates)] if one.fpir * strangers >= trials),
        tuple(at[len(rates) :]),
    )


def _to_people(probes: Embeddings, gallery: Embeddings, people: int) -> NDArray[np.float32]:
    """(p, dim), (people * photos, dim) grouped by person -> (p, people), the nearest photo of each."""
    nearest: NDArray[np.float32] = squared_distances(probes, gallery).reshape(len(probes), people, -1).min(axis=2)
    return nearest
