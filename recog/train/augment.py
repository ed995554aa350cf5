"""Augmentation: mirror images, jittered boxes, JPEG, grey."""

from dataclasses import dataclass, replace

import numpy as np

from recog.crop import recompressed
from recog.errors import TrainingError
from recog.types import Crops, FaceBox

_LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue by Rec. 601."""
_QUALITY = (25, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How often, 0 to 1, a crop is mirrored, compressed as JPEG (quality 25 to 95) or made grey.

    jitter is the largest share of its sides, below 0.5, by which a box is moved and resized, drawn uniformly.

    Raises:
        TrainingError: a value is out of its range.
    """

    flip: float = 0.5
    jitter: float = 0.06
    jpeg: float = 0.2
    grey: float = 0.1

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in (self.flip, self.jpeg, self.grey)) or not 0 <= self.jitter < 0.5:
            raise TrainingError(
                f"flip {self.flip}, jpeg {self.jpeg} and grey {self.grey} are shares from 0 to 1, and jitter "
                f"{self.jitter} lies below 0.5"
            )


def jittered(box: FaceBox, random: np.random.Generator, *, jitter: float) -> FaceBox:
    """Return the box with its centre moved and its sides resized, by random shares in [-jitter, jitter].

    The landmarks move with the box, like those of a detector with such an error.
    """
    across, down, wider, higher = random.uniform(-jitter, jitter, 4)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2

    def moved(at_x: float, at_y: float) -> tuple[float, float]:
        return (
            x + across * box.width + (at_x - x) * (1 + wider),
            y + down * box.height + (at_y - y) * (1 + higher),
        )

    (left, top), (right, bottom) = moved(box.left, box.top), moved(box.right, box.bottom)
    landmarks = tuple(moved(*point) for point in box.landmarks)
    return replace(box, left=left, top=top, right=right, bottom=bottom, landmarks=landmarks)


def altered(crop: Crops, random: np.random.Generator, augmentation: Augmentation) -> Crops:
    """Mirror, make grey and compress a crop at random, in this order: (size, size, 3 * views) uint8 -> the same shape.

    All views of a face are altered alike.
    """
    flip, grey, jpeg = random.random(3) < (augmentation.flip, augmentation.grey, augmentation.jpeg)
    quality = int(random.integers(_QUALITY[0], _QUALITY[1] + 1))
    if flip:
        crop = np.ascontiguousarray(crop[:, ::-1])
    views = np.split(crop, crop.shape[2] // 3, axis=2)
    if grey:
        views = [np.repeat(np.rint(view @ _LUMA).astype(np.uint8)[:, :, None], 3, axis=2) for view in views]
    if jpeg:
        views = [recompressed(np.ascontiguousarray(view), quality=quality) for view in views]
    return np.concatenate(views, axis=2)
