"""From all signals to one answer: the probability that a face lives, and two thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.live import parallax, spectrum
from recog.live.networks import SmallNetwork, movement_input, pulse_input
from recog.live.parallax import Parallax, parallax_of
from recog.live.pulse import Pulse, pulse_of
from recog.live.sequence import FaceSequence
from recog.live.spectrum import ScreenTraces, screen_traces

NAMES = (*parallax.NAMES, *spectrum.NAMES, "pulse", "pulse network", "movements", "movements most")
"""The features of a sequence, in order."""
_FAR = 3.0
"""Features further from their mean count as this many standard deviations: no feature alone decides."""


class Verdict(StrEnum):
    """Whether the face of a clip is a living one before the camera."""

    LIVE = "live"
    NOT_LIVE = "not live"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What the signals say of one sequence; the networks' answers are logits of a living face.

    parallax is None if too little of the face has a texture that can be followed.
    """

    parallax: Parallax | None
    screen: ScreenTraces
    pulse: Pulse
    pulse_logit: float
    movement_logits: tuple[float, ...]

    def features(self) -> NDArray[np.float64]:
        """Return the features, (len(NAMES),); NaN if unknown."""
        moved = np.full(len(parallax.NAMES), np.nan) if self.parallax is None else self.parallax.features()
        movements = np.array(self.movement_logits)
        told = [self.pulse.decibels, self.pulse_logit, movements.mean(), movements.max()]
        return np.concatenate([moved, self.screen.features(), told])


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """The weighing of features: two layers, as trained; then slope and intercept, which calibrate the logit.

    mean and spread (features,), hidden (units, features + 1), out (units + 1,): the last column is the bias. A face is
    live at the probability `live` or above, and not live below `not_live`.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    hidden: NDArray[np.float64]
    out: NDArray[np.float64]
    slope: float
    intercept: float
    live: float
    not_live: float

    def logit(self, features: NDArray[np.float64]) -> float:
        """Return the calibrated logit of features (len(NAMES),); those that are NaN count as their mean."""
        far = (features - self.mean) / self.spread
        seen = np.clip(np.where(np.isnan(far), 0.0, far), -_FAR, _FAR)
        units = np.tanh(self.hidden @ np.append(seen, 1.0))
        return float(self.slope * (self.out @ np.append(units, 1.0)) + self.intercept)

    def verdict(self, probability: float) -> Verdict:
        """Return the answer for a probability."""
        if probability >= self.live:
            return Verdict.LIVE
        return Verdict.NOT_LIVE if probability < self.not_live else Verdict.CANNOT_TELL


class PassiveCheck:
    """The signals, the two networks and their fusion; threads may share one."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        """tensors: as `fusion_tensors` and SmallNetwork.tensors wrote them."""
        self._pulse = SmallNetwork.from_tensors("pulse", tensors)
        self._movements = SmallNetwork.from_tensors("movements", tensors)
        self.fusion = fusion_from(tensors)

    def signals(self, sequence: FaceSequence) -> Signals:
        """Measure all signals of a sequence."""
        return measured(sequence, self._pulse, self._movements)

    def probability(self, signals: Sequence[Signals]) -> float:
        """Return the probability that the face of successive sequences, at least one, lives: of their mean logit."""
        logit = float(np.mean([self.fusion.logit(one.features()) for one in signals]))
        return float(1 / (1 + np.exp(-np.clip(logit, -50, 50))))


def measured(sequence: FaceSequence, pulse_network: SmallNetwork, movement_network: SmallNetwork) -> Signals:
    """Measure all signals of a sequence with these networks."""
    pulse = pulse_of(sequence)
    with torch.inference_mode():
        beat = float(pulse_network.logits(pulse_input(pulse))[0])
        movements = movement_network.logits(movement_input(sequence)).tolist()
    return Signals(parallax_of(sequence), screen_traces(sequence), pulse, beat, tuple(movements))


def fusion_tensors(fusion: Fusion) -> dict[str, Tensor]:
    """Return the numbers of a fusion as tensors, as `fusion_from` reads them."""
    line = np.array([fusion.slope, fusion.intercept, fusion.live, fusion.not_live])
    parts = {"mean": fusion.mean, "spread": fusion.spread, "hidden": fusion.hidden, "out": fusion.out, "line": line}
    return {f"fusion.{name}": torch.from_numpy(np.ascontiguousarray(one)) for name, one in parts.items()}


def fusion_from(tensors: Mapping[str, Tensor]) -> Fusion:
    """Return the fusion among tensors."""
    mean, spread, hidden, out, line = (
        tensors[f"fusion.{name}"].numpy() for name in ("mean", "spread", "hidden", "out", "line")
    )
    return Fusion(mean, spread, hidden, out, *(float(one) for one in line))
