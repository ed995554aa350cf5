"""Choose the face of a photo if the user does not say which."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import SeveralFacesFoundError
from recog.library.probes import CutFaces, Probe, pick_face
from recog.types import DecodedPhoto, FaceBox

POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))


def probe(*sides: float) -> Probe:
    """Return a photo of sharp, frontal faces with these side lengths, from left to right."""
    boxes = tuple(
        FaceBox(left, 0.0, left + side, side, 1.0, tuple((left + x * side, y * side) for x, y in POINTS))
        for left, side in zip(np.cumsum([0.0, *sides[:-1]]).tolist(), sides, strict=True)
    )
    crops = np.random.default_rng(0).integers(0, 256, (len(sides), 160, 160, 3), dtype=np.uint8)
    pixels = np.zeros((8, 8, 3), np.uint8)
    photo = DecodedPhoto("a" * 64, pixels, "PNG", None)
    faces = CutFaces(boxes, crops, (b"",) * len(sides))
    return Probe(Path("a.jpg"), photo, faces, np.eye(len(sides), 4, dtype=np.float32))


def test_a_portrait_is_of_the_face_that_is_three_times_as_large_as_every_other() -> None:
    assert pick_face(probe(60.0, 180.0, 55.0), None) == 1
    assert pick_face(probe(60.0, 180.0, 55.0), 3) == 2


def test_of_faces_of_like_size_one_has_to_be_chosen() -> None:
    with pytest.raises(SeveralFacesFoundError, match=r"^a.jpg shows 3 faces, and one is meant$") as caught:
        pick_face(probe(61.0, 180.0, 55.0), None)
    assert (caught.value.path, caught.value.count, caught.value.second) == (Path("a.jpg"), 3, False)
    with pytest.raises(SeveralFacesFoundError) as caught:
        pick_face(probe(61.0, 180.0, 55.0), None, second=True)
    assert caught.value.second
