"""Faces drawn on a real photo, with the real networks: placed, embedded, kept by another network and by a crop."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.boxes import iou, scaled
from recog.detect.drawn import DrawnFacePlacer
from recog.library.face_reader import FaceReader
from recog.photos import read_photo
from recog.quality import SURE_SCORE
from recog.types import FaceBox

pytestmark = pytest.mark.networks
PHOTO = "images/13--Interview/13_Interview_Interview_2_People_Visible_13_8.jpg"
SEEN = (226, 162, 49, 68)
"""By the truth of WIDER FACE: a face that yunet-mtcnn misses, and O-Net sees once it is told where to look."""
UNSEEN = (830, 53, 20, 50)
"""One that nobody sees."""


@pytest.fixture
def photo(data: Path, tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return Path(shutil.copy(data / "wider_dev" / PHOTO, tmp_path / "photos" / "a.jpg"))


def drawn_on(library: PhotoLibrary, photo_id: int) -> dict[str, FaceBox]:
    faces = library.photos.photo(photo_id).faces
    return {one.person.name: one.face.box for one in faces if one.face.drawn and one.person is not None}


def test_missed_faces_are_kept_by_another_network_and_by_a_crop(photo: Path, tmp_path: Path) -> None:
    settings = read_settings(library=tmp_path / "library")
    with PhotoLibrary(settings) as library:
        library.index([photo.parent])
        ann, ben = library.people.mark(photo, SEEN, "Ann"), library.people.mark(photo, UNSEEN, "Ben")
        assert (ann.added, ann.doubt, len(ann.face.box.landmarks)) == (True, None, 5)
        left, top, width, height = SEEN
        assert iou(ann.face.box, FaceBox(left, top, left + width, top + height, 1, ())) > 0.5
        assert (ben.added, ben.face.box.landmarks, ben.face.box.left) == (True, (), 830)
        assert ben.doubt is not None
        before = drawn_on(library, 1)
    with PhotoLibrary(read_settings(library=tmp_path / "library", network="sface-dlib", detector="mtcnn")) as other:
        report = other.index([photo.parent])
        assert (report.again, report.lost, drawn_on(other, 1)) == (1, (), before)
        assert all(other.faces.why(face.face.id).embedded for face in (ann, ben))
    cropped = Image.open(photo)
    cropped.crop((60, 40, cropped.width - 100, cropped.height)).save(photo, quality=92)
    with PhotoLibrary(settings) as library:
        library.index([photo.parent])
        after = drawn_on(library, 2)
        assert after.keys() == before.keys()
        for name, box in before.items():
            moved = replace(box, left=box.left - 60, right=box.right - 60, top=box.top - 40, bottom=box.bottom - 40)
            assert iou(moved, after[name]) > 0.7, name


def test_a_generous_or_shifted_box_is_placed_as_the_detector_places_the_face(data: Path, tmp_path: Path) -> None:
    """The embedding moves by little, so the face is found by its like; that of the drawn box itself says nothing."""
    settings = read_settings(library=tmp_path / "library")
    reader = FaceReader.open(settings)
    placer = DrawnFacePlacer(cache=settings.cache, offline_dir=settings.weights)
    distances: list[float] = []
    for file in sorted((data / "identities").glob("celeba_*/*"))[:400:40]:
        pixels = read_photo(file).pixels
        face = max(reader.read(pixels), key=lambda one: one.box.width, default=None)
        if face is None or face.box.score < SURE_SCORE:
            continue
        for factor, shift in ((0.9, 0.1), (1.3, -0.1), (1.7, 0.0)):
            box = scaled(replace(face.box, landmarks=()), factor)
            drawn = replace(box, left=box.left + shift * box.width, right=box.right + shift * box.width)
            placed = placer.place(pixels, drawn)
            assert placed is not None
            (again,) = reader.read(pixels, boxes=[placed])
            distances.append(float(np.sum((again.embedding - face.embedding) ** 2)))
    assert len(distances) >= 15
    assert np.median(distances) < 0.1
    assert max(distances) < reader.calibration.threshold
