"""Commands of the command line that do what a result suggests, written for a shell."""

import shlex
from collections.abc import Sequence

from recog.library.reports.lookalike_results import Lookalikes
from recog.library.reports.results import DuplicatePair, MixedPerson, NamedPerson, PairKind, UnnamedGroup

ANYBODY = "NAME"
"""Stands for the name that the user knows and recog does not."""
FACES_NAMED = 100
"""Faces that one command lists at most."""


def join_sides(pair: DuplicatePair) -> str:
    """Make the two sides of a pair one person.

    The number of a cluster that is not remembered means nothing to a later command, so its faces are listed instead.
    """
    left, right = pair.left, pair.right
    if pair.kind is PairKind.PEOPLE:
        return _people("merge", right.label, left.label)
    if pair.kind is PairKind.PERSON_AND_CLUSTER:
        return _people("confirm", left.label, *map(str, right.typical))
    if left.remembered and right.remembered:
        new = _people("confirm", ANYBODY, "--cluster", str(left.cluster), "--new")
        return f"{new} && {_people('confirm', ANYBODY, '--cluster', str(right.cluster))}"
    return _people("confirm", ANYBODY, *map(str, (*left.typical, *right.typical)), "--new")


def keep_apart(pair: DuplicatePair) -> str:
    """Say that the two sides are two people; empty for two clusters, of which nobody can say so."""
    if pair.kind is PairKind.PEOPLE:
        return _people("distinct", pair.left.label, pair.right.label)
    if pair.kind is PairKind.PERSON_AND_CLUSTER:
        return _people("reject", pair.left.label, *map(str, pair.right.typical))
    return ""


def split_name(mixed: MixedPerson) -> str:
    """Leave the name to the largest part of the person's faces."""
    return _people("split", mixed.main.label)


def call_twins(pair: Lookalikes) -> str:
    """Ask about every face of two people."""
    return _people("twins", *pair.people)


def name_group(group: UnnamedGroup) -> str:
    """Name a group of faces: as whom it probably is, else as somebody new.

    Part of a cluster is named face by face, because the cluster's other faces may belong to somebody else. Which of
    two twins it is, is left open.
    """
    likely = group.likely or (group.suggestion.person if group.suggestion is not None else None)
    who = ["--new", ANYBODY] if likely is None else [ANYBODY if group.twins else likely]
    which = ["--cluster", str(group.number)] if group.whole else map(str, group.typical)
    return _people("confirm", *who, *which)


def name_faces(face_ids: Sequence[int]) -> str:
    """Name faces as somebody new, at most FACES_NAMED of them: naming these names the others by distance."""
    return _people("confirm", "--new", ANYBODY, *map(str, face_ids[:FACES_NAMED]))


def confirm_matched(person: NamedPerson) -> str:
    """Confirm the faces that were named by distance; empty if there are none."""
    return _people("confirm", person.person.name, *map(str, person.nearest)) if person.nearest else ""


def _people(verb: str, *words: str) -> str:
    return shlex.join(["recog", "people", verb, *words])
