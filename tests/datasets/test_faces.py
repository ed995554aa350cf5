"""The labelled face of a photo: which one is meant, and how a tight crop is searched."""

from pathlib import Path

import numpy as np

from recog.datasets.faces import Found, Undetected, find_labelled, labelled_crops
from recog.datasets.people import labelled_photos
from recog.types import FaceBox, Pixels
from tests.white_faces import SIDE, WhiteFaces, white_people


def test_progress_counts_every_photo(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    photos = labelled_photos(white_people(tmp_path))
    crops = labelled_crops(
        photos.paths, WhiteFaces(), crop_scale=1.0, size=16, undetected=Undetected.CENTRE,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert [crop.found for crop in crops] == [
        Found.DETECTED, Found.DETECTED, Found.ASSUMED, Found.DETECTED, Found.UNREADABLE,
    ]  # fmt: skip
    assert seen == [(done, 5) for done in range(1, 6)]


def test_the_large_central_face_is_meant() -> None:
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[20:60, 20:38] = 255
    pixels[0:20, 60:80] = 255
    found, box = find_labelled(pixels, WhiteFaces(), undetected=Undetected.LEAVE_OUT)
    assert found is Found.DETECTED
    assert box is not None
    assert (box.left, box.right) == (20, 38)


class WideWhiteFaces(WhiteFaces):
    """The same, which finds nothing in a photo as narrow as a tight crop."""

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        found = super().detect(pixels)
        return found if pixels.shape[1] > SIDE else []


def test_a_tight_crop_whose_face_is_found_is_not_padded() -> None:
    """Repeated borders deceive a detector."""
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[20:60, 45:70] = 255
    detector = WhiteFaces()
    found, box = find_labelled(pixels, detector, undetected=Undetected.PAD)
    assert (found, detector.seen) == (Found.DETECTED, [(SIDE, SIDE)])
    assert box is not None
    assert (box.left, box.right) == (45, 70)


def test_a_tight_crop_is_searched_in_padding_too_and_its_box_is_in_its_own_pixels() -> None:
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[20:60, 45:70] = 255
    detector = WideWhiteFaces()
    found, box = find_labelled(pixels, detector, undetected=Undetected.PAD)
    assert detector.seen == [(SIDE, SIDE), (2 * SIDE, 2 * SIDE)]
    assert found is Found.IN_PADDING
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == (45, 20, 70, 60)
    assert box.landmarks[0] == (45, 20)


def test_a_tight_crop_without_a_face_is_taken_whole() -> None:
    found, box = find_labelled(np.zeros((SIDE, SIDE, 3), dtype=np.uint8), WhiteFaces(), undetected=Undetected.PAD)
    assert found is Found.ASSUMED
    assert box == FaceBox(0.0, 0.0, float(SIDE), float(SIDE), 0.0, ())
