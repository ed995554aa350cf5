"""Detection scores count each face and each box once, and ignore faces that do not count."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import EvaluationError
from recog.evaluate.detection import DrawnFaces, detection_scores, matched, read_wider

LIST = """a/one.jpg
2
10 20 30 40 0 0 0 0 0 0
1 2 3 4 0 0 0 1 0 0
none.jpg
0
0 0 0 0 0 0 0 0 0 0
plain.jpg
1
5 5 50 60
"""


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def drawn(faces: np.ndarray, *invalid: int) -> DrawnFaces:
    return DrawnFaces("photo", faces, np.isin(np.arange(len(faces)), invalid))


def test_a_list_in_wider_format_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faces.txt"
    path.write_text(LIST)
    photos = read_wider(path)
    assert [photo.name for photo in photos] == ["a/one.jpg", "none.jpg", "plain.jpg"]
    assert photos[0].boxes.tolist() == [[10, 20, 40, 60], [1, 2, 4, 6]]
    assert photos[0].invalid.tolist() == [False, True]
    assert photos[1].boxes.shape == (0, 4)
    assert photos[2].boxes.tolist() == [[5, 5, 55, 65]]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "lists no photo"), ("a\nb\n", "line 2: expected the faces"), ("a\n2\n1 2 3 4\n", "line 2: 2 faces"),
     ("a\n1\n1 2 3\n", "line 2: 1 faces"), ("a\n", "line 2")],
)  # fmt: skip
def test_another_format_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "faces.txt"
    path.write_text(text)
    with pytest.raises(EvaluationError, match=said):
        read_wider(path)


def test_best_overlaps_are_matched_first_and_only_once() -> None:
    faces = boxes((0, 0, 10, 10), (4, 0, 14, 10))
    assert matched(faces, boxes((4, 0, 14, 10), (3, 0, 13, 10))) == [(1, 0), (0, 1)]
    assert matched(faces, boxes((4, 0, 14, 10))) == [(1, 0)]
    assert matched(faces, boxes()) == matched(boxes(), faces) == []
    assert matched(boxes((0, 0, 10, 10)), boxes((0, 0, 10, 4)), iou=0.41) == []


def test_recall_and_precision_are_of_the_faces_and_boxes_that_count() -> None:
    """Four faces count and two are found, once twice; a box on the invalid one is neither right nor wrong."""
    photo = drawn(boxes((0, 0, 40, 40), (100, 0, 140, 40), (200, 0, 300, 100), (400, 0, 420, 20), (500, 0, 540, 40)), 4)
    found = boxes((0, 0, 40, 40), (2, 0, 42, 40), (200, 0, 300, 100), (500, 0, 540, 40), (700, 0, 740, 40))
    everything, *classes = detection_scores([photo], [found])
    assert (everything.faces, everything.found, everything.boxes, everything.right) == (4, 2, 4, 2)
    assert (everything.recall, everything.precision) == (0.5, 0.5)
    assert [(each.least, each.below, each.faces, each.found) for each in classes] == [
        (0, 16, 0, 0), (16, 32, 1, 0), (32, 64, 2, 1), (64, 128, 1, 1), (128, None, 0, 0)
    ]  # fmt: skip
    assert classes[0].recall is None
    assert classes[0].recall_interval is None


def test_faces_that_are_too_small_are_spared() -> None:
    photo = drawn(boxes((0, 0, 10, 10), (100, 0, 140, 40)))
    everything, *classes = detection_scores([photo], [boxes((0, 0, 10, 10), (100, 0, 140, 40))], least=20)
    assert (everything.faces, everything.boxes, everything.right) == (1, 1, 1)
    assert [each.least for each in classes] == [20, 32, 64, 128]


def test_the_interval_is_over_photos() -> None:
    """If each photo is found whole or not at all, the interval is that of one coin toss per photo."""
    photos = [drawn(boxes(*[(100.0 * k, 0, 100.0 * k + 40, 40) for k in range(10)])) for _ in range(40)]
    found = [photo.boxes if place % 2 else boxes() for place, photo in enumerate(photos)]
    scores = detection_scores(photos, found)[0]
    assert scores.recall == 0.5
    assert scores.recall_interval == pytest.approx((0.35, 0.65), abs=0.04)
