"""In words: which parts of a face decide, and why two faces are one person or not."""

from collections.abc import Mapping

from recog.explain.parts import AROUND, CHEEKS, CHIN, EYES, FOREHEAD, MOUTH, NOSE
from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.render.figures import distance, distance_against, percent

NAMES: Mapping[str, str] = {
    EYES: "the eyes",
    NOSE: "the nose",
    MOUTH: "the mouth",
    FOREHEAD: "the forehead",
    CHIN: "the chin",
    CHEEKS: "the cheeks",
    AROUND: "what surrounds the face",
}
"""Every part of a face in a sentence."""
NO_GRADIENT = "Only the map by covering is shown: no gradient was asked for, or this network has none here."


def in_order(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the parts in words with their shares, the largest first."""
    return sorted(((NAMES[name], share) for name, share in parts.items()), key=lambda one: -one[1])


def face_words(found: ExplainedFace) -> list[str]:
    """Say where the weight of a face's embedding lies."""
    (first, most), (second, next_most), *_ = in_order(found.parts)
    lines = [
        f"Most of the weight lies on {first} ({percent(most)}), then on {second} ({percent(next_most)}).",
        f"{percent(found.inside)} of it lies inside the face, which is {percent(found.box_share)} of the picture.",
    ]
    return lines if found.gradient is not None else [*lines, NO_GRADIENT]


def pair_words(found: ExplainedPair) -> list[str]:
    """Say whether two faces are one person, by how much, and which parts speak for it."""
    decision = found.verification
    shown = distance_against(decision.squared_distance, decision.threshold)
    what = "one person" if decision.same else "two people"
    side = "below" if decision.same else "above"
    answer = (
        f"recog calls them {what}: their squared distance of {shown} is {side} the limit of "
        f"{distance(decision.threshold)} (probability of one person {percent(decision.probability)})."
    )
    sides = [f"{name}: {side_words(one)}" for name, one in (("First face", found.left), ("Second face", found.right))]
    lines = [answer, *sides]
    return lines if found.left.gradient is not None else [*lines, NO_GRADIENT]


def side_words(found: ExplainedFace) -> str:
    """Say which parts of one of two faces bring them together, and how much keeps them apart."""
    (first, most), (second, next_most), *_ = in_order(found.parts)
    together = float(found.weights.clip(min=0).sum())
    apart = float((-found.weights).clip(min=0).sum())
    share = apart / (together + apart) if together + apart else 0.0
    return (
        f"what makes them alike lies on {first} ({percent(most)}) and {second} ({percent(next_most)}); "
        f"{percent(share)} of all weight speaks against it."
    )
