import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recog.detect.cascade import scales, unsuppressed


def covered(one: list[float], other: list[float]) -> float:
    """Common area over the smaller one's, sides counted inclusively."""
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]) + 1)
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]) + 1)
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (one, other)]
    return across * down / min(areas)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 1000))
def test_suppression_keeps_what_the_greedy_loop_keeps(count: int, seed: int) -> None:
    corners = np.random.default_rng(seed).integers(0, 20, (count, 2))
    sides = np.random.default_rng(seed + 1).integers(3, 15, (count, 2))
    boxes = np.concatenate([corners, corners + sides], axis=1).astype(float).tolist()
    slow: list[int] = []
    for place, box in enumerate(boxes):
        if all(covered(boxes[better], box) <= 0.7 for better in slow):
            slow.append(place)
    kept = unsuppressed(torch.tensor(boxes).reshape(-1, 4), overlap=0.7)
    assert torch.nonzero(kept).flatten().tolist() == slow


def test_a_chain_of_covers_is_followed_to_its_end() -> None:
    """The second goes by the first, so the third, covered by the second alone, stays; and so on."""
    boxes = torch.tensor([[float(4 * i), 0.0, float(4 * i + 15), 15.0] for i in range(6)])
    assert unsuppressed(boxes, overlap=0.7).tolist() == [True, False, True, False, True, False]


def test_the_pyramid_goes_from_the_smallest_face_to_the_short_side() -> None:
    levels = scales(600, 1000, min_face=20)
    assert levels[0] == 12 / 20
    assert 600 * levels[-1] >= 12 > 600 * levels[-1] * 0.709
    np.testing.assert_allclose(np.divide(levels[1:], levels[:-1]), 0.709)


def test_a_photo_smaller_than_the_smallest_face_has_no_level() -> None:
    assert scales(19, 4000, min_face=20) == []
    assert len(scales(20, 4000, min_face=20)) == 1
