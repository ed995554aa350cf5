"""A face over a few seconds, as the signals of liveness see it: upright views of one scale, and patches as filmed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.align import DLIB, TEMPLATES, align_faces, region
from recog.types import FaceBox, Pixels

RATE = 16.0
"""Frames a second: a blink takes 0.15 to 0.4 seconds, and a pulse of 3 Hz needs more than 6."""
FRAMES = 64
"""Frames of a sequence: 4 seconds, in which a pulse of 42 a minute beats almost three times."""
DETECT_EVERY = 4
"""A face is looked for in every fourth frame; landmarks in between are interpolated, which calms them too."""
VIEW = 128
"""Side of a view in pixels; the face's surroundings are part of it."""
PATCH = 128
"""Side of a patch in pixels of the frame."""
_CHIP = 2 * VIEW
_PATCH_EVERY = 8
_CHIP_LANDMARKS = (TEMPLATES[DLIB].landmarks + (_CHIP - TEMPLATES[DLIB].side) / 2) / 2
LANDMARKS: NDArray[np.float64] = _CHIP_LANDMARKS
"""Where the five landmarks of an upright face lie in a view, (5, 2)."""
EYES = float(LANDMARKS[1, 0] - LANDMARKS[0, 0])
"""Pixels between the eyes in a view; distances in a face are given in this unit."""

Landmarks = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceSequence:
    """FRAMES frames of one face, 1 / RATE seconds apart.

    views (FRAMES, VIEW, VIEW, 3) uint8: each turned, scaled and shifted by its landmarks, so that the face stands
    still; what moves against it is not rigid, not flat, or not the face. patches (n, PATCH, PATCH, 3) uint8: the middle
    of every eighth frame's face in pixels of the video, for what a camera records of a screen's pixels. landmarks
    (FRAMES, 5, 2): pixels of the frames.
    """

    views: Pixels
    patches: Pixels
    landmarks: Landmarks


def interpolated(seen: Sequence[Landmarks]) -> Landmarks:
    """Return the landmarks of FRAMES frames, (FRAMES, 5, 2), from those of every DETECT_EVERY-th one and the last."""
    at = detected_frames()
    points = np.asarray(seen, np.float64).reshape(len(at), 10)
    frames = np.arange(FRAMES)
    return np.stack([np.interp(frames, at, column) for column in points.T], axis=1).reshape(FRAMES, 5, 2)


def detected_frames() -> list[int]:
    """Return the places of the frames in which a face is looked for."""
    return [*range(0, FRAMES - 1, DETECT_EVERY), FRAMES - 1]


def sequence_of(frames: Sequence[Pixels], landmarks: Landmarks) -> FaceSequence:
    """Cut a face out of FRAMES frames, (h, w, 3) uint8 each, by its landmarks (FRAMES, 5, 2).

    Raises:
        ValueError: not FRAMES frames, or landmarks of another shape.
    """
    if len(frames) != FRAMES or landmarks.shape != (FRAMES, 5, 2):
        raise ValueError(f"{len(frames)} frames and landmarks {landmarks.shape}, not {FRAMES} of each")
    views = np.stack([_view(frame, points) for frame, points in zip(frames, landmarks, strict=True)])
    some = range(0, FRAMES, _PATCH_EVERY)
    patches = np.stack([_patch(frames[place], landmarks[place]) for place in some])
    return FaceSequence(views, patches, landmarks)


def _view(frame: Pixels, points: Landmarks) -> Pixels:
    box = FaceBox(0.0, 0.0, 1.0, 1.0, 1.0, tuple((float(x), float(y)) for x, y in points))
    (chip,) = align_faces(frame, [box], size=_CHIP, template=DLIB)
    sums = chip.reshape(VIEW, 2, VIEW, 2, 3).sum(axis=(1, 3), dtype=np.uint16)
    return np.asarray((sums + 2) // 4, np.uint8)


def _patch(frame: Pixels, points: Landmarks) -> Pixels:
    x, y = (round(float(value)) for value in points.mean(axis=0))
    left, top = x - PATCH // 2, y - PATCH // 2
    return region(frame, left, top, left + PATCH, top + PATCH)
