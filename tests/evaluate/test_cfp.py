"""CFP's layout, made of a few files, is read as its authors publish it."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import EvaluationError
from recog.evaluate.cfp import Poses, cfp_pairs
from tests.painted_protocols import painted_cfp


def test_frontal_profile_pairs_take_their_second_photo_from_the_profiles(tmp_path: Path) -> None:
    folder = painted_cfp(tmp_path)
    for poses, kind in ((Poses.FRONTAL_FRONTAL, "frontal"), (Poses.FRONTAL_PROFILE, "profile")):
        pairs = cfp_pairs(folder, poses)
        assert sorted(set(pairs.fold.tolist())) == [0, 1]
        assert pairs.same.tolist() == [True, True, True, False, False, False] * 2
        names = [(pairs.photos[left], pairs.photos[right]) for left, right in zip(pairs.left, pairs.right, strict=True)]
        assert all(left.parent.name == "frontal" and right.parent.name == kind for left, right in names)
        one_person = pairs.people[pairs.left] == pairs.people[pairs.right]
        assert np.array_equal(one_person, pairs.same)
        assert len(np.unique(pairs.people)) == 3


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("Split/FF/01/same.txt", "1;2", r"same\.txt, line 1: expected `i,j`"),
        ("Split/FF/02/diff.txt", "1,99", r"diff\.txt, line 1: expected `i,j` of listed photos"),
        ("Pair_list_F.txt", "1 ../../../outside.jpg", r"Pair_list_F\.txt, line 1: expected `number path` inside"),
        ("Split/FF/02/diff.txt", "\n", r"02/diff\.txt lists no pair"),
        ("Pair_list_F.txt", "one ../Data/x.jpg", "line 1: expected `number path`"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    folder = painted_cfp(tmp_path)
    (folder / "Protocol" / name).write_text(content)
    with pytest.raises(EvaluationError, match=message):
        cfp_pairs(folder, Poses.FRONTAL_FRONTAL)


def test_another_folder_is_no_cfp(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"Pair_list_F\.txt cannot be read"):
        cfp_pairs(tmp_path, Poses.FRONTAL_FRONTAL)
    folder = painted_cfp(tmp_path)
    (folder / "Protocol" / "Split" / "FP").rename(tmp_path / "elsewhere")
    with pytest.raises(EvaluationError, match="has 0 folds"):
        cfp_pairs(folder, Poses.FRONTAL_PROFILE)
