"""Calibration: the threshold for a wanted false accept rate, and the map from distance to probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recog.errors import EvaluationError
from recog.evaluate.bootstrap import person_interval
from recog.evaluate.cleaning import misplaced_faces
from recog.evaluate.curve import fit_curve
from recog.evaluate.labelled_faces import LabelledFaces, all_pairs, false_accepts
from recog.evaluate.roc import accepted, threshold_at_far
from recog.types import Calibration


@dataclass(frozen=True, slots=True)
class SetErrors:
    """The errors of the calibrated threshold on one set; rates from 0 to 1.

    threshold is the threshold of this set alone. far_interval is the 95 % bootstrap interval of far over people,
    because faces of one person are not independent. misplaced counts the faces left out of the curve, and only of the
    curve. label_noise is the share of wrong labels that the fit of the curve still finds among the same pairs.
    """

    data: str
    people: int
    faces: int
    same: int
    different: int
    threshold: float
    far: float
    far_interval: tuple[float, float]
    val: float
    misplaced: int
    label_noise: float


@dataclass(frozen=True, slots=True)
class StrangersErrors:
    """The errors of a threshold on people with one photo each, who had no part in it; far is as in SetErrors."""

    data: str
    people: int
    different: int
    far: float
    far_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CalibrationRun:
    """A calibration, and its errors on every set that it was fitted to; strictest is the index of the deciding set."""

    calibration: Calibration
    strictest: int
    sets: tuple[SetErrors, ...]


def check_rate(far: float) -> None:
    """Raise EvaluationError unless 0 < far < 1."""
    if not 0.0 < far < 1.0:
        raise EvaluationError(f"a false accept rate lies between 0 and 1, like 0.001; {far:g} does not")


def calibrate(sets: Sequence[LabelledFaces], *, far: float, network_sha256: str) -> CalibrationRun:
    """Fit a calibration to all pairs of faces within each set, at the false accept rate `far`.

    The threshold is that of the strictest set, with all pairs, also those with wrong labels. Embeddings are centred on
    the people of the training, and strangers are nearer wherever people are more alike than those. With sets of several
    origins, none of them trained on, the strictest is the safe guess for an unmeasured library.

    The tail describes a set's false accepts: an exponential distribution of threshold minus distance, fitted by maximum
    likelihood (1 / mean; Pickands 1975, with shape 0). The heaviest tail of all sets decides, because it names fewest
    strangers in a large gallery.

    The map to a probability is fitted to the strictest set without its misplaced faces, with the remaining wrong labels
    as part of the model (see curve.fit_curve). Its prior is one half: a search in a library of many people has fewer
    true matches at equal distance.

    Raises:
        EvaluationError: far is no rate, or a set has no same pairs, fewer than 1 / far different pairs, or mostly
            misplaced faces.
    """
    check_rate(far)
    if not sets:
        raise ValueError("a calibration needs at least one set of faces")
    measured = [_Measured(faces, far) for faces in sets]
    strictest = int(np.argmin([each.threshold for each in measured]))
    threshold = measured[strictest].threshold
    chosen, curve = sets[strictest], measured[strictest].curve
    return CalibrationRun(
        Calibration(
            network_sha256=network_sha256,
            threshold=threshold,
            far=far,
            slope=curve.slope,
            intercept=curve.intercept,
            data=chosen.data if len(sets) == 1 else f"{chosen.data} (the strictest of {len(sets)} sets)",
            pairs=len(measured[strictest].distances),
            tail=min((tail for each in measured if (tail := each.tail()) is not None), default=None),
        ),
        strictest,
        tuple(each.errors(threshold) for each in measured),
    )


def errors_on(faces: LabelledFaces, calibration: Calibration) -> SetErrors:
    """Measure a calibration on a set that it was not fitted to; EvaluationError as in calibrate, at the same rate."""
    if calibration.far is None:
        raise ValueError("a threshold that a user set has no false accept rate to be compared with")
    return _Measured(faces, calibration.far).errors(calibration.threshold)


def errors_among_strangers(faces: LabelledFaces, threshold: float) -> StrangersErrors:
    """Measure a threshold on faces of different people, one each; EvaluationError if there are fewer than two."""
    count = len(faces.embeddings)
    if count < 2:
        raise EvaluationError(f"{faces.data}: a different pair needs two people with a face, not {count}")
    wrong = accepted(all_pairs(faces.embeddings, np.arange(count))[0], threshold)
    return StrangersErrors(
        data=faces.data,
        people=count,
        different=len(wrong),
        far=float(wrong.mean()),
        far_interval=person_interval(false_accepts(np.arange(count), wrong), np.ones(count, np.int64)),
    )


class _Measured:
    """All pairs of one set, its own threshold, and the curve of its faces without the misplaced ones."""

    def __init__(self, faces: LabelledFaces, far: float) -> None:
        self._faces = faces
        self.distances, self.same = all_pairs(faces.embeddings, faces.labels)
        different = int(np.count_nonzero(~self.same))
        if not self.same.any():
            raise EvaluationError(
                f"{faces.data}: nobody has two photos with a face, so no pair shows one person: add photos"
            )
        if far * different < 1:
            raise EvaluationError(
                f"{faces.data}: {different} different pairs cannot show a false accept rate of {far:g}: "
                f"at least {int(np.ceil(1 / far))} are needed, or ask for a larger rate"
            )
        self.threshold = threshold_at_far(self.distances[~self.same], far)
        misplaced = misplaced_faces(faces.embeddings, faces.labels)
        self.misplaced = int(np.count_nonzero(misplaced))
        if 2 * self.misplaced > len(misplaced):
            raise EvaluationError(
                f"{faces.data}: {self.misplaced} of {len(misplaced)} faces are farther from their own person than "
                "strangers are: the folders are wrong, or these people are too alike for the network"
            )
        self.curve = fit_curve(*all_pairs(faces.embeddings[~misplaced], faces.labels[~misplaced]))

    def tail(self) -> float | None:
        """Return the tail (see recog.types.Calibration), or None if no false accept is nearer than the threshold."""
        nearer = self.threshold - self.distances[~self.same & (self.distances <= self.threshold)].astype(np.float64)
        mean = float(nearer.mean()) if nearer.size else 0.0
        return 1 / mean if mean > 0 else None

    def errors(self, threshold: float) -> SetErrors:
        within = accepted(self.distances, threshold)
        people, person = np.unique(self._faces.labels, return_inverse=True)
        return SetErrors(
            data=self._faces.data,
            people=len(people),
            faces=len(person),
            same=int(np.count_nonzero(self.same)),
            different=int(np.count_nonzero(~self.same)),
            threshold=self.threshold,
            far=float(within[~self.same].mean()),
            far_interval=person_interval(false_accepts(person, within & ~self.same), np.bincount(person)),
            val=float(within[self.same].mean()),
            misplaced=self.misplaced,
            label_noise=self.curve.label_noise,
        )
