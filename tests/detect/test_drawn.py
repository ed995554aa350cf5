"""The face in a box that somebody drew: R-Net and O-Net place it, on both libraries, in every turn."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.boxes import iou, scaled, turned
from recog.detect.drawn import DrawnFacePlacer
from recog.detect.yunet import YunetMtcnnDetector
from recog.types import FaceBox
from recog.weights.loading import LoadOptions

pytestmark = pytest.mark.networks
CACHE = user_cache_path("recog")


@pytest.fixture(scope="module")
def placer() -> DrawnFacePlacer:
    return DrawnFacePlacer(cache=CACHE)


@pytest.fixture(scope="module")
def face(yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]) -> FaceBox:
    (found,) = yunet.detect(portrait)
    return found


def drawn(face: FaceBox, scale: float) -> FaceBox:
    return replace(scaled(face, scale), landmarks=(), score=0.0)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_boxes_of_every_size_lead_to_the_face(
    placer: DrawnFacePlacer, portrait: NDArray[np.uint8], face: FaceBox, scale: float
) -> None:
    found = placer.place(portrait, drawn(face, scale))
    assert found is not None
    assert iou(found, face) > 0.7
    apart = np.abs(np.array(found.landmarks) - np.array(face.landmarks)).max()
    assert (found.score > 0.98, found.turn, apart < 0.1 * face.width) == (True, 0, True)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_face_in_a_turned_photo_is_upright_in_its_turn(
    placer: DrawnFacePlacer, portrait: NDArray[np.uint8], face: FaceBox, degrees: int
) -> None:
    height, width = portrait.shape[:2]
    expected = turned(face, degrees, width, height)
    view = np.ascontiguousarray(np.rot90(portrait, degrees // 90))
    known_turns = (expected.turn,) if degrees == 180 else (0, expected.turn)  # O-Net believes in faces on their head
    for known in known_turns:
        found = placer.place(view, replace(drawn(expected, 1.2), turn=known))
        assert found is not None
        assert (found.turn, iou(found, expected) > 0.8) == (expected.turn, True)


def test_where_nobody_is_no_face_is_placed(placer: DrawnFacePlacer, portrait: NDArray[np.uint8], face: FaceBox) -> None:
    assert placer.place(np.full((200, 200, 3), 127, np.uint8), FaceBox(50, 50, 150, 150, 0, ())) is None
    beside = FaceBox(5, 5, face.left - 10, 120, 0, ())
    assert placer.place(portrait, beside) is None, "the face is not in the box"
    assert placer.place(portrait, drawn(face, 0.25)) is None, "a box on a part of the face means that part"


def test_both_libraries_place_it_alike(placer: DrawnFacePlacer, portrait: NDArray[np.uint8], face: FaceBox) -> None:
    other = DrawnFacePlacer.load(
        LoadOptions(cache=CACHE, offline_dir=None, device="cpu", runtime="torch", min_face=24, heads=None)
    )
    box = drawn(face, 1.2)
    ours, theirs = placer.place(portrait, box), other.place(portrait, box)
    assert ours is not None
    assert theirs is not None
    assert iou(ours, theirs) > 0.999
    assert ours.score == pytest.approx(theirs.score, abs=1e-4)
