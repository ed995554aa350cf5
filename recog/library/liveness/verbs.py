"""Check whether the face of a clip lives, and name it only if it does."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recog.boxes import SAME_FACE_IOU, iou
from recog.library.context import LibraryContext
from recog.library.inputs import AnyPath, path_of, photo_of
from recog.library.liveness.reading import FilmedFace, read_filmed_face
from recog.library.liveness.results import AnsweredChallenge, Evidence, LiveIdentification, LiveReport, SignalName
from recog.library.recognition import queries
from recog.live import parallax, spectrum
from recog.live.challenges import Challenge, answers
from recog.live.fusion import NAMES, PassiveCheck, Signals, Verdict
from recog.live.sequence import RATE
from recog.live.weights import load_passive_check
from recog.photos import DecodeLimits

_GROUPS = (
    (SignalName.PARALLAX, parallax.NAMES),
    (SignalName.SCREEN, spectrum.NAMES),
    (SignalName.PULSE, ("pulse", "pulse network")),
    (SignalName.MOVEMENTS, ("movements", "movements most")),
)


class Liveness:
    """The check of liveness, with the detector of a library's settings; nothing of a clip is kept."""

    def __init__(self, context: LibraryContext, *, check: PassiveCheck | None = None) -> None:
        """check: another one than the shipped one."""
        self._context = context
        self._given = check

    @cached_property
    def _check(self) -> PassiveCheck:
        return self._given or load_passive_check()

    def check(self, clip: AnyPath, *, challenges: Sequence[Challenge] = ()) -> LiveReport:
        """Say whether the only face of a clip lives; challenges: what the person was asked to do, in this order.

        The first 8 seconds are looked at, and 4 are needed. Raises PhotoError and LivenessError for clips that cannot
        be used (see recog.library.liveness.reading).
        """
        return self._judged(clip, challenges)[0]

    def identify(self, clip: AnyPath, *, challenges: Sequence[Challenge] = ()) -> LiveIdentification:
        """Name the face of a clip if it lives, by the best of the frames that were checked; else name nobody."""
        report, face = self._judged(clip, challenges)
        if report.verdict is not Verdict.LIVE:
            return LiveIdentification(report.path, report, ())
        photo, networks = photo_of(face.best), self._context.networks
        named = self._context.answered(lambda source: queries.identify(source.catalog, networks, source.gallery, photo))
        # Somebody small in the background was not checked.
        checked = tuple(one for one in named.faces if iou(one.box, face.box) >= SAME_FACE_IOU)
        return LiveIdentification(report.path, report, checked)

    def _judged(self, clip: AnyPath, challenges: Sequence[Challenge]) -> tuple[LiveReport, FilmedFace]:
        path = path_of(clip)
        face = read_filmed_face(path, self._context.networks, DecodeLimits())
        signals = [self._check.signals(one) for one in face.sequences]
        probability = self._check.probability(signals)
        met = [
            AnsweredChallenge(asked, at is not None, None if at is None else at / RATE)
            for asked, at in zip(challenges, answers(face.landmarks, challenges), strict=True)
        ]
        fusion = self._check.fusion
        verdict = fusion.verdict(probability) if all(one.met for one in met) else Verdict.NOT_LIVE
        report = LiveReport(
            path,
            verdict,
            probability,
            fusion.live,
            fusion.not_live,
            len(face.landmarks) / RATE,
            self._evidence(signals),
            tuple(met),
        )
        return report, face

    def _evidence(self, signals: Sequence[Signals]) -> tuple[Evidence, ...]:
        """Return what each signal adds to the logit: against the same sequence with an average value of that signal."""
        fusion = self._check.fusion
        table = np.array([one.features() for one in signals])
        whole = np.mean([fusion.logit(row) for row in table])
        found = []
        for name, group in _GROUPS:
            without = _with_nan(table, [NAMES.index(one) for one in group])
            weight = whole - np.mean([fusion.logit(row) for row in without])
            found.append(Evidence(name, float(weight), _measures(name, signals)))
        return tuple(found)


def _with_nan(table: NDArray[np.float64], columns: Sequence[int]) -> NDArray[np.float64]:
    without = table.copy()
    without[:, columns] = np.nan
    return without


def _measures(name: SignalName, signals: Sequence[Signals]) -> dict[str, float]:
    """Return the values of a signal by name, as means over the sequences; none if they could not be measured."""
    rows = [_values(name, one) for one in signals]
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0] if all(key in row for row in rows)}


def _values(name: SignalName, one: Signals) -> dict[str, float]:
    if name is SignalName.PARALLAX:
        if one.parallax is None:
            return {}
        return {
            "plane": one.parallax.plane,
            "turn": one.parallax.turn,
            "surroundings": one.parallax.surroundings,
            "nose": one.parallax.relief,
        }
    if name is SignalName.SCREEN:
        return {"peak": one.screen.peak, "colour_peak": one.screen.colour_peak, "bands": one.screen.bands}
    if name is SignalName.PULSE:
        return {"hertz": one.pulse.frequency, "decibels": one.pulse.decibels, "network": one.pulse_logit}
    return {"network": float(np.mean(one.movement_logits))}
