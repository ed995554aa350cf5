"""The labelled face of a photo, found by the product's own detector, as a crop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from recog.boxes import clipped
from recog.crop import face_views
from recog.datasets.main_face import central_box, labelled_face, whole_photo
from recog.errors import PhotoError
from recog.photos import read_photo
from recog.types import Crops, Detector, FaceBox, Pixels, View


class Found(StrEnum):
    """How the face of a photo was found."""

    DETECTED = "detected"
    IN_PADDING = "detected once the photo was padded"
    ASSUMED = "not detected: a fixed box stands in"
    LEFT_OUT = "not detected: left out"
    UNREADABLE = "unreadable: left out"


class Undetected(StrEnum):
    """What to do if the detector finds nothing."""

    CENTRE = "centre"
    """Use the central box, because a protocol drops no pair."""
    LEAVE_OUT = "leave out"
    """Leave the photo out."""
    PAD = "then pad"
    """The photo is a tight crop whose face may meet the border: search it padded too, then take the whole photo."""


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """The outcome of one photo.

    crop is (size, size, 3 + 3 * views) uint8, or None if the photo was left out; more are the crops at more_scales.
    """

    path: Path
    found: Found
    crop: Crops | None
    more: tuple[Crops, ...] = ()


def labelled_crops(
    paths: Sequence[Path],
    detector: Detector,
    *,
    crop_scale: float,
    size: int,
    undetected: Undetected,
    views: Sequence[View] = (),
    more_scales: Sequence[float] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Iterator[LabelledCrop]:
    """Read each photo, detect its face and crop it; progress gets the photos done and all photos.

    views are further views of the face (see recog.crop.face_views), more_scales those of further crops of the same box.
    Every photo gives one result, in order; the result of an unreadable photo, or of one without a face,
    says so.
    """
    for done, path in enumerate(paths, start=1):
        try:
            pixels = read_photo(path).pixels
        except PhotoError:
            yield LabelledCrop(path, Found.UNREADABLE, None)
        else:
            found, box = find_labelled(pixels, detector, undetected=undetected)
            scales = () if box is None else (crop_scale, *more_scales)
            crops = [
                face_views(pixels, [box], scale=scale, size=size, views=views)[0] for scale in scales if box is not None
            ]
            yield LabelledCrop(path, found, crops[0] if crops else None, tuple(crops[1:]))
        progress(done, len(paths))


def find_labelled(pixels: Pixels, detector: Detector, *, undetected: Undetected) -> tuple[Found, FaceBox | None]:
    """Return how the labelled face of a photo was found, and its box, or None if the photo is left out."""
    height, width = pixels.shape[:2]
    box = labelled_face(detector.detect(pixels), width=width, height=height)
    if box is not None:
        return Found.DETECTED, box
    if undetected is Undetected.PAD:
        return _find_padded(pixels, detector)
    if undetected is Undetected.CENTRE:
        return Found.ASSUMED, central_box(width=width, height=height)
    return Found.LEFT_OUT, None


def _find_padded(pixels: Pixels, detector: Detector) -> tuple[Found, FaceBox]:
    """Search a tight crop, padded by half its longer side to give the detector the context that it was trained with."""
    height, width = pixels.shape[:2]
    margin = max(height, width) // 2
    padded = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    box = labelled_face(detector.detect(padded), width=width + 2 * margin, height=height + 2 * margin)
    if box is None:
        return Found.ASSUMED, whole_photo(width=width, height=height)
    moved = FaceBox(
        box.left - margin,
        box.top - margin,
        box.right - margin,
        box.bottom - margin,
        box.score,
        tuple((x - margin, y - margin) for x, y in box.landmarks),
    )
    inside = clipped(moved, width, height)
    if inside.width <= 0 or inside.height <= 0:
        return Found.ASSUMED, whole_photo(width=width, height=height)
    return Found.IN_PADDING, moved
