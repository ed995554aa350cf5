"""Faces in boxes that somebody drew: MTCNN's R-Net and O-Net find their exact place and their landmarks."""

from dataclasses import replace
from math import log
from pathlib import Path
from typing import Self

import numpy as np

from recog.boxes import QUARTERS, scaled, turned
from recog.detect.mtcnn import chosen_runtime
from recog.detect.placement import Faces, Refiners, decided
from recog.photos import refuse_other_than_pixels
from recog.types import FaceBox, Pixels
from recog.weights.device import cores
from recog.weights.loading import LoadOptions, Runtime
from recog.weights.pull import ensure_weights

_MTCNN = "mtcnn"
LEAST = 0.6
"""O-Net's least probability of a face; below it the drawn box stays as it is (docs/decisions/drawn-faces.md)."""
_SCALES = (1.3, 1.0, 0.8, 0.6)
"""The windows that are tried, as multiples of the drawn box: people draw from tight faces to heads with hair."""
_LARGEST, _SMALLEST = 2.0, 0.15
"""The area of the face over that of the drawn box; another one is a neighbour's, or a part of the face."""
_TURNED = 3.0
"""A face is turned otherwise than its photo only if that raises the log-odds of a face by this much.

O-Net half believes in faces on their side or head: upright ones have a median probability of 0.6 so, 0.99 in 2 %.
"""


class DrawnFacePlacer:
    """Finds the face in a drawn box; implements recog.types.FacePlacer.

    device is "cpu" or "cuda"; runtime as for recog.detect.mtcnn.MtcnnDetector. Thread-safe. The result does not depend
    on the detector of the settings, because a drawn face outlives it.
    """

    @classmethod
    def load(cls, options: LoadOptions) -> Self:
        """Make the placer of the settings."""
        return cls(cache=options.cache, offline_dir=options.offline_dir, device=options.device, runtime=options.runtime)

    def __init__(
        self, *, cache: Path, offline_dir: Path | None = None, device: str = "cpu", runtime: Runtime | None = None
    ) -> None:
        path = ensure_weights(_MTCNN, cache=cache, offline_dir=offline_dir)
        self._networks = _loaded(path, chosen_runtime(runtime, device), device)

    def place(self, pixels: Pixels, box: FaceBox) -> FaceBox | None:
        """Return the face that a drawn box means, or None if O-Net sees none there.

        pixels are (H, W, 3) uint8 RGB, box has an area inside them. Every turn of the photo is tried, and that of the
        box is preferred. The score is O-Net's probability.
        """
        refuse_other_than_pixels(pixels)
        upright = self._in_turn(pixels, box, box.turn)
        others = (self._in_turn(pixels, box, turn) for turn in QUARTERS if turn != box.turn)
        best = max((one for one in others if one is not None), key=lambda one: one.score, default=None)
        least = _log_odds(LEAST if upright is None else upright.score) + _TURNED
        return best if best is not None and _log_odds(best.score) > least else upright

    def _in_turn(self, pixels: Pixels, box: FaceBox, turn: int) -> FaceBox | None:
        """Look for the face in the photo turned counter-clockwise by `turn` degrees."""
        view = np.ascontiguousarray(np.rot90(pixels, turn // 90))
        drawn = turned(replace(box, turn=0, landmarks=()), turn, pixels.shape[1], pixels.shape[0])
        boxes = [scaled(drawn, scale) for scale in _SCALES]
        corners = np.array([(one.left, one.top, one.right, one.bottom) for one in boxes], np.float32)
        found = _best(decided(self._networks, view, corners), drawn)
        if found is None:
            return None
        height, width = view.shape[:2]
        return turned(found, (360 - turn) % 360, width, height)


def _log_odds(probability: float) -> float:
    return log(max(probability, 1e-9) / max(1 - probability, 1e-9))


def _best(faces: Faces, drawn: FaceBox) -> FaceBox | None:
    """Return the likeliest of the faces whose middle is in the drawn box and whose size is about that of the box."""
    sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
    middles = (faces.boxes[:, 2:] + faces.boxes[:, :2]) / 2
    share = sides.prod(axis=1) / (drawn.width * drawn.height)
    inside = ((middles > (drawn.left, drawn.top)) & (middles < (drawn.right, drawn.bottom))).all(axis=1)
    meant = inside & (share >= _SMALLEST) & (share <= _LARGEST) & (sides > 0).all(axis=1) & (faces.scores >= LEAST)
    if not meant.any():
        return None
    row = int(np.argmax(np.where(meant, faces.scores, 0)))
    left, top, right, bottom = faces.boxes[row].tolist()
    points = tuple((x, y) for x, y in faces.landmarks[row].tolist())
    return FaceBox(left, top, right, bottom, float(faces.scores[row]), points)


def _loaded(mtcnn: Path, runtime: Runtime, device: str) -> Refiners:
    """Load the networks on the chosen library, without importing the other."""
    if runtime == "openvino":
        from recog.detect.yunet_openvino import OpenVinoRefiners

        return OpenVinoRefiners(mtcnn, threads=cores())
    from recog.detect.yunet_torch import TorchRefiners

    return TorchRefiners(mtcnn, device=device)
