"""Faces in a styled photo: kept as they are, styled softly, or styled like the rest.

* keep: the style cost ignores faces, and the finished picture shows the photo's own pixels there.
* soft: the style counts half in faces, and the finished picture is half the photo there.
* style: faces are treated like any other part.

The border is feathered, so that no edge shows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recog.style.settings import Faces
from recog.types import FaceBox, Pixels

_STYLE_SHARE = {Faces.KEEP: 0.0, Faces.SOFT: 0.5, Faces.STYLE: 1.0}
# Half axes of the ellipse over half the sides of the box, because the detector's box cuts forehead and chin.
_REACH = 1.15
# The feather ends at this multiple of the ellipse.
_FEATHER = 1.5


def face_weights(boxes: Sequence[FaceBox], height: int, width: int, faces: Faces) -> NDArray[np.float32]:
    """Return the weight of the style at each pixel, (height, width) of 0..1: the share of `faces` in faces, else one.

    boxes are in pixels of this height and width. Inside an ellipse around the box the weight is the share; from there
    to 1.5 times as far out it rises smoothly (3 t^2 - 2 t^3) to one. If faces overlap, the smaller weight counts.
    """
    weights = np.ones((height, width), dtype=np.float32)
    share = _STYLE_SHARE[faces]
    if share == 1.0:
        return weights
    for box in boxes:
        reach = _REACH * max(box.width, 1.0) / 2, _REACH * max(box.height, 1.0) / 2
        centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        (left, right), (top, bottom) = (
            _span(middle, _FEATHER * half, side)
            for middle, half, side in zip(centre, reach, (width, height), strict=True)
        )
        across = (np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - centre[0]) / reach[0]
        down = (np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - centre[1]) / reach[1]
        distance = np.sqrt(across**2 + down**2)
        rise = np.clip((distance - 1.0) / (_FEATHER - 1.0), 0.0, 1.0)
        smooth = rise * rise * (3.0 - 2.0 * rise)
        around = weights[top:bottom, left:right]
        np.minimum(around, share + (1.0 - share) * smooth, out=around)
    return weights


def _span(middle: float, reach: float, side: int) -> tuple[int, int]:
    """Return the first pixel of a side that a face covers, and the one after the last."""
    return max(0, int(middle - reach)), max(0, min(side, int(middle + reach) + 1))


def blended(styled: Pixels, content: Pixels, weights: NDArray[np.float32]) -> Pixels:
    """Blend two pictures, (H, W, 3) uint8: weights (H, W) of 0..1 times styled, plus the rest of content.

    A pixel of weight 0 is exactly the content's.
    """
    if styled.shape != content.shape or weights.shape != styled.shape[:2]:
        raise ValueError(f"shapes do not agree: {styled.shape}, {content.shape}, weights {weights.shape}")
    share = weights[..., None]
    mixed: Pixels = np.rint(share * styled + (1.0 - share) * content).astype(np.uint8)
    return mixed


def scaled_box(box: FaceBox, factor: float) -> FaceBox:
    """Return the box in pixels of the photo resized by that factor."""
    return FaceBox(
        left=box.left * factor,
        top=box.top * factor,
        right=box.right * factor,
        bottom=box.bottom * factor,
        score=box.score,
        landmarks=tuple((x * factor, y * factor) for x, y in box.landmarks),
        turn=box.turn,
    )
