"""Large faces are cut out of the reduced photo, small ones out of full pixels; all boxes are of the full photo."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Transpose

from recog.config import read_settings
from recog.crop import crop_faces, thumbnail
from recog.library.any_turn import find_faces
from recog.library.close_up import LARGE_ENOUGH, close_ups, longest_side
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary
from recog.library.probes import cut_faces, read_faces
from recog.photos import DecodeLimits, DecodePool, decode_photo, read_source
from recog.types import Area, DecodedPhoto, FaceBox, Pixels, Reduced
from tests.painted import CellDetector

FULL = np.random.default_rng(0).integers(0, 255, (800, 1200, 3), np.uint8)


def halved(asked: list[Sequence[Area]]) -> DecodedPhoto:
    """A photo of 1200 x 800 pixels, of which every second pixel was read."""

    def areas(wanted: Sequence[Area]) -> list[Pixels]:
        asked.append(wanted)
        return [FULL[area.top : area.bottom, area.left : area.right] for area in wanted]

    return DecodedPhoto("a" * 64, FULL[::2, ::2], "JPEG", None, reduced=Reduced(2, 1200, 800, areas))


def face(left: float, top: float, side: float, *, turn: int = 0) -> FaceBox:
    points = tuple(
        (left + x * side, top + y * side) for x, y in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.3, 0.8), (0.7, 0.8))
    )
    return FaceBox(left, top, left + side, top + side, 0.99, points, turn)


def test_a_large_face_is_shown_by_the_reduced_photo_and_a_small_one_by_full_pixels() -> None:
    asked: list[Sequence[Area]] = []
    photo = halved(asked)
    large, small = face(500, 300, 2 * LARGE_ENOUGH), face(200.5, 100.25, 2 * LARGE_ENOUGH - 1)
    (first, in_first), (second, in_second) = close_ups(photo, [large, small])
    assert first is photo.pixels
    assert (in_first.left, in_first.top, in_first.right) == (250, 150, 250 + LARGE_ENOUGH)
    assert in_first.landmarks[0] == (large.landmarks[0][0] / 2, large.landmarks[0][1] / 2)
    ((area,),) = asked
    np.testing.assert_array_equal(second, FULL[area.top : area.bottom, area.left : area.right])
    assert (in_second.left + area.left, in_second.top + area.top) == (200.5, 100.25)
    assert in_second.width == small.width
    assert in_second.landmarks[0] == (small.landmarks[0][0] - area.left, small.landmarks[0][1] - area.top)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(("left", "top"), [(300, 300), (-20, 5), (1150, 760), (0, 0)])
def test_crops_and_thumbnails_of_full_pixels_are_those_of_the_full_photo(left: float, top: float, turn: int) -> None:
    box = face(left, top, 71, turn=turn)
    ((pixels, inside),) = close_ups(halved([]), [box])
    assert pixels.size < FULL.size
    np.testing.assert_array_equal(
        crop_faces(pixels, [inside], scale=1.2, size=64), crop_faces(FULL, [box], scale=1.2, size=64)
    )
    assert thumbnail(pixels, inside) == thumbnail(FULL, box)


def test_a_photo_in_full_is_decoded_once() -> None:
    box = face(10, 10, 30)
    assert close_ups(DecodedPhoto("a" * 64, FULL, "PNG", None), [box]) == [(FULL, box)]
    asked: list[Sequence[Area]] = []
    close_ups(halved(asked), [face(10, 10, 400)])
    assert close_ups(halved(asked), []) == []
    assert asked == []


def test_a_detector_that_reduces_nothing_gets_full_photos() -> None:
    assert longest_side(CellDetector()) is None
    with pytest.raises(TypeError, match="CellDetector searches no photo that is reduced 2 times"):
        find_faces(CellDetector(), FULL, factor=2)


@pytest.fixture(scope="module")
def portraits(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real portraits, enlarged to 3600 pixels; the last faces are small, and one photo stands on its head."""
    stored = {1: None, 3: None, 6: Transpose.ROTATE_90, 8: Transpose.ROTATE_270}
    folder = tmp_path_factory.mktemp("portraits")
    for number, path in enumerate(sorted((data / "identities").glob("celeba_*/*.jpg"))[:6]):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        shown = Image.new("RGB", (3600, 2400), (90, 110, 90))
        factor = 2400 / image.height if number < 4 else 1.2
        enlarged = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
        shown.paste(enlarged, (600, 0 if number < 4 else 900))
        exif = Image.Exif()
        exif[0x0112] = orientation = (1, 6, 3, 8, 1, 6)[number]
        turn = stored[orientation]
        (shown if turn is None else shown.transpose(turn)).save(folder / f"{number}.jpg", quality=92, exif=exif)
    return folder


@pytest.mark.networks
@pytest.mark.data
def test_a_photo_that_is_indexed_identified_or_sent_has_the_same_embeddings(portraits: Path, tmp_path: Path) -> None:
    """One reader for all: what is found again is at no distance, whichever process has decoded it."""
    settings = read_settings(library=tmp_path)
    networks = Networks(settings)
    longest = longest_side(networks.detector)
    assert longest is not None
    with PhotoLibrary(settings) as library, DecodePool(DecodeLimits()) as pool:
        library.context.networks = networks
        assert library.index([portraits]).added == 6
        for path in sorted(portraits.iterdir()):
            probe = read_faces(path, networks)
            assert probe.photo.reduced is not None
            assert probe.faces.boxes
            sent = cut_faces(pool.decode(read_source(path), longest=longest), networks)
            np.testing.assert_array_equal(sent.crops, probe.faces.crops)
            assert sent.boxes == probe.faces.boxes
            for shown in library.search(path, k=1).faces:
                (found,) = shown.found
                assert found.squared_distance < 1e-4
                assert path in found.paths
            boxes = [box for box in probe.faces.boxes if box.score > 0.95]
            full = cut_faces(decode_photo(read_source(path)), networks, boxes)
            half = cut_faces(probe.photo, networks, boxes)
            moved = np.square(networks.embedder.embed(full.crops) - networks.embedder.embed(half.crops)).sum(axis=1)
            assert moved.max() < 0.02
