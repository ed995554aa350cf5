"""Decisions: the person of a probe, or unknown, from its neighbours; same person or not, from a pair of embeddings.

Identification is open set: a probe need not be anybody. Only neighbours within the calibrated threshold may vote.

With plain k-NN voting ten middling faces of one person outvote one excellent face of another, so a person enrolled by a
single photo could hardly be found. The nearest face alone ignores the evidence of many when two people are nearly
equally near. So only the nearest face and faces nearly as near (within NEAR_TIE) vote. The most votes win; a tie goes
to the nearer person. One photo is enough, farther faces never count against it, and more photos of the right person
help when the question is open.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, expm1, inf, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from recog.distance import paired_squared_distances
from recog.types import Calibration, Embeddings, Match, Neighbour, Verification

NEAR_TIE = 0.15
"""A face counts as near as the nearest one if it is at most this share of the threshold farther: the order of two faces
that are so nearly as near means little (docs/decisions/constants-of-distance.md)."""

SECOND_IN_A_PHOTO = 0.5
"""A second face of a photo gets the same name up to this share of the threshold."""

STRANGERS_NAMED = 0.05
"""Share of strangers that may get a name; the threshold falls in a gallery so large that more would."""


def identification_threshold(calibration: Calibration, *, people: int, faces: int) -> float:
    """Return the squared distance up to which a probe gets a name, among people with `faces` confirmed faces together.

    A stranger may be taken for any of these faces. Among n independent ones the share of strangers that get a name is
    FPIR = 1 - (1 - FAR)^n (Grother and Ngan, NISTIR 8271). This is solved for the FAR that names STRANGERS_NAMED of
    them, and the calibration's tail gives the distance of that FAR. Departure: n is sqrt(people * faces), because the
    faces of one person lie together; benchmarks/bench_naming.py measures the result.

    The result is never above the threshold for a pair. It is that threshold in a small gallery, if a user set it, and
    if the calibration has no tail.
    """
    if calibration.far is None or calibration.tail is None or faces == 0:
        return calibration.threshold
    wanted = -expm1(log1p(-STRANGERS_NAMED) / sqrt(people * faces))
    below = calibration.threshold + log(wanted / calibration.far) / calibration.tail
    return max(0.0, min(calibration.threshold, below))


def identify(
    neighbours: Sequence[Neighbour],
    person_of: Mapping[int, int],
    *,
    threshold: float,
    penalties: Mapping[int, float] | None = None,
) -> tuple[Match | None, Match | None]:
    """Name a probe from its neighbours, or call it unknown: (accepted, nearest).

    neighbours come in any order; those whose face has no person in person_of (face id -> person id) do not count.
    accepted is the person named, None for unknown. nearest is the person of the nearest face at any distance, None if
    no neighbour has a person; it shows how far an unknown face is from a name. threshold is a squared distance; a face
    exactly there is accepted. A match's votes are the person's neighbours within the threshold, its squared distance
    is that of the person's nearest face.

    penalties, zero or more by face id, are added to the squared distances (see recog.ageing); a face with an infinite
    one does not count.

    The module's docstring explains the vote. It departs from plain k-NN classification (Cover and Hart 1967), which
    FaceNet, arXiv:1503.03832 section 4, names for recognition without saying how votes are counted.
    """
    added = penalties or {}
    named = sorted(
        (near.squared_distance + added.get(near.face_id, 0.0), near.face_id)
        for near in neighbours
        if near.face_id in person_of and added.get(near.face_id, 0.0) < inf
    )
    if not named:
        return None, None
    nearest_of: dict[int, tuple[float, int]] = {}
    votes: defaultdict[int, int] = defaultdict(int)
    electorate: defaultdict[int, int] = defaultdict(int)
    reach = min(threshold, named[0][0] + NEAR_TIE * threshold)
    for squared, face_id in named:
        person_id = person_of[face_id]
        nearest_of.setdefault(person_id, (squared, face_id))
        votes[person_id] += squared <= threshold
        electorate[person_id] += squared <= reach

    def match(person_id: int) -> Match:
        squared, face_id = nearest_of[person_id]
        return Match(person_id, squared, votes[person_id], added.get(face_id, 0.0))

    nearest = match(person_of[named[0][1]])
    if nearest.squared_distance > threshold:
        return None, nearest
    # A dict keeps the order of first sight, which is nearest first: max takes the nearest of equals.
    return match(max(electorate, key=electorate.__getitem__)), nearest


def one_face_per_person(
    photo_ids: NDArray[np.int64],
    person_ids: NDArray[np.int64],
    squared_distances: NDArray[np.floating],
    *,
    threshold: float,
) -> NDArray[np.bool_]:
    """Return which of (n,) accepted faces stay unnamed, because a nearer face of the same photo is that person.

    Two faces of one photo are rarely one person, and relatives stand side by side. Mirrors, collages and photos of
    photos do show somebody twice, so a face within SECOND_IN_A_PHOTO of the threshold keeps its name. Of equally near
    faces the first keeps the name. A confirmed face comes with a distance below 0, and always keeps it.
    """
    order = np.lexsort((squared_distances, person_ids, photo_ids))
    second = np.zeros(len(order), np.bool_)
    second[1:] = (np.diff(photo_ids[order]) == 0) & (np.diff(person_ids[order]) == 0)
    gives = np.zeros(len(order), np.bool_)
    gives[order] = second
    return gives & (squared_distances > SECOND_IN_A_PHOTO * threshold)


def verify(left: Embeddings, right: Embeddings, calibration: Calibration) -> Verification:
    """Decide whether two faces are one person, by two (dim,) float32 unit embeddings of the calibration's network.

    Raises:
        ValueError: the arguments are not two vectors of one length.
    """
    if left.ndim != 1 or left.shape != right.shape:
        raise ValueError(f"two embeddings have one shape (dim,), not {left.shape} and {right.shape}")
    squared = float(paired_squared_distances(left[np.newaxis], right[np.newaxis])[0])
    return Verification(
        same=squared <= calibration.threshold,
        squared_distance=squared,
        threshold=calibration.threshold,
        probability=probability(squared, calibration),
    )


def probability(squared_distance: float, calibration: Calibration) -> float:
    """Return the calibrated probability, 0 to 1, that two faces at this squared distance are one person.

    It is 1 / (1 + exp(slope * d + intercept)) (Platt scaling), computed so that no slope overflows. It holds if pairs
    of one person are as frequent as in the calibration's data.
    """
    exponent = calibration.slope * squared_distance + calibration.intercept
    if exponent > 0:
        return exp(-exponent) / (1.0 + exp(-exponent))
    return 1.0 / (1.0 + exp(exponent))
