from dataclasses import dataclass, field

import numpy as np
import pytest

from recog.boxes import overlaps
from recog.detect.cascade import Floats, Proposals, Windows, find_faces, scales

FACE = (40.0, 50.0, 100.0, 110.0)


@dataclass
class OneFace:
    """A photo of one face, of which P-Net proposes one window; networks that know the face, but R-Net not at once.

    R-Net says `first` of the window proposed, and `second` of every other one; it moves each onto the face.
    """

    first: float
    second: float
    height: int = 200
    width: int = 200
    seen: list[Windows] = field(default_factory=list)

    def propose(self, height: int, width: int, *, least: float) -> Proposals:
        """One window, of 60 pixels, on the level where that is 12: 20 pixels left of the face and 10 above it."""
        assert least < 1
        if height != 41:
            return Proposals(np.empty((0, 2), np.int64), np.empty(0, np.float32), np.empty((0, 4), np.float32))
        return Proposals(np.array([[4, 2]]), np.ones(1, np.float32), np.zeros((1, 4), np.float32))

    def refine(self, windows: Windows) -> tuple[Floats, Floats]:
        """Offsets that lead from any window to the face."""
        said = self.second if self.seen else self.first
        self.seen.append(windows)
        return np.full(len(windows), said, np.float32), self._offsets(windows)

    def decide(self, windows: Windows) -> tuple[Floats, Floats, Floats]:
        """Whatever reaches it is a face."""
        self.seen.append(windows)
        return np.ones(len(windows), np.float32), self._offsets(windows), np.zeros((len(windows), 10), np.float32)

    @staticmethod
    def _offsets(windows: Windows) -> Floats:
        corner, side = windows[:, [0, 1, 0, 1]] + [1, 1, 0, 0], windows[:, 2:] - windows[:, :2]
        corner[:, 2:] = windows[:, 2:]
        offsets: Floats = ((np.array(FACE) - corner) / np.concatenate([side, side], axis=1)).astype(np.float32)
        return offsets


@pytest.mark.parametrize(
    ("first", "second", "once", "twice"),
    [
        (0.95, 0.0, True, True),  # beyond doubt
        (0.8, 0.8, True, True),
        (0.8, 0.7, True, False),  # taken back
        (0.6, 0.95, False, True),  # beyond doubt now
        (0.6, 0.85, False, False),
        (0.4, 1.0, False, False),  # never looked at again
    ],
)
def test_a_second_look_takes_back_what_it_does_not_confirm_and_adds_what_is_beyond_doubt(
    first: float, second: float, *, once: bool, twice: bool
) -> None:
    for again, expected in ((False, once), (True, twice)):
        found = find_faces(OneFace(first, second), smallest=60, twice=again)
        assert len(found.boxes) == int(expected)
        assert (overlaps(found.boxes, np.array([FACE])) > 0.9).all()


def test_a_face_that_is_confirmed_keeps_the_window_of_the_first_look() -> None:
    once, twice = OneFace(0.8, 0.8), OneFace(0.8, 0.8)
    expected, found = find_faces(once, smallest=60), find_faces(twice, smallest=60, twice=True)
    np.testing.assert_array_equal(found.boxes, expected.boxes)
    np.testing.assert_array_equal(twice.seen[-1], once.seen[-1])
    assert len(twice.seen) == len(once.seen) + 1


def test_the_pyramid_goes_from_the_smallest_window_to_the_short_side() -> None:
    levels = scales(600, 1000, smallest=20)
    assert levels[0] == 12 / 20
    assert 600 * levels[-1] >= 12 > 600 * levels[-1] * 0.709
    np.testing.assert_allclose(np.divide(levels[1:], levels[:-1]), 0.709)


def test_a_photo_smaller_than_the_smallest_window_has_no_level() -> None:
    assert scales(19, 4000, smallest=20) == []
    assert len(scales(20, 4000, smallest=20)) == 1
