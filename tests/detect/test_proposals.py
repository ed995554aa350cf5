import numpy as np
import pytest
from numpy.typing import NDArray

from recog.detect.proposals import MULTIPLE, OUTPUTS, STRIDES, decoded


def silence(height: int, width: int) -> dict[str, NDArray[np.float32]]:
    """YuNet's outputs for an input of this size without a face."""
    channels = {"cls": 1, "obj": 1, "bbox": 4}
    return {
        name: np.zeros((height * width // int(name.split("_")[1]) ** 2, channels[name.split("_")[0]]), np.float32)
        for name in OUTPUTS
    }


def test_without_a_face_there_is_no_proposal() -> None:
    found = decoded(silence(2 * MULTIPLE, 3 * MULTIPLE), 3 * MULTIPLE, least=0.2)
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0,)


@pytest.mark.parametrize("stride", STRIDES)
def test_a_box_is_given_by_its_centre_and_the_logarithms_of_its_sides_in_cells(stride: int) -> None:
    outputs, width = silence(128, 96), 96
    row, column = 2, 1
    cell = row * (width // stride) + column
    outputs[f"cls_{stride}"][cell], outputs[f"obj_{stride}"][cell] = 0.81, 0.64
    outputs[f"bbox_{stride}"][cell] = 0.5, 0.25, np.log(2), np.log(3)
    found = decoded(outputs, width, least=0.2)
    centre, half = np.array([1.5, 2.25]) * stride, np.array([1.0, 1.5]) * stride
    np.testing.assert_allclose(found.boxes, [[*(centre - half), *(centre + half)]], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [0.72], rtol=1e-6)


def test_of_two_boxes_of_one_face_the_better_is_kept_and_poor_ones_are_left_out() -> None:
    outputs = silence(96, 96)
    for cell, score in ((14, 0.7), (15, 0.9), (100, 0.1)):
        outputs["cls_8"][cell] = outputs["obj_8"][cell] = score
        outputs["bbox_8"][cell, 2:] = np.log(8)
    found = decoded(outputs, 96, least=0.2)
    np.testing.assert_allclose(found.scores, [0.9])
