"""In words: which parts of a face decide, and why two faces are one person or not."""

from collections.abc import Mapping

from recog.explain.parts import AROUND, CHEEKS, CHIN, EYES, FOREHEAD, MOUTH, NOSE
from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.render.figures import distance, distance_against, percent
from recog.render.language import gettext, gettext_noop

NAMES: Mapping[str, str] = {
    EYES: gettext_noop("the eyes"),
    NOSE: gettext_noop("the nose"),
    MOUTH: gettext_noop("the mouth"),
    FOREHEAD: gettext_noop("the forehead"),
    CHIN: gettext_noop("the chin"),
    CHEEKS: gettext_noop("the cheeks"),
    AROUND: gettext_noop("what surrounds the face"),
}
"""Every part of a face in a sentence."""
NO_GRADIENT = gettext_noop(
    "Only the map by covering is shown: no gradient was asked for, or this network has none here."
)


def in_order(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the parts in words with their shares, the largest first."""
    return sorted(((gettext(NAMES[name]), share) for name, share in parts.items()), key=lambda one: -one[1])


def face_words(found: ExplainedFace) -> list[str]:
    """Say where the weight of a face's embedding lies."""
    (first, most), (second, next_most), *_ = in_order(found.parts)
    parts = gettext(
        "Most of the weight lies on %(first)s (%(most)s), then on %(second)s (%(next)s).",
        first=first,
        most=percent(most),
        second=second,
        next=percent(next_most),
    )
    inside = gettext(
        "%(inside)s of it lies inside the face, which is %(face)s of the picture.",
        inside=percent(found.inside),
        face=percent(found.box_share),
    )
    return [parts, inside] if found.gradient is not None else [parts, inside, gettext(NO_GRADIENT)]


def pair_words(found: ExplainedPair) -> list[str]:
    """Say whether two faces are one person, by how much, and which parts speak for it."""
    decision = found.verification
    one = gettext_noop(
        "recog calls them one person: their squared distance of %(distance)s is below the limit of %(limit)s "
        "(probability of one person %(odds)s)."
    )
    two = gettext_noop(
        "recog calls them two people: their squared distance of %(distance)s is above the limit of %(limit)s "
        "(probability of one person %(odds)s)."
    )
    answer = gettext(
        one if decision.same else two,
        distance=distance_against(decision.squared_distance, decision.threshold),
        limit=distance(decision.threshold),
        odds=percent(decision.probability),
    )
    lines = [
        answer,
        gettext("First face: %(words)s", words=side_words(found.left)),
        gettext("Second face: %(words)s", words=side_words(found.right)),
    ]
    return lines if found.left.gradient is not None else [*lines, gettext(NO_GRADIENT)]


def side_words(found: ExplainedFace) -> str:
    """Say which parts of one of two faces bring them together, and how much keeps them apart."""
    (first, most), (second, next_most), *_ = in_order(found.parts)
    together = float(found.weights.clip(min=0).sum())
    apart = float((-found.weights).clip(min=0).sum())
    share = apart / (together + apart) if together + apart else 0.0
    return gettext(
        "what makes them alike lies on %(first)s (%(most)s) and %(second)s (%(next)s); %(share)s of all weight speaks "
        "against it.",
        first=first,
        most=percent(most),
        second=second,
        next=percent(next_most),
        share=percent(share),
    )
