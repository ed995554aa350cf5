"""One face and the real networks: the same box and nearly the same vector in every format and orientation."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import from_pillow

from recog import PhotoLibrary, read_settings
from tests.stored_turned import UNTURN

pytestmark = pytest.mark.networks

LOSSLESS, LOSSY = 0.1, 0.2
"""Squared distances: cosines of 0.95 and 0.9."""
BOX = 0.05
"""Of its side, by which a side of the box may move."""
FORMATS: dict[str, tuple[dict[str, Any], float]] = {
    "picture.png": ({}, LOSSLESS),
    "picture.bmp": ({}, LOSSLESS),
    "picture.tiff": ({"compression": "tiff_lzw"}, LOSSLESS),
    "lossless.webp": ({"lossless": True}, LOSSLESS),
    "lossy.webp": ({"quality": 85}, LOSSY),
    "picture.jpg": ({"quality": 85}, LOSSY),
    "progressive.jpg": ({"quality": 85, "progressive": True}, LOSSY),
    "picture.gif": ({}, LOSSY),
    "picture.avif": ({"quality": 90}, LOSSY),
    "picture.heic": ({"quality": 90}, LOSSY),
}


def portrait() -> Image.Image:
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    return Image.open(Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg")


def test_noise_that_nobody_sees_hardly_moves_a_box(tmp_path: Path) -> None:
    """YuNet's proposals move it by 0.015. MTCNN's P-Net had two places for this portrait, 0.055 apart."""
    pixels = np.asarray(portrait().convert("RGB"))
    random = np.random.default_rng(0)
    noisy = [(pixels + random.normal(0, 0.5, pixels.shape)).clip(0, 255).round().astype(np.uint8) for _ in range(8)]
    detector = PhotoLibrary.open(read_settings(library=tmp_path)).context.networks.detector
    boxes = []
    for one in (pixels, *noisy):
        (box,) = detector.detect(one)
        boxes.append(np.array([box.left, box.top, box.right, box.bottom]))
    side = (boxes[0][2:] - boxes[0][:2]).max()
    assert max(float(np.abs(box - boxes[0]).max() / side) for box in boxes) < BOX / 2


def test_a_face_is_the_same_in_every_format_and_orientation(tmp_path: Path) -> None:
    picture = portrait()
    folder = tmp_path / "photos"
    folder.mkdir()
    limits = {name: limit for name, (_, limit) in FORMATS.items()}
    for name, (options, _) in FORMATS.items():
        image = from_pillow(picture) if name.endswith("heic") else picture
        image.save(folder / name, **options)
    for orientation, undo in UNTURN.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture.transpose(undo).save(folder / f"turned-{orientation}.png", exif=exif)
        limits[f"turned-{orientation}.png"] = LOSSLESS
    with PhotoLibrary.open(read_settings(library=tmp_path / "library")) as library:
        report = library.index([folder])
        assert (report.added, report.failed) == (len(limits), ())
        catalog, network = library.context.catalog, library.context.networks.info.sha256
        boxes: dict[str, NDArray[np.float64]] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        for rows in catalog.embeddings.batches(network):
            for face in catalog.faces.by_ids(rows.face_ids.tolist()).values():
                (path,) = catalog.files.paths([face.photo_id])[face.photo_id]
                boxes[path.name] = np.array([face.box.left, face.box.top, face.box.right, face.box.bottom])
                vectors[path.name] = rows.embeddings[rows.face_ids.tolist().index(face.id)]
        assert (report.faces, set(boxes)) == (len(limits), set(limits))
    reference = "picture.png"
    side = (boxes[reference][2:] - boxes[reference][:2]).max()
    moved = {name: float(np.abs(box - boxes[reference]).max() / side) for name, box in boxes.items()}
    apart = {name: float(((vector - vectors[reference]) ** 2).sum()) for name, vector in vectors.items()}
    assert {name: share for name, share in moved.items() if share > BOX} == {}
    assert {name: distance for name, distance in apart.items() if distance > limits[name]} == {}
