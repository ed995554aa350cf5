"""Each suggestion of a report as a command for a shell."""

import shlex
from dataclasses import replace

from recog.library.grouping.results import Suggestion
from recog.library.reports.results import (
    DuplicatePair,
    DuplicateSide,
    MixedPerson,
    NamedPerson,
    PairKind,
    UnnamedGroup,
)
from recog.render.commands import confirm_matched, join_sides, keep_apart, name_group, split_name
from recog.types import Person

ADA, EVE = DuplicateSide("Ada L.", None, 3, ()), DuplicateSide("Eve", None, 1, ())
THIRD = DuplicateSide(None, 3, 2, (), (8, 9), (9, 8), remembered=True)
FIFTH = replace(THIRD, cluster=5, face_ids=(11, 12), typical=(11, 12))


def pair(kind: PairKind, left: DuplicateSide, right: DuplicateSide) -> DuplicatePair:
    return DuplicatePair(kind, left, right, 0.5, 0.4, 0.9)


def test_two_people_are_merged_or_called_distinct() -> None:
    people = pair(PairKind.PEOPLE, ADA, EVE)
    assert join_sides(people) == "recog people merge Eve 'Ada L.'"
    assert keep_apart(people) == "recog people distinct 'Ada L.' Eve"


def test_the_typical_faces_of_a_cluster_are_confirmed_or_rejected() -> None:
    both = pair(PairKind.PERSON_AND_CLUSTER, ADA, THIRD)
    assert join_sides(both) == "recog people confirm 'Ada L.' 9 8"
    assert keep_apart(both) == "recog people reject 'Ada L.' 9 8"


def test_two_clusters_are_named_by_their_numbers_if_both_are_remembered() -> None:
    clusters = pair(PairKind.CLUSTERS, THIRD, FIFTH)
    assert join_sides(clusters) == (
        "recog people confirm NAME --cluster 3 --new && recog people confirm NAME --cluster 5"
    )
    fresh = replace(clusters, right=replace(FIFTH, remembered=False))
    assert join_sides(fresh) == "recog people confirm NAME 9 8 11 12 --new"
    assert keep_apart(clusters) == ""


def test_a_name_of_two_people_is_split() -> None:
    mixed = MixedPerson(ADA, replace(ADA, faces=2), 1.4, 1.1, 0.03, 0)
    assert shlex.split(split_name(mixed)) == ["recog", "people", "split", "Ada L."]


def test_a_group_is_named_as_who_it_probably_is_else_as_somebody_new() -> None:
    group = UnnamedGroup(3, 2, (), None, (8, 9), None, (9, 8), whole=True)
    assert name_group(group) == "recog people confirm --new NAME --cluster 3"
    assert name_group(replace(group, whole=False)) == "recog people confirm --new NAME 9 8"
    assert name_group(replace(group, suggestion=Suggestion("Eve", 0.8, 0.4))) == "recog people confirm Eve --cluster 3"
    assert name_group(replace(group, whole=False, likely="Ada L.")) == "recog people confirm 'Ada L.' 9 8"


def test_matched_faces_are_confirmed_if_there_are_any() -> None:
    ann = NamedPerson(Person(1, "Ann", False, None, 1, 2), (), (), (), (7, 5))
    assert confirm_matched(ann) == "recog people confirm Ann 7 5"
    assert confirm_matched(replace(ann, nearest=())) == ""
