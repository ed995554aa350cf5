"""Errors of one threshold by group of people, to see whether it treats them alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recog.evaluate.bootstrap import Interval, person_interval, ratio_interval
from recog.evaluate.labelled_faces import LabelledFaces, all_pairs, false_accepts
from recog.evaluate.roc import accepted


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """The rates of false accepts (far) and false rejects (frr) among the people of one group.

    Rates are from 0 to 1, or None if the group has no such pair. Intervals are 95 % bootstrap intervals over people.
    """

    group: str
    people: int
    faces: int
    same: int
    different: int
    far: float | None
    far_interval: Interval | None
    frr: float | None
    frr_interval: Interval | None


def group_errors(faces: LabelledFaces, groups: Sequence[str], *, threshold: float) -> tuple[GroupErrors, ...]:
    """Score each group separately, in the order of their names; groups has the group of each face.

    Only people of the same group are compared, as in the demographic tests of FRVT (Grother et al. 2019, NISTIR 8280).
    People of different groups are less alike, and would hide the difference.
    """
    names = np.array(groups)
    return tuple(_errors(faces, names == name, str(name), threshold) for name in np.unique(names))


def _errors(faces: LabelledFaces, chosen: np.ndarray, group: str, threshold: float) -> GroupErrors:
    labels = faces.labels[chosen]
    distances, same = all_pairs(faces.embeddings[chosen], labels)
    within = accepted(distances, threshold)
    people, person = np.unique(labels, return_inverse=True)
    first, _ = np.triu_indices(len(labels), k=1)
    own = person[first[same]]
    pairs = np.bincount(own, minlength=len(people))
    rejected = np.bincount(own, weights=~within[same], minlength=len(people))
    of_pairs = pairs > 0
    different = int(np.count_nonzero(~same))
    return GroupErrors(
        group,
        len(people),
        len(labels),
        int(pairs.sum()),
        different,
        float(within[~same].mean()) if different else None,
        person_interval(false_accepts(person, within & ~same), np.bincount(person)) if different else None,
        float(rejected.sum() / pairs.sum()) if of_pairs.any() else None,
        ratio_interval(rejected[of_pairs], pairs[of_pairs]) if of_pairs.any() else None,
    )
