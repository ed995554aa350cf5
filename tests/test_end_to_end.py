"""The main job with the real networks on real photos: index, enrol, identify, verify, search, cluster, report."""

import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.errors import NoFaceFoundError
from recog.library.indexing.results import IngestReport

pytestmark = pytest.mark.networks


@pytest.fixture(scope="module")
def portrait() -> Path:
    """A public portrait that a package of the tests carries: there on every machine."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"


def test_a_portrait_is_recognised_however_it_is_stored(portrait: Path, tmp_path: Path) -> None:
    """Other formats, sizes and turns of one photo are one person, and a photo without a face says so."""
    photos = tmp_path / "photos"
    photos.mkdir()
    image = Image.open(portrait)
    image.save(photos / "lossless.png")
    image.save(photos / "small.webp", quality=85)
    image.resize((image.width * 3 // 4, image.height * 3 // 4)).save(photos / "scaled.jpg", quality=90)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(photos / "turned.jpg", quality=95, exif=exif)
    Image.fromarray(np.full((300, 300, 3), 90, np.uint8)).save(photos / "grey.png")
    with PhotoLibrary.open(read_settings(library=tmp_path / "library")) as library:
        report = library.index([photos])
        assert (report.added, report.faces, report.failed) == (5, 4, ())
        library.people.enrol("Grace", [portrait])
        assert library.people.match_all().matched[0][1] == 4
        found = library.search(photos / "lossless.png", k=5).faces[0].found
        assert found[0].squared_distance == pytest.approx(0, abs=1e-4)
        assert max(one.squared_distance for one in found) < 0.2
        assert library.verify(photos / "small.webp", "Grace").verification.same
        with pytest.raises(NoFaceFoundError, match=r"grey\.png"):
            library.identify(photos / "grey.png")


def test_the_example_of_faces_runs_as_written(
    portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "programs.md"
    (block,) = (one for one in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL) if "FaceReader" in one)
    shutil.copy(portrait, tmp_path / "party.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOG_LIBRARY", str(tmp_path / "library"))
    names: dict[str, Any] = {}
    exec(compile(block, page.name, "exec"), names)  # noqa: S102 - the project's own text
    assert "(160, 160, 3) (128,)" in capsys.readouterr().out
    assert [face.number for face in names["faces"]] == [1]
    assert names["embeddings"].shape == (1, 128)
    assert not (tmp_path / "library").exists()


@pytest.fixture(scope="module")
def examples(data: Path) -> Path:
    return data / "photos" / "face_recognition"


@pytest.fixture(scope="module")
def photos(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("photos") / "library"
    shutil.copytree(data / "photos", target)
    return target


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhotoLibrary]:
    with PhotoLibrary.open(read_settings(library=tmp_path_factory.mktemp("state") / "library")) as library:
        yield library


@pytest.fixture(scope="module")
def report(library: PhotoLibrary, photos: Path) -> IngestReport:
    return library.index([photos])


@pytest.mark.data
def test_every_photo_is_indexed(report: IngestReport, photos: Path) -> None:
    assert report.added + report.duplicates + len(report.failed) == sum(
        path.suffix.lower() in {".jpg", ".jpeg", ".png"} for path in photos.rglob("*") if path.is_file()
    )
    assert report.faces >= 80


@pytest.mark.data
def test_one_photo_each_names_the_people_in_the_others(
    library: PhotoLibrary, report: IngestReport, examples: Path
) -> None:
    train, test = examples / "examples/knn_examples/train", examples / "examples/knn_examples/test"
    library.people.enrol("A", [train / "obama" / "obama.jpg"])
    library.people.enrol("B", [train / "biden" / "biden.jpg"])
    library.people.enrol("C", [train / "kit_harington" / "john1.jpeg"])
    library.people.enrol("D", [train / "rose_leslie" / "img1.jpg"])
    named = {
        path.name: {face.person.name if face.person else None for face in library.identify(path).faces}
        for path in (test / "obama1.jpg", test / "johnsnow_test1.jpg", test / "kit_with_rose.jpg")
    }
    assert named["obama1.jpg"] >= {"A"}
    assert named["johnsnow_test1.jpg"] == {"C"}
    assert named["kit_with_rose.jpg"] == {"C", "D"}


@pytest.mark.data
def test_verification_tells_the_presidents_apart(library: PhotoLibrary, examples: Path) -> None:
    folder = examples / "tests" / "test_images"
    same = library.verify(folder / "obama.jpg", folder / "obama2.jpg").verification
    different = library.verify(folder / "obama.jpg", folder / "biden.jpg").verification
    assert same.same
    assert not different.same
    assert same.probability > 0.9
    assert different.probability < 0.1


@pytest.mark.data
def test_search_finds_the_other_photos_first(library: PhotoLibrary, report: IngestReport, examples: Path) -> None:
    found = library.search(examples / "examples" / "biden.jpg", k=2).faces[0].found
    assert all("biden" in str(one.paths) for one in found)


@pytest.mark.data
def test_clusters_and_the_report_hold_together(library: PhotoLibrary, report: IngestReport) -> None:
    clusters = library.groups.cluster().clusters
    assert clusters
    assert library.reports.duplicates().faces == report.faces
    assert library.maintenance.check().findings == ()
