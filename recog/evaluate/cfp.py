"""The pairs of Celebrities in Frontal-Profile (CFP): folds of frontal-frontal and frontal-profile pairs.

Sengupta et al. 2016, "Frontal to Profile Face Verification in the Wild".
"""

from enum import StrEnum
from pathlib import Path

from recog.errors import EvaluationError
from recog.evaluate.photo_pairs import PhotoPairs, listed_pairs

KINDS = (("same.txt", True), ("diff.txt", False))


class Poses(StrEnum):
    """The photos of a pair: FF, two frontal ones, or FP, a frontal one and a profile."""

    FRONTAL_FRONTAL = "FF"
    FRONTAL_PROFILE = "FP"


def cfp_pairs(folder: Path, poses: Poses) -> PhotoPairs:
    """Read Protocol/Split/FF|FP/NN/{same,diff}.txt, whose `i,j` number photos of Pair_list_F.txt and Pair_list_P.txt.

    Folds are the folders NN in order, numbered from 0.

    Raises:
        EvaluationError: a line is malformed, or a listed photo lies outside `folder`.
    """
    protocol = folder / "Protocol"
    frontal = _photos(folder, protocol / "Pair_list_F.txt")
    other = frontal if poses is Poses.FRONTAL_FRONTAL else _photos(folder, protocol / "Pair_list_P.txt")
    split = protocol / "Split" / poses.value
    folds = sorted(place for place in split.iterdir() if place.is_dir()) if split.is_dir() else []
    if len(folds) < 2:
        raise EvaluationError(f"{split} has {len(folds)} folds: CFP's layout has ten there, named 01 to 10")
    listed = []
    for number, fold in enumerate(folds):
        for name, same in KINDS:
            path = fold / name
            lines = _lines(path)
            if not lines:
                raise EvaluationError(
                    f"{path} lists no pair: every fold of CFP has some in {KINDS[0][0]} and {KINDS[1][0]}"
                )
            for place, line in lines:
                left, comma, right = line.partition(",")
                if not comma or left.strip() not in frontal or right.strip() not in other:
                    raise EvaluationError(f"{path}, line {place}: expected `i,j` of listed photos, found {line!r}")
                listed.append((frontal[left.strip()], other[right.strip()], same, number))
    return listed_pairs(listed)


def _photos(folder: Path, path: Path) -> dict[str, Path]:
    """Read `number path` lines; paths are relative to the list's own folder, numbers stay as written."""
    photos = {}
    root = folder.resolve()
    for place, line in _lines(path):
        number, space, name = line.partition(" ")
        photo = (path.parent / name.strip()).resolve()
        if not number.isdecimal() or not space or not photo.is_relative_to(root):
            raise EvaluationError(f"{path}, line {place}: expected `number path` inside {folder}, found {line!r}")
        photos[number] = photo
    return photos


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read, which CFP's layout needs: {error}") from error
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
