"""Scores of face detection against boxes drawn by hand, in WIDER FACE's format: recall and precision by size."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.boxes import overlaps
from recog.errors import EvaluationError
from recog.evaluate.bootstrap import Interval, ratio_interval

IOU = 0.4
"""Least overlap of a match; less than PASCAL's 0.5, because drawn boxes begin at the brow or at the hair."""
SIZES = (0.0, 16.0, 32.0, 64.0, 128.0, np.inf)
"""Bounds of the size classes: the shorter side of a face, in pixels."""

Boxes = NDArray[np.float64]
"""(n, 4) as left, top, right, bottom, pixels."""


@dataclass(frozen=True, slots=True)
class DrawnFaces:
    """The faces drawn in a photo; invalid (n,) bool marks faces that count neither if found nor if missed."""

    name: str
    boxes: Boxes
    invalid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SizeScores:
    """Scores of the faces and boxes whose shorter side is at least `least` pixels and below `below` (None: no bound).

    recall is found / faces, precision right / boxes; either is None without cases. Intervals are 95 % over photos.
    """

    least: float
    below: float | None
    faces: int
    found: int
    boxes: int
    right: int
    recall: float | None
    recall_interval: Interval | None
    precision: float | None
    precision_interval: Interval | None


def read_wider(path: Path) -> list[DrawnFaces]:
    """Read WIDER FACE's list: a name, a count, then `x y w h blur expression illumination invalid occlusion pose` rows.

    A photo without faces has the count 0, in the published lists followed by a row of zeros. Rows without flags are
    valid.

    Raises:
        EvaluationError: the file cannot be read, or a line is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"the list of faces {path} cannot be read: {error}") from error
    photos, place = [], 0
    while place < len(lines):
        name = lines[place].strip()
        place += 1
        if not name:
            continue
        try:
            count = int(lines[place])
            rows = [[float(word) for word in line.split()] for line in lines[place + 1 : place + 1 + count]]
        except (IndexError, ValueError) as error:
            raise EvaluationError(f"{path}, line {place + 1}: expected the faces of {name!r}: {error}") from error
        if len(rows) != count or any(len(row) < 4 for row in rows):
            raise EvaluationError(f"{path}, line {place + 1}: {count} faces of {name!r} announced, not as many follow")
        place += 1 + count
        if count == 0 and place < len(lines) and set(lines[place].split()) == {"0"}:
            place += 1
        sides = np.array([row[:4] for row in rows], dtype=np.float64).reshape(-1, 4)
        flagged = np.array([len(row) > 7 and row[7] != 0 for row in rows], dtype=np.bool_)
        boxes = np.concatenate([sides[:, :2], sides[:, :2] + sides[:, 2:]], axis=1)
        photos.append(DrawnFaces(name, boxes, flagged | (sides[:, 2:] <= 0).any(axis=1)))
    if not photos:
        raise EvaluationError(f"{path} lists no photo")
    return photos


def matched(faces: Boxes, boxes: Boxes, *, iou: float = IOU) -> list[tuple[int, int]]:
    """Match faces to boxes that overlap by at least iou, best first, each at most once: (face, box) rows."""
    overlap = overlaps(faces, boxes).copy()
    pairs = []
    while overlap.size and overlap.max() >= iou:
        face, box = np.unravel_index(overlap.argmax(), overlap.shape)
        overlap[face, :] = overlap[:, box] = -1.0
        pairs.append((int(face), int(box)))
    return pairs


def detection_scores(
    photos: Sequence[DrawnFaces], found: Sequence[Boxes], *, least: float = 0.0, iou: float = IOU
) -> tuple[SizeScores, ...]:
    """Score all sizes together, then each class of SIZES; found are the detector's boxes of each photo.

    Faces whose shorter side is below `least` count as invalid: a box that overlaps one is neither right nor wrong.
    Valid faces are matched first.
    """
    bounds = [(least, np.inf), *((max(low, least), high) for low, high in pairwise(SIZES))]
    tables = [_counted(each, boxes, bounds, least, iou) for each, boxes in zip(photos, found, strict=True)]
    return tuple(
        _scores(low, high, np.array([table[row] for table in tables]))
        for row, (low, high) in enumerate(bounds)
        if low < high
    )


def _counted(
    drawn: DrawnFaces, boxes: Boxes, bounds: Sequence[tuple[float, float]], least: float, iou: float
) -> list[tuple[int, int, int, int]]:
    """Count, for one photo and each size class, faces, faces found, boxes that count and right boxes."""
    face_sizes, box_sizes = _sizes(drawn.boxes), _sizes(boxes)
    valid = ~drawn.invalid & (face_sizes >= least)
    pairs = matched(drawn.boxes[valid], boxes, iou=iou)
    face_found = np.zeros(np.count_nonzero(valid), dtype=np.bool_)
    right = np.zeros(len(boxes), dtype=np.bool_)
    for face, box in pairs:
        face_found[face] = right[box] = True
    spared = overlaps(boxes, drawn.boxes[~valid]).max(axis=1, initial=0.0) >= iou
    counts = right | ~spared
    rows = []
    for low, high in bounds:
        of_faces = (face_sizes[valid] >= low) & (face_sizes[valid] < high)
        of_boxes = counts & (box_sizes >= low) & (box_sizes < high)
        rows.append(
            (int(of_faces.sum()), int(face_found[of_faces].sum()), int(of_boxes.sum()), int(right[of_boxes].sum()))
        )
    return rows


def _sizes(boxes: Boxes) -> NDArray[np.float64]:
    sizes: NDArray[np.float64] = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return sizes


def _scores(low: float, high: float, table: NDArray[np.int64]) -> SizeScores:
    faces, found, boxes, right = (int(total) for total in table.sum(axis=0))
    return SizeScores(
        low,
        float(high) if np.isfinite(high) else None,
        faces,
        found,
        boxes,
        right,
        found / faces if faces else None,
        ratio_interval(table[:, 1], table[:, 0]) if faces else None,
        right / boxes if boxes else None,
        ratio_interval(table[:, 3], table[:, 2]) if boxes else None,
    )
