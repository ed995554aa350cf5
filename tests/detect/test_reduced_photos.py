"""Every detector of recog searches photos that come reduced, and answers in pixels of the full photo."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from platformdirs import user_cache_path

from recog.boxes import iou, rescaled
from recog.detect.yunet import YunetMtcnnDetector
from recog.photos import decode_photo, read_source

CACHE = user_cache_path("recog")


@pytest.mark.networks
@pytest.mark.data
def test_yunet_finds_the_faces_of_the_full_photo_in_the_reduced_one(data: Path, tmp_path: Path) -> None:
    detector = YunetMtcnnDetector(cache=CACHE)
    found, both = 0, []
    for number, path in enumerate(sorted((data / "wider_dev" / "images").rglob("*.jpg"))[::40]):
        with Image.open(path) as image:
            image.resize((4 * image.width, 4 * image.height), Image.Resampling.BICUBIC).save(
                tmp_path / "a.jpg", quality=92
            )
        source = read_source(tmp_path / "a.jpg")
        full, small = decode_photo(source), decode_photo(source, detector.longest_side)
        assert small.reduced is not None, number
        boxes = detector.detect_reduced(small.pixels, small.reduced.factor)
        for box in detector.detect(full.pixels):
            if box.score > 0.95:
                found += 1
                both.append(max((iou(box, other) for other in boxes), default=0.0))
    assert found > 5
    assert np.median(both) > 0.9
    assert np.mean(np.array(both) > 0.7) > 0.9


@pytest.mark.networks
def test_the_smallest_face_of_a_reduced_photo_is_in_pixels_of_the_full_one(portrait_file: Path) -> None:
    pixels = decode_photo(read_source(portrait_file)).pixels
    (face, *_) = YunetMtcnnDetector(cache=CACHE).detect(pixels)
    side = int(max(face.width, face.height))
    for least, found in ((side + side // 2, 1), (3 * side, 0)):
        boxes = YunetMtcnnDetector(cache=CACHE, min_face=least).detect_reduced(pixels, 2)
        assert len(boxes) == found
        if boxes:
            assert iou(boxes[0], rescaled(face, 2, 2)) > 0.9
