"""A library that an earlier default made is embedded anew, and what the user said stays."""

from pathlib import Path

import pytest

from recog.config import Settings, read_settings
from recog.library.indexing.results import IngestProgress
from recog.library.photo_library import PhotoLibrary
from recog.render.text_photos import ingest

EARLIER = {"network": "facenet-dlib", "detector": "mtcnn"}
SENTENCE = "had been processed by another detector or network: their faces are found and embedded anew, and names stay."


@pytest.fixture
def photos(data: Path, tmp_path: Path) -> Path:
    """Two photos of each of three people."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, person in enumerate(sorted((data / "identities").glob("pins105_*"))[:3]):
        for place, photo in enumerate(sorted(person.glob("*.jpg"))[:2]):
            (folder / f"{number}_{place}.jpg").write_bytes(photo.read_bytes())
    return folder


def settings(tmp_path: Path, **earlier: str) -> Settings:
    return read_settings(library=tmp_path / "library", device="cpu", **earlier)


@pytest.mark.data
@pytest.mark.networks
@pytest.mark.timeout(900)
def test_names_stay_and_an_interrupted_run_goes_on(photos: Path, tmp_path: Path) -> None:
    with PhotoLibrary(settings(tmp_path, **EARLIER)) as library:
        assert library.index([photos]).again == 0
        for number in range(3):
            library.people.enrol(f"Person {number}", photos / f"{number}_0.jpg")
        before = {one.name: one.confirmed for one in library.people.all()}

    def interrupt(_progress: IngestProgress) -> None:
        raise KeyboardInterrupt

    with PhotoLibrary(settings(tmp_path)) as library:
        stopped = library.index([photos], progress=interrupt)
        assert (stopped.interrupted, stopped.again) == (True, 6)
        assert {one.name: one.confirmed for one in library.people.all()} == before
    seen: list[int] = []
    with PhotoLibrary(settings(tmp_path)) as library:
        report = library.index([photos], progress=lambda progress: seen.append(progress.done))
        assert not report.interrupted
        assert 0 < report.again <= 6
        assert seen[-1] == 6
        assert f"{report.again} photos {SENTENCE}" in " ".join(ingest(report).split())
        assert {one.name: one.confirmed for one in library.people.all()} == before
        for number in range(3):
            (face,) = library.identify(photos / f"{number}_1.jpg").faces
            assert face.person is not None
            assert face.person.name == f"Person {number}"
        assert library.index([photos]).again == 0
