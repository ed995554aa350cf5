"""Scores of open-set identification: enrol a few photos per person, probe with the rest and with strangers."""

from collections.abc import Iterator, Mapping, Sequence
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
    """The share of enrolled people's probes that are named rightly (dir) while the share fpir of strangers gets a name.

    interval is the 95 % bootstrap interval of dir over people. threshold is the mean over trials.
    """

    fpir: float
    dir: float
    interval: Interval
    threshold: float


@dataclass(frozen=True, slots=True)
class WithinRank:
    """Share of enrolled people's probes whose person is among the `rank` nearest, with a 95 % interval over people."""

    rank: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class IdentificationScores:
    """Scores of one gallery size over all trials; rates from 0 to 1.

    gallery counts the enrolled people, photos the photos of each. probes and strangers are mean numbers of faces per
    trial. cmc has each of RANKS up to the gallery's size; rank_1 is its first share. dir is at the rates asked for,
    curve at those of CURVE that this number of strangers can show. fixed is at the given thresholds, with their fpir.
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
    """Return the GALLERIES that these faces can fill with `photos` photos per person, and the largest possible size.

    Raises:
        EvaluationError: fewer than two people can be enrolled and probed with one more person as a stranger.
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


def sizes_by_photos(labels: Labels, *, photos: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    """Return the gallery sizes for each number of photos per person, up to the first that too few people have.

    Raises:
        EvaluationError: too few people have even the first number of photos.
    """
    sizes: dict[int, tuple[int, ...]] = {}
    for number in photos:
        try:
            sizes[number] = gallery_sizes(labels, photos=number)
        except EvaluationError:
            if not sizes:
                raise
            break
    return sizes


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
    """Draw a gallery and probe it with all other faces, `trials` times; (n, dim) embeddings and (n,) labels.

    `gallery` people with more than `photos` faces are drawn, and `photos` random faces of each are enrolled. The
    distance of a probe to a person is that to the nearest of these faces. All other faces of the enrolled people are
    probes; all faces of other people, also of those with a single photo, are strangers. If two people are equally near,
    the wrong one counts first. The threshold for a rate lets the share fpir of the same strangers pass (see
    roc.threshold_at_far), so with fewer than 1 / fpir strangers none passes. `thresholds` are fixed and scored too.
    1 - dir is the FNIR of FRVT part 2 (Grother, Ngan: NISTIR 8271).

    Raises:
        ValueError: these faces cannot fill the gallery.
    """
    people = np.unique(labels)
    tally = _Tally(len(people), [rank for rank in RANKS if rank <= gallery], (*fpirs, *CURVE), tuple(thresholds))
    for drawn in drawn_galleries(labels, gallery=gallery, photos=photos, trials=trials, seed=seed):
        tally.add(_probed(embeddings, drawn))
    cmc, at = tally.scores()
    rates = len(fpirs) + len(CURVE)
    return IdentificationScores(
        gallery,
        photos,
        trials,
        tally.probes / trials,
        tally.strangers / trials,
        cmc[0].share,
        cmc[0].interval,
        cmc,
        at[: len(fpirs)],
        tuple(one for one in at[len(fpirs) : rates] if one.fpir * tally.strangers >= trials),
        at[rates:],
    )


@dataclass(frozen=True, slots=True)
class Gallery:
    """Who is enrolled by which faces, and the other faces, which probe it.

    People are numbered in the order of their labels. enrolled is (people,), sorted; faces (people, photos) are rows.
    probes (p,) are rows, owners (p,) their people.
    """

    enrolled: Labels
    faces: NDArray[np.int64]
    probes: NDArray[np.int64]
    owners: Labels

    @property
    def mated(self) -> NDArray[np.bool_]:
        """Whether the person of each probe is enrolled, (p,); the others are strangers."""
        return np.isin(self.owners, self.enrolled)


def drawn_galleries(labels: Labels, *, gallery: int, photos: int, trials: int, seed: int) -> Iterator[Gallery]:
    """Draw `gallery` people with more than `photos` faces and `photos` faces of each, `trials` times.

    Raises:
        ValueError: faces with these (n,) labels cannot fill the gallery.
    """
    people, person, counts = np.unique(labels, return_inverse=True, return_counts=True)
    able = np.flatnonzero(counts > photos)
    if not 2 <= gallery <= len(able) or gallery == len(people) or photos < 1:
        raise ValueError(f"{gallery} of {len(people)} people with {photos} photos each are no gallery of these faces")
    for trial in range(trials):
        random = np.random.default_rng((seed, trial))
        enrolled = np.sort(random.choice(able, size=gallery, replace=False))
        faces = np.stack([random.choice(np.flatnonzero(person == one), size=photos, replace=False) for one in enrolled])
        probes = np.setdiff1d(np.arange(len(person)), faces)
        yield Gallery(enrolled, faces, probes, person[probes])


@dataclass(frozen=True, slots=True)
class _Probed:
    """The answers to the probes of one trial, and the distance of each stranger to the nearest person.

    owner, rank and distance are (probes,): the probe's person, the rank of that person among the gallery from 1, and
    their distance. strangers is (strangers,).
    """

    owner: Labels
    rank: NDArray[np.int64]
    distance: NDArray[np.float32]
    strangers: NDArray[np.float32]


def _probed(embeddings: Embeddings, drawn: Gallery) -> _Probed:
    """Probe a gallery with every face that is not enrolled."""
    mated = drawn.mated
    to_people = _to_people(embeddings[drawn.probes], embeddings[drawn.faces.ravel()], len(drawn.enrolled))
    owner = drawn.owners[mated]
    to_own = to_people[mated][np.arange(len(owner)), np.searchsorted(drawn.enrolled, owner)]
    rank = (to_people[mated] <= to_own[:, None]).sum(axis=1)
    return _Probed(owner, rank, to_own, to_people[~mated].min(axis=1))


class _Tally:
    """Sums over trials, by person: the probes, those within each rank, and those named at each rate or threshold."""

    def __init__(self, people: int, ranks: Sequence[int], rates: Sequence[float], thresholds: Sequence[float]) -> None:
        self._ranks, self._rates, self._thresholds = ranks, rates, thresholds
        self._probed = np.zeros(people)
        self._within = np.zeros((len(ranks), people))
        self._named = np.zeros((len(rates) + len(thresholds), people))
        self._limits: list[list[float]] = []
        self._strangers_named = np.zeros(len(thresholds))
        self.strangers = 0

    @property
    def probes(self) -> float:
        """The number of probes of enrolled people."""
        return float(self._probed.sum())

    def add(self, trial: _Probed) -> None:
        """Add the answers of one trial."""
        np.add.at(self._probed, trial.owner, 1)
        for row, rank in enumerate(self._ranks):
            np.add.at(self._within[row], trial.owner, trial.rank <= rank)
        limits = [*(threshold_at_far(trial.strangers, fpir) for fpir in self._rates), *self._thresholds]
        for row, limit in enumerate(limits):
            np.add.at(self._named[row], trial.owner, (trial.rank == 1) & (trial.distance <= limit))
        self._limits.append(limits)
        self.strangers += len(trial.strangers)
        self._strangers_named += (trial.strangers[:, None] <= np.array(self._thresholds)).sum(axis=0)

    def scores(self) -> tuple[tuple[WithinRank, ...], tuple[DirAtFpir, ...]]:
        """Return the shares within each rank, and those named at each rate and then at each threshold."""
        seen = self._probed > 0
        hits = np.concatenate([self._within, self._named])
        intervals = ratio_intervals(hits[:, seen], self._probed[seen])
        shares = (hits.sum(axis=1) / self._probed.sum()).tolist()
        count = len(self._ranks)
        cmc = tuple(
            WithinRank(rank, share, interval)
            for rank, share, interval in zip(self._ranks, shares[:count], intervals[:count], strict=True)
        )
        fpirs = (*self._rates, *(self._strangers_named / self.strangers).tolist())
        limits = np.mean(self._limits, axis=0).tolist()
        at = tuple(DirAtFpir(*each) for each in zip(fpirs, shares[count:], intervals[count:], limits, strict=True))
        return cmc, at


def _to_people(probes: Embeddings, gallery: Embeddings, people: int) -> NDArray[np.float32]:
    """Return the distance to each person's nearest face: (p, dim), (people * photos, dim) by person -> (p, people)."""
    nearest: NDArray[np.float32] = squared_distances(probes, gallery).reshape(len(probes), people, -1).min(axis=2)
    return nearest
