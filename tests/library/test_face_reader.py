"""Faces, crops and embeddings without a library."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import recog
from recog.config import read_settings
from recog.errors import PhotoError
from recog.library.face_reader import FaceReader
from recog.types import FaceBox
from tests.painted import BLUE, CELL, FACE, GREEN, RED, PaintedNetworks, paint


@pytest.fixture
def reader(tmp_path: Path) -> FaceReader:
    settings = read_settings(library=tmp_path / "library")
    return FaceReader(settings, networks=PaintedNetworks(settings))


def test_faces_come_from_the_left_with_crop_and_embedding(reader: FaceReader, tmp_path: Path) -> None:
    path = paint(tmp_path / "two.png", RED, None, GREEN)
    one, two = reader.read(path)
    assert (one.number, two.number, two.box.left) == (1, 2, 2 * CELL + (CELL - FACE) / 2)
    assert len(one.box.landmarks) == 5
    assert one.crop.shape == (16, 16, 3)
    assert one.crop.dtype == np.uint8
    assert tuple(one.crop[8, 8]) == RED
    assert one.embedding.shape == (3,)
    assert one.embedding.dtype == np.float32
    assert float(one.embedding @ np.array(RED)) == pytest.approx(float(np.linalg.norm(RED)), rel=1e-6)
    assert one.sharpness > 0
    assert not (tmp_path / "library").exists()


def test_a_path_bytes_and_pixels_are_one_photo(reader: FaceReader, tmp_path: Path) -> None:
    path = paint(tmp_path / "two.png", RED, GREEN)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    data = path.read_bytes()
    wanted = np.stack([face.embedding for face in reader.read(path)])
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])
    for given in (str(path), data, bytearray(data), memoryview(data), pixels, bgr[:, :, ::-1]):
        assert np.array_equal(np.stack([face.embedding for face in reader.read(given)]), wanted)
    assert reader.read(np.zeros((9, 9, 3), np.uint8)) == ()


def test_boxes_of_another_detector_are_taken_in_their_order(reader: FaceReader, tmp_path: Path) -> None:
    path = paint(tmp_path / "two.png", RED, GREEN)
    red, green = reader.read(path)
    bare = FaceBox(green.box.left, green.box.top, green.box.right, green.box.bottom, 1.0, ())
    first, second = reader.read(path, boxes=[bare, red.box])
    assert np.array_equal(first.embedding, green.embedding)
    assert np.array_equal(second.embedding, red.embedding)
    assert reader.read(path, boxes=[]) == ()
    with pytest.raises(ValueError, match="no area inside"):
        reader.read(path, boxes=[FaceBox(900, 0, 940, 40, 1.0, ())])


def test_two_embeddings_are_compared_at_the_calibrated_threshold(reader: FaceReader, tmp_path: Path) -> None:
    red, other, blue = reader.read(paint(tmp_path / "three.png", RED, (230, 60, 20), BLUE))
    same = reader.compare(red.embedding, other.embedding)
    squared = float(np.sum((red.embedding - other.embedding) ** 2))
    assert (same.same, same.threshold) == (True, reader.calibration.threshold)
    assert same.squared_distance == pytest.approx(squared, abs=1e-6)
    assert not reader.compare(red.embedding, blue.embedding).same
    assert recog.squared_distances(red.embedding[None], blue.embedding[None]).shape == (1, 1)
    for wrong in (red.embedding[None], 2 * red.embedding, np.zeros(4, np.float32)):
        with pytest.raises(ValueError, match=r"an embedding is \(3,\) of unit length"):
            reader.compare(red.embedding, wrong)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)],
)
def test_what_are_no_pixels_is_said(reader: FaceReader, wrong: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    with pytest.raises(ValueError, match=r"pixels are \(H, W, 3\) uint8 RGB, not"):
        reader.read(wrong)


def test_what_is_no_photo_is_said(reader: FaceReader) -> None:
    for wrong in (5, None, Image.new("RGB", (9, 9))):
        with pytest.raises(TypeError, match="a photo is a path, the bytes of a photo file, or pixels"):
            reader.read(wrong)  # type: ignore[arg-type]
    with pytest.raises(PhotoError, match="photo is not a photo"):
        reader.read(b"no photo")
