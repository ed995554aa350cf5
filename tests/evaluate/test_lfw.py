"""The LFW protocol: its files, its folds, and its scores against plain loops."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import EvaluationError
from recog.evaluate.lfw import Pair, pair_photos, read_pairs, ten_folds
from recog.evaluate.roc import best_threshold, threshold_at_far


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_view_2_file_names_its_own_folds(tmp_path: Path) -> None:
    path = write(tmp_path / "pairs.txt", "2\t1", "A_B\t1\t4", "A_B\t2\tC\t3", "D\t10\t11", "C\t1\tD\t12")
    assert read_pairs(path) == [
        Pair("A_B/A_B_0001", "A_B/A_B_0004", same=True, fold=0),
        Pair("A_B/A_B_0002", "C/C_0003", same=False, fold=0),
        Pair("D/D_0010", "D/D_0011", same=True, fold=1),
        Pair("C/C_0001", "D/D_0012", same=False, fold=1),
    ]


def test_a_development_file_is_cut_into_ten_balanced_folds_in_order(tmp_path: Path) -> None:
    same = [f"A\t1\t{number}" for number in range(2, 32)]
    different = [f"A\t1\tB\t{number}" for number in range(2, 32)]
    pairs = read_pairs(write(tmp_path / "pairsDevTest.txt", "30", *same, *different))
    for kind in (True, False):
        assert [pair.fold for pair in pairs if pair.same is kind] == [row // 3 for row in range(30)]


def test_a_file_without_a_first_line_of_numbers_is_cut_into_folds_in_order(tmp_path: Path) -> None:
    """Kinds may alternate and differ in number; lines of View 2 without their first line give the published folds."""
    same = [f"A\t1\t{number}" for number in range(2, 22)]
    different = [f"A\t1\tB\t{number}" for number in range(2, 42)]
    blocks = [same[2 * fold : 2 * fold + 2] + different[4 * fold : 4 * fold + 4] for fold in range(10)]
    pairs = read_pairs(write(tmp_path / "pairs.txt", *(line for block in blocks for line in block)))
    assert [pair.fold for pair in pairs] == [row // 6 for row in range(60)]
    assert [pair.same for pair in pairs] == [True, True, False, False, False, False] * 10
    few = read_pairs(write(tmp_path / "few.txt", *same[:3], *different[:9]))
    assert [pair.fold for pair in few] == [0, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([""], "begins with"),
        (["one"], "begins with"),
        (["2", "A\t1\t2", "A\t1\tB\t2"], "cut short"),
        (["1", "A\t1\tB\t2", "A\t1\t2"], "line 2"),
        (["1", "A\t1\tx", "A\t1\tB\t2"], "line 2"),
        (["1", "A\t1\t2", "A\tB\t1\t2"], "line 3"),
        (["A\t1\t2", "A\tB\t1\t2"], "line 2: expected `name i j` or `name1 i name2 j`"),
        (["A\t1\t2", "A\t1\tB\t2"], "1 same and 1 different"),
        (["A\t1\t2", "A\t1\t3"], "2 same and 0 different"),
    ],
)
def test_a_file_of_another_format_is_refused_with_its_place(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_pairs(write(tmp_path / "pairs.txt", *lines))


def test_an_absent_pairs_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_pairs(tmp_path / "pairs.txt")


@pytest.mark.parametrize("place", ["", "images"])
def test_photos_are_found_beside_or_under_images_and_the_missing_are_listed(tmp_path: Path, place: str) -> None:
    photo = tmp_path / place / "A" / "A_0001.jpg"
    photo.parent.mkdir(parents=True)
    photo.touch()
    pairs = [Pair("A/A_0001", "A/A_0002", same=True, fold=0), Pair("A/A_0001", "B/B_0001", same=False, fold=0)]
    assert pair_photos(tmp_path, pairs) == ({"A/A_0001": photo}, ["A/A_0002", "B/B_0001"])


def test_ten_folds_are_scored_with_thresholds_of_the_other_nine() -> None:
    random = np.random.default_rng(3)
    same = np.tile(np.repeat([True, False], 20), 10)
    fold = np.repeat(np.arange(10), 40)
    distances = np.where(same, random.normal(0.8, 0.25, 400), random.normal(1.4, 0.2, 400)).clip(0, 4)
    scores = ten_folds(distances, same, fold, fars=[0.05])
    accuracies, vals, fars = [], [], []
    for number in range(10):
        train = [row for row in range(400) if fold[row] != number]
        test = [row for row in range(400) if fold[row] == number]
        threshold = best_threshold(distances[train], same[train])
        accuracies.append(sum((distances[row] <= threshold) == same[row] for row in test) / len(test))
        at_far = threshold_at_far(np.array([distances[row] for row in train if not same[row]]), 0.05)
        vals.append(np.mean([distances[row] <= at_far for row in test if same[row]]))
        fars.append(np.mean([distances[row] <= at_far for row in test if not same[row]]))
    mean = sum(accuracies) / 10
    deviation = (sum((value - mean) ** 2 for value in accuracies) / 9) ** 0.5
    assert scores.accuracy == pytest.approx(mean)
    assert scores.std == pytest.approx(deviation)
    assert scores.standard_error == pytest.approx(deviation / 10**0.5)
    assert scores.val[0].val == pytest.approx(np.mean(vals))
    assert scores.val[0].measured_far == pytest.approx(np.mean(fars))
    assert (scores.pairs, scores.folds) == (400, 10)


def test_a_fold_is_never_scored_with_a_threshold_that_saw_it() -> None:
    """Each fold alone is separable, but the other's threshold accepts all of it or nothing."""
    distances = np.array([0.1, 0.2, 1.0, 1.1, 2.0, 2.1, 3.0, 3.1])
    same = np.array([True, True, False, False] * 2)
    scores = ten_folds(distances, same, np.repeat([0, 1], 4))
    assert scores.accuracy == pytest.approx(0.5)


def test_a_fold_with_one_kind_of_pair_is_named() -> None:
    with pytest.raises(EvaluationError, match="fold 2 has no different pair"):
        ten_folds(np.array([0.1, 2.0, 0.1]), np.array([True, False, True]), np.array([0, 0, 1]))


def test_one_fold_is_no_protocol() -> None:
    with pytest.raises(ValueError, match="a single fold"):
        ten_folds(np.array([0.1, 2.0]), np.array([True, False]), np.zeros(2, dtype=np.int64))
