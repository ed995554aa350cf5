"""Pictures for others of real photos, with the real networks: the finished picture is asked again who is on it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.boxes import iou
from recog.errors import NoFaceFoundError
from recog.library.face_reader import FaceReader
from recog.library.sharing.results import Kind, Wish
from recog.share.masks import Mask
from recog.types import FaceBox

pytestmark = pytest.mark.networks
PHOTO = "images/13--Interview/13_Interview_Interview_2_People_Visible_13_8.jpg"


@pytest.fixture(scope="module")
def reader() -> FaceReader:
    return FaceReader(read_settings())


@pytest.fixture(scope="module")
def photo(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    return Path(shutil.copy(data / "wider_dev" / PHOTO, folder / "a.jpg"))


@pytest.fixture(scope="module")
def library(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> PhotoLibrary:
    library = PhotoLibrary(read_settings(library=tmp_path_factory.mktemp("state")))
    library.index([photo.parent])
    first = min(library.photos.photo(1).faces, key=lambda one: one.face.box.left)
    library.people.confirm("Ada", [first.face.id], new=True)
    return library


@pytest.mark.parametrize("mask", [Mask.BLUR, Mask.PIXELATE])
def test_only_the_kept_person_is_found_again(
    library: PhotoLibrary, reader: FaceReader, photo: Path, tmp_path: Path, mask: Mask
) -> None:
    before = {one.face.id: one.face.box for one in library.photos.photo(1).faces}
    (ada,) = (one.face.box for one in library.photos.photo(1).faces if one.person is not None)
    (done,) = library.sharing.share(photo, tmp_path, Wish(keep=("Ada",), mask=mask)).shared
    assert (done.kept, done.covered) == (("Ada",), len(before) - 1)
    found = reader.read(tmp_path / done.file)
    assert [iou(one.box, ada) > 0.5 for one in found] == [True]
    clear = {round(one.box.left): one.embedding for one in reader.read(photo)}
    covered = [box for box in before.values() if box != ada]
    seen = reader.read(tmp_path / done.file, boxes=covered)
    for box, one in zip(covered, seen, strict=True):
        nearest = min(clear, key=lambda left: abs(left - box.left))
        assert not reader.compare(clear[nearest], one.embedding).same


def test_nobody_is_found_where_all_are_covered(library: PhotoLibrary, photo: Path, tmp_path: Path) -> None:
    (done,) = library.sharing.share(photo, tmp_path, Wish(hide=frozenset({Kind.ALL}))).shared
    with pytest.raises(NoFaceFoundError):
        library.identify(tmp_path / done.file)


def test_a_turned_photo_of_a_stranger_is_covered_upright(
    library: PhotoLibrary, reader: FaceReader, photo: Path, tmp_path: Path
) -> None:
    with Image.open(photo) as upright:
        upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", quality=95)
    (done,) = library.sharing.share(tmp_path / "turned.jpg", tmp_path, Wish(hide=frozenset({Kind.ALL}))).shared
    assert done.covered >= 1
    assert reader.read(tmp_path / done.file) == ()


def test_a_weak_blur_would_be_undone(reader: FaceReader, photo: Path) -> None:
    """The attempts that a finished picture withstands are real: from a weak blur they bring a face back."""
    from recog.photos import read_photo
    from recog.share.deconvolution import gaussian, wiener

    pixels = read_photo(photo).pixels
    best: FaceBox = max((one.box for one in reader.read(photo)), key=lambda box: box.width)
    clear = reader.read(pixels, boxes=[best])[0].embedding
    shape = pixels.shape[0], pixels.shape[1]
    transfer = gaussian(shape, best.width / 9)
    spectrum = np.fft.rfft2(pixels.astype(float), axes=(0, 1)) * transfer[..., np.newaxis]
    blurred = np.fft.irfft2(spectrum, s=shape, axes=(0, 1)).round().clip(0, 255)
    back = wiener(blurred, transfer, 1e-4).round().clip(0, 255).astype(np.uint8)
    weak, restored = (
        reader.compare(clear, reader.read(one, boxes=[best])[0].embedding).squared_distance
        for one in (blurred.astype(np.uint8), back)
    )
    assert restored < 0.7 * weak
    assert restored <= reader.calibration.threshold
