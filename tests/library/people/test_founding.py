"""Only faces found clusters in photos of crowds, not false detections."""

from pathlib import Path

import numpy as np
import pytest

from recog.boxes import overlaps
from recog.config import read_settings
from recog.evaluate.detection import read_wider
from recog.library.networks import Networks
from recog.library.probes import cut_faces, qualities
from recog.photos import read_photo
from recog.quality import FaceQuality, may_found, may_join


@pytest.mark.networks
@pytest.mark.data
def test_what_is_no_face_founds_no_cluster(data: Path) -> None:
    """This uses every fourth of 160 photos; a box that overlaps no hand-drawn face is a false detection.

    Of 41 large faces that look at the camera, 34 found clusters. With MTCNN alone 34 of 37 do: YuNet adds faces of
    which O-Net is unsure.
    """
    networks = Networks(read_settings())
    junk: list[FaceQuality] = []
    faces: list[FaceQuality] = []
    for drawn in read_wider(data / "wider_dev" / "ground_truth.txt")[::4]:
        cut = cut_faces(read_photo(data / "wider_dev" / "images" / drawn.name), networks)
        boxes = np.array([(box.left, box.top, box.right, box.bottom) for box in cut.boxes], np.float32).reshape(-1, 4)
        met = overlaps(boxes, drawn.boxes.astype(np.float32)).max(axis=1, initial=0.0) >= 0.3
        for quality, is_face in zip(qualities(cut), met.tolist(), strict=True):
            (faces if is_face else junk).append(quality)
    assert len(junk) >= 5
    assert not [quality for quality in junk if may_found(quality)]
    assert sum(bool(may_join(quality)) for quality in junk) <= len(junk) // 4
    large = [quality for quality in faces if quality.size >= 60 and quality.frontality >= 0.3]
    founders = [quality for quality in large if may_found(quality)]
    assert len(founders) > 30
    assert len(founders) > 0.8 * len(large)
