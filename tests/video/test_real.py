"""Real videos with the real networks: who is seen, when, and the same person in a still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.photos import DecodeLimits
from recog.photos.video.process import frame_of
from recog.render.text_find import found_text
from recog.types import DecodedPhoto

pytestmark = pytest.mark.networks


@pytest.fixture(scope="module")
def library(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhotoLibrary]:
    """Return a library of the real videos; the one who is filmed from a screen is Ada."""
    with PhotoLibrary(read_settings(library=tmp_path_factory.mktemp("library"))) as library:
        report = library.index(data / "videos")
        assert (report.added, report.failed) == (11, ())
        (ada,) = faces_of(library, "screen_replay.mp4")
        library.people.confirm("Ada", [ada], new=True)
        yield library


def faces_of(library: PhotoLibrary, name: str) -> list[int]:
    """Return the tracks of the video with this name."""
    for one in library.photos.page().photos:
        detail = library.photos.photo(one.photo.id)
        if any(path.name == name for path in detail.paths):
            return [face.face.id for face in detail.faces if face.face.span is not None]
    return []


def test_each_person_is_one_track(library: PhotoLibrary, data: Path) -> None:
    assert len(faces_of(library, "with-gps.mov")) == 1
    assert len(faces_of(library, "with-gps.mp4")) == 1
    assert faces_of(library, "sample_mpeg4.mp4") == []


def test_what_is_unchanged_is_not_read_again(library: PhotoLibrary, data: Path) -> None:
    again = library.index(data / "videos")
    assert (again.unchanged, again.added, again.failed) == (11, 0, ())


def test_a_search_lists_the_moment(library: PhotoLibrary, data: Path) -> None:
    assert found_text(library.people.find("Ada")).splitlines() == [
        f"{data / 'videos/screen_replay.mp4'} 00:00-00:05",
    ]


@pytest.mark.parametrize("at", [0.5, 2.5, 4.0])
def test_a_still_of_the_video_shows_the_person_of_the_track(
    library: PhotoLibrary, data: Path, tmp_path: Path, at: float
) -> None:
    still = frame_of(data / "videos/screen_replay.mp4", DecodeLimits(), at=at)
    assert isinstance(still, DecodedPhoto)
    Image.fromarray(still.pixels).save(tmp_path / "still.png")
    (face,) = library.identify(tmp_path / "still.png").faces
    assert face.person is not None
    assert face.person.name == "Ada"


def test_somebody_else_in_a_video_is_unknown(library: PhotoLibrary, data: Path) -> None:
    (face,) = library.identify(data / "videos/with-gps.mov").faces
    assert face.person is None
