"""Decisions with a known error: the threshold for a wanted FAR, and the map from distance to probability."""

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
    """What the calibrated threshold does on one set; rates from 0 to 1.

    threshold is the one that this set alone would have given. far_interval is the 95 % interval of far over people
    drawn anew: faces of one person are no independent witnesses. misplaced counts faces left out of the curve alone,
    label_noise is the share of wrong labels that the curve's fit still found among the same pairs.
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
    """What a threshold does among people with one photo each, who had no part in it: far as in SetErrors."""

    data: str
    people: int
    different: int
    far: float
    far_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CalibrationRun:
    """A calibration, and its errors on every set that went into it; strictest is the place of the set that decided."""

    calibration: Calibration
    strictest: int
    sets: tuple[SetErrors, ...]


def check_rate(far: float) -> None:
    """Refuse what is no false accept rate to ask for: EvaluationError."""
    if not 0.0 < far < 1.0:
        raise EvaluationError(f"a false accept rate lies between 0 and 1, as 0.001 does, and {far:g} does not")


def calibrate(sets: Sequence[LabelledFaces], *, far: float, network_sha256: str) -> CalibrationRun:
    """Fit a calibration to all pairs of faces within each set, at the false accept rate `far`.

    The threshold is that of the strictest set. One set says little of another: embeddings are centred on the people
    they were trained on, and wherever people are more alike than those, strangers are nearer. With sets of several
    origins, none trained on, the strictest is the safe guess for a library that nobody has measured. All pairs count,
    wrong labels too.

    The tail is that set's too: of distances up to the threshold, exponential ones counted down from it, as the largest
    likelihood has them (1 / mean; Pickands 1975, with the shape 0).

    The map to a probability is the strictest set's too, fitted to its faces less the misplaced ones, with what wrong
    labels remain as part of the model (see curve.fit_curve): before looking, a pair is as likely one person as two. Who
    asks of everybody in a library of many people should expect fewer true matches at equal distance.

    EvaluationError where far is no rate, and where a set has no same pairs, fewer different pairs than 1 / far, or
    mostly misplaced faces.
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
            tail=measured[strictest].tail(),
        ),
        strictest,
        tuple(each.errors(threshold) for each in measured),
    )


def errors_on(faces: LabelledFaces, calibration: Calibration) -> SetErrors:
    """What a calibration does on a set that it was not fitted to; EvaluationError as calibrate, at the same rate."""
    if calibration.far is None:
        raise ValueError("a threshold that a user set states no rate to be held against")
    return _Measured(faces, calibration.far).errors(calibration.threshold)


def errors_among_strangers(faces: LabelledFaces, threshold: float) -> StrangersErrors:
    """How often two of `faces`, no two of which show one person, are taken for one; EvaluationError under two faces."""
    count = len(faces.embeddings)
    if count < 2:
        raise EvaluationError(f"{faces.data}: two people make the first different pair, and {count} has a face")
    wrong = accepted(all_pairs(faces.embeddings, np.arange(count))[0], threshold)
    return StrangersErrors(
        data=faces.data,
        people=count,
        different=len(wrong),
        far=float(wrong.mean()),
        far_interval=person_interval(false_accepts(np.arange(count), wrong), np.ones(count, np.int64)),
    )


class _Measured:
    """All pairs of one set, its own threshold, and the curve of its faces less the misplaced ones."""

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
        """See recog.types.Calibration; None where no false accept is nearer than the threshold."""
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
