"""The LFW verification protocol: read a file of pairs, score their distances in ten folds.

Huang et al. 2007, "Labeled Faces in the Wild"; VAL and FAR as in FaceNet (arXiv:1503.03832, section 4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.errors import EvaluationError
from recog.evaluate.roc import (
    Bools,
    accepted,
    accuracy,
    auc,
    best_threshold,
    check_pairs,
    equal_error_rate,
    threshold_at_far,
)

FOLDS = 10
SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos by their stems under the folder ("Name/Name_0001"), whether they show one person, and the fold."""

    left: str
    right: str
    same: bool
    fold: int


@dataclass(frozen=True, slots=True)
class ValAtFar:
    """Mean share of same pairs accepted (val) at a wanted false accept rate, and the measured rate.

    The threshold is chosen on the training folds, measured_far is measured on the test folds. std is over folds.
    """

    far: float
    val: float
    std: float
    measured_far: float


@dataclass(frozen=True, slots=True)
class LfwScores:
    """Scores over ten folds; rates from 0 to 1.

    std is the sample standard deviation over folds, standard_error is std / sqrt(folds), threshold the mean of the
    folds' thresholds. For intervals see pair_bootstrap.
    """

    pairs: int
    folds: int
    accuracy: float
    std: float
    standard_error: float
    threshold: float
    auc: float
    eer: float
    val: tuple[ValAtFar, ...]


def read_pairs(path: Path) -> list[Pair]:
    """Read LFW's format: View 2 (`folds<TAB>n`, then n same and n different a fold), a development list (`n`), or bare.

    A line `name i j` is a same pair, `name1 i name2 j` a different one. A bare file, without a first line of numbers,
    has any number of them in any order. Without named folds, ten are cut in order, each with a tenth of the same and a
    tenth of the different pairs, so that the pairs of one person, which are neighbours, stay in one fold. Fewer pairs
    give fewer folds.

    Raises:
        EvaluationError: the file cannot be read, or a line is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"the pairs file {path} cannot be read: {error}") from error
    first = lines[0].split() if lines else []
    if len(first) in {3, 4}:
        return _bare(path, [_pair(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()])
    folds, count = _header(path, lines)
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    if len(rows) != 2 * count * folds:
        raise EvaluationError(
            f"{path}: the first line announces {folds} x {count} same and as many different pairs, "
            f"but {len(rows)} lines follow: the file is cut short or of another format"
        )
    if folds == 1:
        kinds = [position < count for position in range(2 * count)]
        return _bare(path, [_pair(path, *row, same=kind) for row, kind in zip(rows, kinds, strict=True)])
    return [
        _pair(path, *row, same=position % (2 * count) < count, fold=position // (2 * count))
        for position, row in enumerate(rows)
    ]


def _pair(path: Path, number: int, line: str, *, same: bool | None = None, fold: int = 0) -> Pair:
    """Parse the pair of one line; same is the kind that its position announces, None for either."""
    words = line.split()
    kind = len(words) == 3 if same is None else same
    if len(words) != (3 if kind else 4) or not all(word.isdecimal() for word in words[1 if kind else 3 :]):
        raise _unlike(path, number, line, same)
    if kind:
        return Pair(_stem(words[0], words[1]), _stem(words[0], words[2]), same=True, fold=fold)
    if not words[1].isdecimal():
        raise _unlike(path, number, line, same)
    return Pair(_stem(words[0], words[1]), _stem(words[2], words[3]), same=False, fold=fold)


def _unlike(path: Path, number: int, line: str, same: bool | None) -> EvaluationError:
    wanted = {True: "`name i j`", False: "`name1 i name2 j`", None: "`name i j` or `name1 i name2 j`"}[same]
    return EvaluationError(f"{path}, line {number}: expected {wanted}, found {line.strip()!r}")


def _bare(path: Path, pairs: Sequence[Pair]) -> list[Pair]:
    """Cut the pairs into ten folds, in order."""
    counts = {kind: sum(pair.same is kind for pair in pairs) for kind in (True, False)}
    folds = min(FOLDS, *counts.values())
    if folds < 2:
        raise EvaluationError(
            f"{path} holds {counts[True]} same and {counts[False]} different pairs: two of each are needed to choose a "
            "threshold and to test it"
        )
    seen = {True: 0, False: 0}
    cut = []
    for pair in pairs:
        cut.append(replace(pair, fold=seen[pair.same] * folds // counts[pair.same]))
        seen[pair.same] += 1
    return cut


def _header(path: Path, lines: Sequence[str]) -> tuple[int, int]:
    words = lines[0].split() if lines else []
    if len(words) not in {1, 2} or not all(word.isdigit() and int(word) > 0 for word in words):
        raise EvaluationError(
            f"{path}: an LFW pairs file begins with `pairs` or `folds pairs`, not {lines[0] if lines else ''!r}"
        )
    return (int(words[0]), int(words[1])) if len(words) == 2 else (1, int(words[0]))


def _stem(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}"


def pair_photos(root: Path, pairs: Sequence[Pair]) -> tuple[dict[str, Path], list[str]]:
    """Find each stem's photo under root or root/images; return the photos found and the sorted stems without one."""
    places = [place for place in (root / "images", root) if place.is_dir()]
    found: dict[str, Path] = {}
    missing = []
    for stem in sorted({stem for pair in pairs for stem in (pair.left, pair.right)}):
        candidates = (place / f"{stem}{suffix}" for place in places for suffix in SUFFIXES)
        photo = next((candidate for candidate in candidates if candidate.is_file()), None)
        if photo is None:
            missing.append(stem)
        else:
            found[stem] = photo
    return found, missing


def ten_folds(
    distances: NDArray[np.floating], same: Bools, fold: NDArray[np.int64], *, fars: Sequence[float] = (1e-2, 1e-3)
) -> LfwScores:
    """Score each fold with thresholds chosen on the other folds; arrays are (n,), folds are numbered from 0.

    If the other folds have fewer than 1 / far different pairs, VAL is taken at the largest threshold that accepts none
    of them (see roc.threshold_at_far).

    Raises:
        EvaluationError: a fold has pairs of only one kind.
    """
    check_pairs(distances, same)
    numbers = np.unique(fold)
    if len(numbers) < 2:
        raise ValueError("a single fold leaves no other to choose the threshold on")
    for number in numbers:
        kinds = same[fold == number]
        if kinds.all() or not kinds.any():
            raise EvaluationError(f"fold {number + 1} has no {'different' if kinds.any() else 'same'} pair")
    accuracies, thresholds = [], []
    vals: dict[float, list[tuple[float, float]]] = {far: [] for far in fars}
    for number in numbers:
        test = fold == number
        threshold = best_threshold(distances[~test], same[~test])
        thresholds.append(threshold)
        accuracies.append(accuracy(distances[test], same[test], threshold))
        for far in fars:
            within = accepted(distances[test], threshold_at_far(distances[~test & ~same], far))
            vals[far].append((within[same[test]].mean(), within[~same[test]].mean()))
    std = float(np.std(accuracies, ddof=1))
    mean_threshold = float(np.mean(thresholds))
    return LfwScores(
        pairs=len(distances),
        folds=len(numbers),
        accuracy=float(np.mean(accuracies)),
        std=std,
        standard_error=std / float(np.sqrt(len(numbers))),
        threshold=mean_threshold,
        auc=auc(distances, same),
        eer=equal_error_rate(distances, same),
        val=tuple(
            ValAtFar(
                far,
                val=float(np.mean([val for val, _ in rows])),
                std=float(np.std([val for val, _ in rows], ddof=1)),
                measured_far=float(np.mean([measured for _, measured in rows])),
            )
            for far, rows in vals.items()
        ),
    )
