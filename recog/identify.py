"""Decide who a face is, or that two faces are one person: neighbours to a person or unknown, a pair to same or not.

Open set: a probe need not be anybody. Only neighbours within the calibrated threshold may vote.

Plain k-NN voting would let ten middling faces of one person outvote the one excellent face of another, so whoever is
enrolled by a single photo could hardly ever be found; taking the nearest alone throws away the evidence of many where
two people are nearly equally near. So: only the nearest face, and faces nearly as near as it (within NEAR_TIE), decide.
Among them the most votes win; a tie goes to the nearer person. One photo is enough, farther faces never count against
it, and more photos of the right person help exactly where the question is open.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import exp, expm1, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from recog.distance import paired_squared_distances
from recog.types import Calibration, Embeddings, Match, Neighbour, Verification

NEAR_TIE = 0.05
"""Squared distance within which faces count as nearly as near as the nearest: below the difference that another
photo of the same person in the same session makes, so nothing rests on the order inside it."""

SECOND_IN_A_PHOTO = 0.5
"""Share of the threshold up to which a second face of one photo gets the same name."""

STRANGERS_NAMED = 0.05
"""Share of strangers that may get a name; once a gallery is so large that more would, the threshold falls."""


def identification_threshold(calibration: Calibration, *, people: int, faces: int) -> float:
    """The squared distance up to which a probe gets a name among people who have `faces` confirmed faces together.

    Each face is one more that a stranger may be taken for: among n independent ones the share of strangers that get a
    name is FPIR = 1 - (1 - FAR)^n (Grother and Ngan, NISTIR 8271, have it so). This is solved for the FAR at which
    STRANGERS_NAMED of them do, and that for the distance, by the calibration's tail. Departure: n is
    sqrt(people * faces), for one person's faces lie together; benchmarks/bench_naming.py measures what comes of it.

    Never above the threshold for a pair, which a small gallery keeps; so does one whose threshold a user set, or whose
    calibration knows no tail.
    """
    if calibration.far is None or calibration.tail is None or faces == 0:
        return calibration.threshold
    wanted = -expm1(log1p(-STRANGERS_NAMED) / sqrt(people * faces))
    below = calibration.threshold + log(wanted / calibration.far) / calibration.tail
    return max(0.0, min(calibration.threshold, below))


def identify(
    neighbours: Sequence[Neighbour], person_of: Mapping[int, int], *, threshold: float
) -> tuple[Match | None, Match | None]:
    """Name a probe from its neighbours, or call it unknown: (accepted, nearest).

    neighbours: in any order; those whose face is nobody's in person_of (face id -> person id) do not count.
    accepted: the person named, None for unknown. nearest: the person of the nearest face at whatever distance, None
    if no neighbour is anybody's; it shows how far from a name an unknown face is. threshold is a squared distance and
    belongs to the accepted side. A match's votes are the person's neighbours within the threshold, its squared distance
    that of the person's nearest face.

    The vote is that of the module's docstring; a departure from plain k-NN classification (Cover and Hart 1967), which
    FaceNet, arXiv:1503.03832 section 4 names for recognition without saying how votes are counted.
    """
    named = sorted(
        (near for near in neighbours if near.face_id in person_of),
        key=lambda near: (near.squared_distance, near.face_id),
    )
    if not named:
        return None, None
    nearest_of: dict[int, float] = {}
    votes: defaultdict[int, int] = defaultdict(int)
    electorate: defaultdict[int, int] = defaultdict(int)
    reach = min(threshold, named[0].squared_distance + NEAR_TIE)
    for near in named:
        person_id, squared = person_of[near.face_id], near.squared_distance
        nearest_of.setdefault(person_id, squared)
        votes[person_id] += squared <= threshold
        electorate[person_id] += squared <= reach

    def match(person_id: int) -> Match:
        return Match(person_id=person_id, squared_distance=nearest_of[person_id], votes=votes[person_id])

    nearest = match(person_of[named[0].face_id])
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
    """Which of (n,) faces that were accepted as people stay unnamed, for a nearer face of the photo is that person.

    Two faces of one photo are rarely one person, and relatives stand side by side. Mirrors, collages and photos of
    photos do show somebody twice: who is within SECOND_IN_A_PHOTO of the threshold keeps the name. Of equally near
    faces the first keeps it. A face whose person a human confirmed comes with a distance below 0, and always does.
    """
    order = np.lexsort((squared_distances, person_ids, photo_ids))
    second = np.zeros(len(order), np.bool_)
    second[1:] = (np.diff(photo_ids[order]) == 0) & (np.diff(person_ids[order]) == 0)
    gives = np.zeros(len(order), np.bool_)
    gives[order] = second
    return gives & (squared_distances > SECOND_IN_A_PHOTO * threshold)


def verify(left: Embeddings, right: Embeddings, calibration: Calibration) -> Verification:
    """Are two faces one person? Both (dim,) float32 of unit length, of the calibration's network.

    Raises:
        ValueError: anything but two vectors of one length.
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
    """Calibrated probability, 0 to 1, that two faces at this squared distance are one person.

    1 / (1 + exp(slope * d + intercept)) (Platt scaling), computed so that no slope overflows. It holds for pairs
    as frequent as in the calibration's data.
    """
    exponent = calibration.slope * squared_distance + calibration.intercept
    if exponent > 0:
        return exp(-exponent) / (1.0 + exp(-exponent))
    return 1.0 / (1.0 + exp(exponent))
