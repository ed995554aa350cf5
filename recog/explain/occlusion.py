"""Occlusion maps: cover a square of a picture, and see how much an answer changes (Zeiler and Fergus, ECCV 2014)."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.types import Crops, Pixels

_BATCH = 16
Square: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels, right and bottom open."""
Map: TypeAlias = NDArray[np.float32]
"""(height, width): a number for each pixel of a picture."""


def squares(height: int, width: int, *, side: int, step: int) -> list[Square]:
    """Return squares that together cover a picture, row by row; those at the border are cut off there.

    Each pixel lies in about (side / step) squared of them.
    """
    return [
        (max(0, left), max(0, top), min(width, left + side), min(height, top + side))
        for top in range(step - side, height, step)
        for left in range(step - side, width, step)
    ]


def occlusion_map(picture: Pixels, answers: Callable[[Crops], NDArray[np.float32]], *, side: int, step: int) -> Map:
    """Return how much the answer changes, on average, if a square that contains a pixel is covered.

    picture is (height, width, 3) uint8. answers gives the change (n,) for n covered pictures. A square is covered by
    the picture's mean colour.
    """
    height, width = picture.shape[:2]
    places = squares(height, width, side=side, step=step)
    total, times = np.zeros((height, width)), np.zeros((height, width))
    for start in range(0, len(places), _BATCH):
        some = places[start : start + _BATCH]
        for (left, top, right, bottom), change in zip(some, answers(_covered(picture, some)), strict=True):
            total[top:bottom, left:right] += change
            times[top:bottom, left:right] += 1
    return (total / times).astype(np.float32)


def _covered(picture: Pixels, places: list[Square]) -> Crops:
    copies: Crops = np.repeat(picture[None], len(places), axis=0)
    fill = picture.reshape(-1, 3).mean(axis=0).round().astype(np.uint8)
    for copy, (left, top, right, bottom) in zip(copies, places, strict=True):
        copy[top:bottom, left:right] = fill
    return copies


def share_inside(weights: Map, box: Square) -> float:
    """Return the share of the weight, all of it at least 0, that lies in a box."""
    left, top, right, bottom = box
    whole = float(weights.sum())
    return float(weights[max(0, top) : bottom, max(0, left) : right].sum()) / whole if whole else 0.0
