"""What a check of liveness answers."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from recog.library.recognition.results import Identification
from recog.live.challenges import Challenge
from recog.live.fusion import Verdict


class SignalName(StrEnum):
    """The signals of a living face."""

    PARALLAX = "parallax"
    SCREEN = "screen"
    PULSE = "pulse"
    MOVEMENTS = "movements"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one signal says: above 0 for a living face, below 0 against it, in logits of the answer.

    measures are its values by name: lengths in eye distances, frequencies in Hz, power in dB, and logits.
    """

    signal: SignalName
    weight: float
    measures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnsweredChallenge:
    """Whether a challenge was met, in its turn; at: the second at which it was, None if it was not."""

    challenge: Challenge
    met: bool
    at: float | None


@dataclass(frozen=True, slots=True)
class LiveReport:
    """`live CLIP`: the verdict on the face of a clip, with its evidence.

    probability is that of a living face by the passive signals, calibrated on simulated clips. The verdict is live from
    the probability live_from on, and not live below not_live_below. seconds of the clip were looked at. A clip that
    does not meet all challenges is not live.
    """

    path: Path
    verdict: Verdict
    probability: float
    live_from: float
    not_live_below: float
    seconds: float
    evidence: tuple[Evidence, ...]
    challenges: tuple[AnsweredChallenge, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveIdentification:
    """`identify --live CLIP`: the verdict, and the named face; faces is empty unless the verdict is live."""

    path: Path
    live: LiveReport
    faces: tuple[Identification, ...]
