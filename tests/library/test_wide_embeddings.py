"""A library of 512-d embeddings, by a network of the user's own: every use of it, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from recog.config import Settings, read_settings
from recog.detect.registry import DETECTORS
from recog.distance import unit_rows
from recog.errors import EvaluationError, WayOut
from recog.evaluate.calibration_file import calibration_path, save_calibration
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, load, publish
from recog.index.structures import Kind
from recog.library.maintenance.own_networks import Origin, Preprocessing, add_network
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary
from recog.types import Calibration
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.place import Place
from recog.weights.loading import LoadOptions, Needs
from tests.onnx_file import mean_colour_network
from tests.painted import BLUE, GREEN, RED, CellDetector, paint
from tests.postgres import Databases
from tests.web.client import TOKEN, Client

DIM = 512
NETWORK = "ab" * 32


class Cells(CellDetector):
    needs = Needs()

    @classmethod
    def load(cls, _options: LoadOptions) -> "Cells":
        return cls()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    databases: Databases = request.getfixturevalue("databases")
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def settings(tmp_path: Path, database: str | None) -> Settings:
    """The settings of a library whose network makes 512 numbers of a mean colour."""
    DETECTORS.register("cells of wide embeddings", Cells)
    made = read_settings(
        library=tmp_path / "library",
        database=database,
        cache=tmp_path / "cache",
        own_networks=tmp_path / "networks",
        detector="cells of wide embeddings",
        network="wide",
        device="cpu",
    )
    weight = np.eye(3, DIM, k=200, dtype=np.float32) + np.eye(3, DIM, dtype=np.float32)
    (tmp_path / "wide.onnx").write_bytes(mean_colour_network(weight, side=32))
    seen = Preprocessing(
        input_size=32, alignment="arcface", colour="rgb", mean=0.0, scale=255.0, crop_scale=1.4, flip=True
    )
    origin = Origin(licence="CC0", trained_on="nothing", non_commercial=False)
    assert add_network(made, "wide", tmp_path / "wide.onnx", seen, origin).dim == DIM
    return made


def calibrated(settings: Settings) -> Settings:
    """Write a calibration of the network, as if it had been measured, beside the description."""
    info = Networks(settings).info
    made = Calibration(info.sha256, 0.5, 0.001, 10.0, -5.0, "painted faces", 1000)
    save_calibration(made, calibration_path(info.name, directory=settings.own_networks))
    return settings


def test_every_use_of_a_library_takes_512_dimensions(settings: Settings, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for number, colours in enumerate([(RED, BLUE), (RED,), (BLUE, GREEN), (GREEN,), (RED, GREEN)]):
        paint(photos / f"{number}.png", *colours, noise=number)
    with PhotoLibrary(calibrated(settings)) as library:
        assert library.index([photos]).faces == 8
        assert library.status().network.dim == DIM
        probe = paint(tmp_path / "probe.png", RED, noise=9)
        (unknown,) = library.identify(probe).faces
        assert unknown.person is None
        library.people.enrol("Ada", [photos / "1.png"])
        library.people.match_all()
        (face,) = library.identify(probe).faces
        assert face.person is not None
        assert face.person.name == "Ada"
        assert library.people.person("Ada").person.matched == 2
        near = library.search(probe, k=8).faces[0].found
        assert [one.squared_distance < 0.01 for one in near] == [True] * 3 + [False] * 5
        assert library.verify(probe, photos / "1.png").verification.same
        assert not library.verify(probe, photos / "3.png").verification.same
        for method in ("identity", "kmeans"):
            sizes = [
                one.size for one in library.groups.cluster(method=method, k=3 if method == "kmeans" else None).clusters
            ]
            assert sorted(sizes) == [2, 3, 3]
        assert len(library.reports.face_map().faces) == 8
        assert library.reports.duplicates().faces == 8
        assert library.maintenance.check().findings == ()
        library.maintenance.rebuild_index()
        library.names.export(tmp_path / "names.json")
        backup = library.maintenance.back_up(tmp_path / "backup") if settings.database is None else None
        library.people.forget("Ada")
        assert library.people.all() == ()
        if backup is not None:
            library.maintenance.restore(backup.path)
            assert [person.matched for person in library.people.all()] == [2]
    another = settings.model_copy(update={"library": tmp_path / "another", "database": None})
    with PhotoLibrary(another) as library:
        library.index([photos])
        library.names.import_file(tmp_path / "names.json")
        assert [person.name for person in library.people.all()] == ["Ada"]


def test_every_page_shows_a_library_of_512_dimensions(settings: Settings, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for number in range(3):
        paint(photos / f"{number}.png", RED, GREEN, noise=number)
    with PhotoLibrary(calibrated(settings)) as library:
        library.index([photos])
        library.people.confirm("Ada", [1], new=True)
        library.people.match_all()
        library.groups.cluster()
    place = Place("127.0.0.1", 8765)
    with (
        ServedLibrary(PhotoLibrary(settings)) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=place), place) as client,
    ):
        for page in ("/", "/people", "/people/1", "/photos/1", "/duplicates", "/find"):
            assert client.get(page).status == 200, page


def test_a_network_without_a_calibration_indexes_but_says_nobody_s_name(settings: Settings, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for number in range(2):
        paint(photos / f"{number}.png", RED, noise=number)
    probe = paint(tmp_path / "probe.png", RED, noise=9)
    with PhotoLibrary(settings) as library:
        assert library.index([photos]).faces == 2
        assert library.status().calibration is None
        library.people.confirm("Ada", [1], new=True)
        for asked in (library.identify, library.search, lambda photo: library.verify(photo, photo)):
            with pytest.raises(
                EvaluationError, match=r"network wide has no calibration, so it cannot say who"
            ) as caught:
                asked(probe)
            assert caught.value.way_out is WayOut.CALIBRATE
        assert library.people.person("Ada").person.matched == 0
    with PhotoLibrary(calibrated(settings)) as library:
        (face,) = library.identify(probe).faces
        assert face.person is not None


@pytest.mark.parametrize("kind", get_args(Kind))
def test_an_index_of_512_dimensions_is_published_loaded_and_searched(kind: Kind, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    centres = draw.normal(size=(60, DIM))
    rows = unit_rows((np.repeat(centres, 40, axis=0) + 0.5 * draw.normal(size=(2400, DIM))).astype(np.float32))
    ids = np.arange(5, 2405)
    built = FaceIndex.build([(ids, rows)], network_sha256=NETWORK, dim=DIM, device="cpu", kind=kind)
    assert built.kind == kind
    publish(built, tmp_path, library_id="a", mark=IndexMark(1, 1))
    loaded, _ = load(tmp_path, library_id="a", network_sha256=NETWORK, dim=DIM, device="cpu")
    probes = rows[::100]
    assert loaded.search(probes, 5) == built.search(probes, 5)
    exact = np.argsort(-(probes.astype(np.float64) @ rows.T.astype(np.float64)), axis=1, kind="stable")[:, :5]
    found = np.array([[one.face_id for one in each] for each in loaded.search(probes, 5)])
    assert (found == ids[exact]).mean() > (0.999 if kind == "flat" else 0.9)
    loaded.add(np.array([1]), rows[:1])
    assert loaded.remove(np.array([7])) == 1
    assert loaded.count == 2400
