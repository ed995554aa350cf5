"""YuNet's outputs as boxes: the decoding, and non-maximum suppression."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.detect.suppression import overlapping_pairs, unsuppressed

STRIDES = (8, 16, 32)
"""Pixels between neighbouring cells of YuNet's three grids."""
MULTIPLE = 32
"""The sides of YuNet's input are multiples of this."""
_OVERLAP = 0.3
"""Most intersection over union of two proposals; OpenCV's value."""

Floats = NDArray[np.float32]
Outputs = Mapping[str, Floats]
"""YuNet's outputs cls (cells, 1), obj (cells, 1) and bbox (cells, 4) for each stride, by name: "cls_8"."""
OUTPUTS = tuple(f"{name}_{stride}" for name in ("cls", "obj", "bbox") for stride in STRIDES)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Faces by YuNet, best first: boxes (n, 4) as left, top, right, bottom, scores (n,) 0 to 1."""

    boxes: Floats
    scores: Floats


def decoded(outputs: Outputs, width: int, *, least: float) -> Proposals:
    """Turn YuNet's outputs for an input of this width into proposals of at least this score, in pixels of the input.

    A score is the geometric mean of two probabilities: that the cell shows a face, and that its box is good. A box is
    given by its centre, in cells from the corner of its own cell, and by the logarithms of its sides in cells.
    """
    boxes, scores = [], []
    for stride in STRIDES:
        face, good = (np.clip(outputs[f"{name}_{stride}"][:, 0], 0, 1) for name in ("cls", "obj"))
        score = np.sqrt(face * good)
        cells = np.flatnonzero(score >= least)
        row, column = np.divmod(cells, width // stride)
        offsets = outputs[f"bbox_{stride}"][cells]
        centres = (np.stack([column, row], axis=1) + offsets[:, :2]) * stride
        halves = np.exp(offsets[:, 2:]) * (stride / 2)
        boxes.append(np.concatenate([centres - halves, centres + halves], axis=1).astype(np.float32))
        scores.append(score[cells])
    return kept(Proposals(np.concatenate(boxes), np.concatenate(scores)))


def kept(proposals: Proposals) -> Proposals:
    """Sort proposals, and drop each that overlaps a better one too much."""
    order = np.argsort(-proposals.scores, kind="stable")
    boxes, scores = proposals.boxes[order], proposals.scores[order]
    best = unsuppressed(len(boxes), overlapping_pairs(boxes, overlap=_OVERLAP))
    return Proposals(boxes[best], scores[best])
