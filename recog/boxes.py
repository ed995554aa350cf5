"""Box arithmetic: overlap, matching, scaling, clipping, order.

A box array is (n, 4) float: left, top, right, bottom in pixels; right and bottom are where the box ends, so that its
width is right - left (no "+ 1", unlike MTCNN's own code).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recog.types import FaceBox

SAME_FACE_IOU = 0.5
"""Two boxes of one photo that overlap at least that much (intersection over union) are one face."""
QUARTERS = (0, 90, 180, 270)
"""Turns of a photo, in degrees counter-clockwise."""


def box_array(boxes: Sequence[FaceBox]) -> NDArray[np.float32]:
    """Return FaceBoxes as an (n, 4) float32 box array; n may be 0."""
    corners = [(box.left, box.top, box.right, box.bottom) for box in boxes]
    return np.array(corners, np.float32).reshape(-1, 4)


def iou(box_a: FaceBox, box_b: FaceBox) -> float:
    """Return the intersection over union of two boxes, 0 to 1; a box without area overlaps nothing."""
    width = min(box_a.right, box_b.right) - max(box_a.left, box_b.left)
    height = min(box_a.bottom, box_b.bottom) - max(box_a.top, box_b.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (box_a.width * box_a.height + box_b.width * box_b.height - shared)


def overlaps(boxes: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the intersection over union of all pairs: (n, 4), (m, 4) -> (n, m), 0 to 1."""
    return paired_overlaps(boxes[:, None, :], others[None, :, :]).astype(np.float32)


def paired_overlaps(boxes: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the intersection over union of box arrays (..., 4), element by element: (...), 0 to 1."""
    first, second = boxes.astype(np.float64), others.astype(np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    shared = np.prod(np.clip(sides, 0, None), axis=-1)
    union = _areas(first) + _areas(second) - shared
    ratio: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)
    return ratio


def match_boxes(old: Sequence[FaceBox], new: Sequence[FaceBox], min_iou: float) -> list[tuple[int, int]]:
    """Pair boxes of two lists one to one, best overlap first: (row of old, row of new), in the order of pairing.

    Greedy, from min_iou upwards; equal overlaps go by row of old, then of new. Boxes that find no partner are left out.
    """
    table = overlaps(box_array(old), box_array(new))
    pairs: list[tuple[int, int]] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for flat in np.argsort(-table, axis=None, kind="stable").tolist():
        row, column = divmod(flat, len(new))
        if table[row, column] < min_iou or table[row, column] == 0:
            break
        if row not in taken_old and column not in taken_new:
            pairs.append((row, column))
            taken_old.add(row)
            taken_new.add(column)
    return pairs


def left_to_right(boxes: Sequence[FaceBox]) -> list[int]:
    """Return the rows of `boxes` by the middle of the face, left first; of equals the upper one first."""
    return sorted(range(len(boxes)), key=lambda i: (boxes[i].left + boxes[i].right, boxes[i].top + boxes[i].bottom, i))


def scaled(box: FaceBox, factor: float) -> FaceBox:
    """Grow (or shrink) a box about its centre: both sides times `factor`. Landmarks stay."""
    across, down = box.width * (factor - 1) / 2, box.height * (factor - 1) / 2
    return replace(box, left=box.left - across, top=box.top - down, right=box.right + across, bottom=box.bottom + down)


def square(box: FaceBox) -> FaceBox:
    """Stretch the shorter side to the longer one, about the centre. Landmarks stay."""
    across, down = max(0.0, box.height - box.width) / 2, max(0.0, box.width - box.height) / 2
    return replace(box, left=box.left - across, top=box.top - down, right=box.right + across, bottom=box.bottom + down)


def clipped(box: FaceBox, width: float, height: float) -> FaceBox:
    """Clip a box to a photo of width x height pixels; a box outside is left without area. Landmarks stay."""
    return replace(
        box,
        left=min(max(box.left, 0.0), width),
        top=min(max(box.top, 0.0), height),
        right=min(max(box.right, 0.0), width),
        bottom=min(max(box.bottom, 0.0), height),
    )


def rescaled(box: FaceBox, across: float, down: float) -> FaceBox:
    """Move to another coordinate system: x times `across`, y times `down`, landmarks too.

    From pixels to coordinates relative to the photo: across = 1 / width, down = 1 / height.
    """
    return replace(
        box,
        left=box.left * across,
        top=box.top * down,
        right=box.right * across,
        bottom=box.bottom * down,
        landmarks=tuple((x * across, y * down) for x, y in box.landmarks),
    )


def turned(box: FaceBox, degrees: int, width: float, height: float) -> FaceBox:
    """Move a box of a photo of width x height pixels to its place in the turned photo.

    The photo is turned counter-clockwise (numpy.rot90) by 0, 90, 180 or 270 degrees; ValueError for other angles. The
    turn of the result is what is left until the face stands upright.
    """
    if degrees not in QUARTERS:
        raise ValueError(f"a photo is turned by one of {QUARTERS} degrees, not {degrees}")
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    points = box.landmarks
    for _ in range(degrees // 90):
        left, top, right, bottom = top, width - right, bottom, width - left
        points = tuple((y, width - x) for x, y in points)
        width, height = height, width
    rest = (box.turn - degrees) % 360
    return replace(box, left=left, top=top, right=right, bottom=bottom, landmarks=points, turn=rest)


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 4) -> (...)."""
    sides = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1])
