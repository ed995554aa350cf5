"""Whether the face of a clip lives, as text."""

from recog.library.liveness.results import Evidence, LiveIdentification, LiveReport, SignalName
from recog.library.recognition.results import IdentifiedPhoto
from recog.live.fusion import Verdict
from recog.printable import printable
from recog.render.figures import percent
from recog.render.table import table
from recog.render.text_photos import identified

_SLIGHT = 0.25
"""Logits below which a signal says nothing."""
_ABOUT = {
    SignalName.PARALLAX: "how the face turns in depth",
    SignalName.SCREEN: "traces of a screen",
    SignalName.PULSE: "the colour of the skin",
    SignalName.MOVEMENTS: "small movements",
}


def checked(report: LiveReport) -> str:
    """Write the verdict in one sentence, what each signal says, and the challenges."""
    rows = [(_ABOUT[one.signal], _says(one.weight), f"{one.weight:+.1f}", _measured(one)) for one in report.evidence]
    blocks = [sentence(report), table(("signal", "speaks", "logit", "measured"), rows, right=(2,))]
    if report.challenges:
        asked = [
            (one.challenge.value, "met" if one.met else "not met", "" if one.at is None else f"{one.at:.1f} s")
            for one in report.challenges
        ]
        blocks.append(table(("challenge", "answer", "at"), asked))
    return "\n".join(blocks)


def sentence(report: LiveReport) -> str:
    """Write the verdict and its main reason."""
    name = printable(report.path)
    missed = [one.challenge.value for one in report.challenges if not one.met]
    if missed:
        return f"{name}: not live, because the challenge {missed[0]} was not met."
    chance = f"{percent(report.probability)} that the face lives, by {report.seconds:.0f} seconds"
    if report.verdict is Verdict.CANNOT_TELL:
        between = f"between {percent(report.not_live_below)} and {percent(report.live_from)}"
        return f"{name}: cannot tell ({chance}, {between}): film longer, turn the head, and come into the light."
    strongest = max(report.evidence, key=lambda one: one.weight * (1 if report.verdict is Verdict.LIVE else -1))
    return f"{name}: {report.verdict.value} ({chance}), above all by {_ABOUT[strongest.signal]}."


def named(found: LiveIdentification) -> str:
    """Write who the face is if it lives, else that it is not named, and why."""
    if found.live.verdict is not Verdict.LIVE:
        return f"{sentence(found.live)} Nobody is named."
    return f"{sentence(found.live)}\n{identified(IdentifiedPhoto(found.path, found.faces))}"


def _says(weight: float) -> str:
    if abs(weight) < _SLIGHT:
        return "little"
    return "for a living face" if weight > 0 else "against"


def _measured(one: Evidence) -> str:
    value = one.measures
    if not value:
        return "too little of the face can be followed"
    if one.signal is SignalName.PARALLAX:
        return (
            f"turns {100 * value['turn']:.1f} %, off a plane {100 * value['plane']:.1f} %, "
            f"nose {100 * value['nose']:.1f} %, surroundings {100 * value['surroundings']:.1f} % of the eye distance"
        )
    if one.signal is SignalName.SCREEN:
        return f"peaks {value['peak']:.1f} and {value['colour_peak']:.1f}, bands {100 * value['bands']:.2f} %"
    if one.signal is SignalName.PULSE:
        return f"{60 * value['hertz']:.0f} a minute at {value['decibels']:.1f} dB"
    return f"network {value['network']:+.1f}"
