"""A detector, a network and a cluster method are added from outside and used by a real library.

The detector and the cluster method are in an installed package, found by the entry points in its metadata; the network
is a tiny ONNX file with its description. Nothing of recog is edited or replaced.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recog.config import Settings, read_settings
from recog.detect.registry import DETECTORS
from recog.embed.facts import EmbedderFacts
from recog.embed.registry import EMBEDDERS
from recog.errors import ConfigError, EvaluationError, WayOut
from recog.evaluate.calibration_file import calibration_path, save_calibration
from recog.library.maintenance.weights import models
from recog.library.networks import Networks
from recog.library.photo_library import PhotoLibrary
from recog.types import Calibration
from recog.weights.loading import LoadOptions, Needs
from tests.embed.test_onnx import describe
from tests.onnx_file import mean_colour_network
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint

PACKAGE = '''
from dataclasses import dataclass

import numpy as np

from recog.weights.loading import Needs
from tests.painted import CellDetector


class Cells(CellDetector):
    needs = Needs()

    @classmethod
    def load(cls, options):
        return cls()


class NeedsMore(Cells):
    needs = Needs(packages=("no_such_package_at_all",))


@dataclass
class Groups:
    labels: np.ndarray
    reason: str


def by_largest_number(embeddings, k, *, seed):
    """Group by the place of the largest number; the first face is in no group."""
    labels = embeddings.argmax(axis=1)
    labels[0] = -1
    return Groups(labels, f"k = {k} was not asked for")
'''
ENTRY_POINTS = """
[recog.detectors]
cells = outside_recog:Cells
demanding = outside_recog:NeedsMore
gone = outside_recog:Gone

[recog.cluster_methods]
largest = outside_recog:by_largest_number
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package: a module and its metadata on the path."""
    site = tmp_path / "site"
    metadata = site / "outside_recog-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "outside_recog.py").write_text(PACKAGE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-recog\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(site))
    yield
    sys.modules.pop("outside_recog", None)


@pytest.fixture
def settings(tmp_path: Path, package: None) -> Settings:
    weight = np.eye(3, 128, dtype=np.float32)
    describe(
        tmp_path / "networks", mean_colour_network(weight, side=32), mean=0.0, scale=255.0, alignment="arcface", dim=128
    )
    return read_settings(
        library=tmp_path / "library",
        cache=tmp_path / "cache",
        own_networks=tmp_path / "networks",
        detector="cells",
        network="colours",
        device="cpu",
    )


def calibrate(settings: Settings) -> Calibration:
    """Write a made-up calibration of the network into the library's directory."""
    info = Networks(settings).info
    made = Calibration(info.sha256, 0.5, 0.001, 10.0, -5.0, "painted faces", 1000)
    settings.library.mkdir(parents=True, exist_ok=True)
    save_calibration(made, calibration_path(info.name, directory=settings.library))
    return made


def test_a_library_finds_embeds_searches_and_groups_with_what_was_added(settings: Settings, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    paint(photos / "a.png", RED, BLUE)
    paint(photos / "b.png", GREEN, RED, noise=1)
    probe = paint(tmp_path / "probe.png", RED, noise=2)
    calibrate(settings)
    with PhotoLibrary(settings) as library:
        report = library.index([photos])
        assert (report.faces, report.failed) == (4, ())
        (face,) = library.search(probe, k=4).faces
        squared = [one.squared_distance for one in face.found]
        assert squared[:2] == pytest.approx([0, 0], abs=1e-3)
        assert squared[2] > 1
        groups = library.groups.cluster(method="largest")
        assert (groups.method, groups.k_reason, groups.singletons) == ("largest", "k = None was not asked for", 1)
        assert sorted(one.size for one in groups.clusters) == [1, 1, 1]
        info = Networks(settings).info
    assert (info.name, info.dim, info.template) == ("colours", 128, "arcface")


def test_names_need_a_calibration_of_the_network_that_was_added(settings: Settings, tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "a.png", RED)
    one, other = paint(tmp_path / "one.png", RED, noise=3), paint(tmp_path / "other.png", BLUE, noise=4)
    with PhotoLibrary(settings) as library:
        library.index([tmp_path / "photos"])
        with pytest.raises(EvaluationError, match=r"the network colours has no calibration, so it") as caught:
            library.verify(one, other)
        assert caught.value.way_out is WayOut.CALIBRATE
    calibrate(settings)
    with PhotoLibrary(settings) as library:
        assert library.verify(one, one).verification.same
        assert not library.verify(one, other).verification.same


def test_embeddings_of_the_network_that_was_added_do_not_meet_those_of_another(
    settings: Settings, tmp_path: Path
) -> None:
    paint(tmp_path / "photos" / "a.png", RED)
    with PhotoLibrary(settings) as library:
        library.index([tmp_path / "photos"])
    weight = np.eye(3, 128, k=1, dtype=np.float32)
    describe(
        tmp_path / "networks", mean_colour_network(weight, side=32), called="shifted",
        mean=0.0, scale=255.0, alignment="arcface", dim=128,
    )  # fmt: skip
    shifted = settings.model_copy(update={"network": "shifted"})
    calibrate(shifted)
    with PhotoLibrary(shifted) as library:
        library.index([tmp_path / "photos"])
        (face,) = library.search(paint(tmp_path / "probe.png", RED, noise=2), k=4).faces
        assert [one.squared_distance for one in face.found] == pytest.approx([0.0], abs=1e-3)


def test_weights_of_the_network_that_was_added_are_listed(settings: Settings) -> None:
    (own,) = [one for one in models(settings) if one.name == "colours"]
    assert (own.role, own.state, own.licence, own.default) == ("embedder", "present", "CC0", True)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"detector": "nobody"}, r"no detector called 'nobody': choose one of mtcnn, .*cells, demanding, gone$"),
        ({"detector": "demanding"}, r"the detector 'demanding' needs no_such_package_at_all, which is not installed"),
        ({"detector": "gone"}, r"the detector 'gone' is outside_recog:Gone of an installed package, which cannot be"),
        ({"network": "nobody"}, r"no network called 'nobody': choose one of facenet-casia, .*, colours\b"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_known_ones(
    settings: Settings, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    paint(tmp_path / "photos" / "a.png", RED)
    with (
        PhotoLibrary(settings.model_copy(update=changes)) as library,
        pytest.raises(ConfigError, match=said),
    ):
        library.index([tmp_path / "photos"])


def test_an_unknown_way_of_grouping_is_answered_with_the_known_ones(settings: Settings, tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "a.png", RED)
    with PhotoLibrary(settings) as library:
        library.index([tmp_path / "photos"])
        with pytest.raises(ConfigError, match=r"no cluster method called 'stars': choose one of identity, kmeans"):
            library.groups.cluster(method="stars")


class Finder(CellDetector):
    needs = Needs()

    @classmethod
    def load(cls, _options: LoadOptions) -> "Finder":
        return cls()


class Colours(ColourEmbedder):
    needs = Needs()

    @classmethod
    def facts(cls, _options: LoadOptions) -> EmbedderFacts:
        return EmbedderFacts(info=cls.info, encoder="numpy float64", flip=False)

    @classmethod
    def load(cls, _options: LoadOptions) -> "Colours":
        return cls()


def test_a_program_registers_classes_of_its_own_and_may_not_take_recog_s_names(tmp_path: Path) -> None:
    DETECTORS.register("finder of a program", Finder)
    EMBEDDERS.register("colours of a program", Colours)
    settings = read_settings(
        library=tmp_path / "library", detector="finder of a program", network="colours of a program", device="cpu"
    )
    paint(tmp_path / "photos" / "a.png", RED, BLUE)
    calibrate(settings)
    with PhotoLibrary(settings) as library:
        assert library.index([tmp_path / "photos"]).faces == 2
        assert library.status().encoder == "numpy float64"
    with pytest.raises(ConfigError, match="recog has a detector called 'mtcnn' itself"):
        DETECTORS.register("mtcnn", Finder)
