"""Faces of turned photos without an EXIF orientation are found, stored and shown."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.boxes import rescaled
from recog.config import read_settings
from recog.library.any_turn import find_faces
from recog.library.face_reader import FaceReader
from recog.render.as_json import to_json
from recog.types import Face, FaceBox, Origin, Pixels
from tests.library.database import writing_to
from tests.library.people.test_acts import face_of, name_of
from tests.painted import GREEN, RED
from tests.turned_faces import FACE, EyesDetector, EyesLibrary, EyesNetworks, portrait, saved

TURNS = (90, 180, 270)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[EyesLibrary]:
    with EyesLibrary(read_settings(library=tmp_path / "library")) as library:
        yield library


def faces_on(library: EyesLibrary, path: Path) -> list[Face]:
    photo = library.context.catalog.photos.at([path])[path]
    return library.context.catalog.faces.of_photo(photo.id)


def drawn(path: Path, box: FaceBox) -> Pixels:
    """Return what a photo shows in a box."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return pixels[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]


@pytest.mark.parametrize("turn", TURNS)
def test_a_face_of_a_turned_photo_gets_its_name_in_the_pixels_of_the_photo(
    library: EyesLibrary, folder: Path, turn: int
) -> None:
    library.people.enrol("Ada", [saved(folder / "ada.png", portrait(RED))])
    lying = saved(folder / "lying.png", portrait(GREEN, RED, noise=9), turn=turn)
    library.index([folder])
    stored = faces_on(library, lying)
    assert len(stored) == 2
    for face in stored:
        assert face.box.turn == (360 - turn) % 360
        shown = drawn(lying, face.box)
        assert shown.shape == (FACE, FACE, 3)
        assert shown.max(axis=2).astype(bool).mean() > 0.8  # the square itself, not its surroundings
    ada = library.context.catalog.people.by_name("Ada")
    named = [face for face in stored if face.person_id == ada.id]
    assert [tuple(drawn(lying, face.box)[20, 20]) for face in named] == [RED]
    upright = portrait(GREEN, RED, noise=9)
    width = upright.shape[1]
    (box,) = [one for one in EyesDetector().detect(upright) if one.left > width / 2 - 20]
    (left, top), _ = box.landmarks[:2]
    expected = {
        90: (top, width - left),
        180: (width - left, upright.shape[0] - top),
        270: (upright.shape[0] - top, left),
    }[turn]
    assert named[0].box.landmarks[0] == pytest.approx(expected)


@pytest.mark.parametrize("turn", TURNS)
def test_the_thumbnail_of_a_turned_face_stands_upright(library: EyesLibrary, folder: Path, turn: int) -> None:
    upright = saved(folder / "upright.png", portrait(RED))
    lying = saved(folder / "lying.png", portrait(RED), turn=turn)
    library.index([folder])
    pictures = [
        np.asarray(Image.open(io.BytesIO(library.faces.thumbnail(face_of(library, path)))), np.int64)
        for path in (upright, lying)
    ]
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.0


@pytest.mark.parametrize("turn", TURNS)
def test_a_face_reader_cuts_a_turned_face_upright(tmp_path: Path, turn: int) -> None:
    settings = read_settings(library=tmp_path / "library")
    reader = FaceReader(settings, networks=EyesNetworks(settings))
    (standing,) = reader.read(portrait(RED))
    (lying,) = reader.read(np.rot90(portrait(RED), turn // 90))
    assert lying.box.turn == (360 - turn) % 360
    assert np.abs(standing.crop.astype(int) - lying.crop.astype(int)).max() <= 1
    assert lying.doubt is None
    again = reader.read(np.rot90(portrait(RED), turn // 90), boxes=[lying.box])
    assert np.array_equal(again[0].crop, lying.crop)


def test_identify_verify_and_search_see_turned_photos(library: EyesLibrary, folder: Path) -> None:
    ada = saved(folder / "ada.png", portrait(RED))
    lying = saved(folder / "elsewhere" / "lying.png", portrait(RED, noise=5), turn=270)
    library.people.enrol("Ada", [ada])
    answer = library.identify(lying)
    (face,) = answer.faces
    assert face.person is not None
    assert (face.person.name, face.box.turn) == ("Ada", 90)
    assert json.loads(to_json(answer))["faces"][0]["box"]["turn"] == 90
    assert library.verify(lying, ada).verification.same
    assert library.verify(lying, "Ada").verification.same
    assert library.search(lying).faces[0].found[0].face.id == face_of(library, ada)
    assert library.people.enrol("Ada", [lying]).faces[0].box.turn == 90


def test_a_second_run_looks_at_no_turned_photo_again(library: EyesLibrary, folder: Path) -> None:
    lying = saved(folder / "lying.png", portrait(RED), turn=90)
    library.index([folder])
    before = faces_on(library, lying)
    report = library.index([folder], verify=True)
    assert (report.unchanged, report.changed, report.faces) == (1, 0, 0)
    assert faces_on(library, lying) == before


def test_what_an_earlier_recog_found_in_a_turned_photo_gives_way(library: EyesLibrary, folder: Path) -> None:
    """The migration marks photos without a sure face; a confirmed name stays with the face at its place."""
    lying = saved(folder / "lying.png", portrait(RED, GREEN), turn=180)
    library.index([folder])
    with writing_to(library) as connection:
        connection.exec_driver_sql("UPDATE faces SET score = 0.82, turn = 0")
        connection.exec_driver_sql("DELETE FROM processings")
    first, second = faces_on(library, lying)
    library.people.confirm("Ada", [first.id], new=True)
    library.index([folder])
    after = {face.id: face for face in faces_on(library, lying)}
    assert {face.box.turn for face in after.values()} == {180}
    assert after.keys() == {first.id, second.id}
    assert name_of(library, first.id) == "Ada"


def test_a_face_that_was_forgotten_is_not_found_again_in_a_turned_photo(library: EyesLibrary, folder: Path) -> None:
    lying = saved(folder / "lying.png", portrait(RED, GREEN), turn=90)
    library.index([folder])
    gone = next(face.id for face in faces_on(library, lying) if tuple(drawn(lying, face.box)[20, 20]) == RED)
    library.people.confirm("Ada", [gone], new=True)
    library.people.forget("Ada")
    with writing_to(library) as connection:
        connection.exec_driver_sql("DELETE FROM processings")
    library.index([folder])
    assert [tuple(drawn(lying, face.box)[20, 20]) for face in faces_on(library, lying)] == [GREEN]


def test_names_of_a_turned_photo_leave_and_enter_by_xmp(library: EyesLibrary, folder: Path, tmp_path: Path) -> None:
    lying = saved(folder / "lying.png", portrait(RED, GREEN), turn=90)
    library.index([folder])
    red = next(face for face in faces_on(library, lying) if tuple(drawn(lying, face.box)[20, 20]) == RED)
    library.people.confirm("Ada", [red.id], new=True)
    library.names.export_sidecars(tmp_path / "xmp")
    with EyesLibrary(read_settings(library=tmp_path / "other")) as other:
        other.index([folder])
        other.names.import_sidecars(tmp_path / "xmp")
        ada = other.context.catalog.people.by_name("Ada")
        (face,) = other.context.catalog.faces.of_person(ada.id)
        assert tuple(drawn(lying, face.box)[20, 20]) == RED
        assert (face.box.turn, face.origin) == (270, Origin.CONFIRMED)


def test_a_photo_with_a_sure_upright_face_is_looked_at_once() -> None:
    detector = EyesDetector()
    (box,) = find_faces(detector, portrait(RED))
    assert (detector.looks, box.turn) == (1, 0)
    blank = EyesDetector()
    assert find_faces(blank, np.zeros((100, 160, 3), np.uint8)) == []
    assert blank.looks == 2  # once upright, and once at all three turns side by side


class Enlarged(EyesDetector):
    """A detector for photos enlarged eight times, and for their small copies, which are enlarged twice."""

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Return boxes in pixels of the photo."""
        factor = 8 if max(pixels.shape) > 1000 else 2
        return [rescaled(box, factor, factor) for box in super().detect(pixels[::factor, ::factor])]


@pytest.mark.parametrize("turn", TURNS)
def test_faces_of_a_large_turned_photo_are_found_in_its_own_pixels(turn: int) -> None:
    """Its turns are examined in a small copy."""
    large = np.rot90(np.kron(portrait(RED), np.ones((8, 8, 1), np.uint8)), turn // 90)
    (box,) = find_faces(Enlarged(), large)
    (expected,) = find_faces(EyesDetector(), np.rot90(portrait(RED), turn // 90))
    assert box.turn == expected.turn == (360 - turn) % 360
    assert box == rescaled(expected, 8, 8)


class Watching(EyesDetector):
    """A detector that remembers the sizes of the pictures that it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.longest: list[int] = []

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Remember the size and detect as usual."""
        self.longest.append(max(pixels.shape))
        return super().detect(pixels)


def test_turns_are_looked_at_in_a_small_copy_unless_only_large_faces_are_wanted() -> None:
    """A detector that skips small faces would find none in a small copy."""
    blank = np.zeros((900, 1600, 3), np.uint8)
    usual, large = Watching(), Watching()
    find_faces(usual, blank)
    find_faces(large, blank, min_face=48)
    assert usual.longest[0] == large.longest[0] == 1600
    assert usual.longest[1] < 1000
    assert large.longest[1] > 1.5 * usual.longest[1]
