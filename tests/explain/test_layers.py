"""What layers look for: streamed, resumed, and against a slow exact twin."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from recog.config import read_settings
from recog.detect.windows import windows
from recog.errors import ConfigError, NoPhotosFoundError
from recog.library.explaining.layers import explain_layers
from recog.library.explaining.results import LayersReport
from recog.types import Crops
from tests.explain.linear import derivatives
from tests.explain.networks import network
from tests.painted import CELL, FACE, CellDetector, PaintedLibrary

pytestmark = pytest.mark.networks

UNITS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 photos with a textured face each, one of them twice, two without a face, and a file that is no photo."""
    made = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(11)
    for number in range(200):
        pixels = np.zeros((CELL, CELL, 3), np.uint8)
        margin = (CELL - FACE) // 2
        coarse = random.integers(20, 256, (FACE // 4, FACE // 4, 3), np.uint8)
        pixels[margin : margin + FACE, margin : margin + FACE] = np.repeat(np.repeat(coarse, 4, 0), 4, 1)
        if number in {50, 51}:
            pixels[:] = 0
        Image.fromarray(pixels).save(made / f"{number:03}.png")
    (made / "100.png").write_bytes((made / "003.png").read_bytes())
    (made / "broken.jpg").write_bytes(b"no photo")
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PaintedLibrary:
    return PaintedLibrary(read_settings(library=tmp_path_factory.mktemp("library")))


def explained(
    library: PaintedLibrary,
    folder: Path,
    *,
    unfinished: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    layers: tuple[str, ...] = (),
) -> LayersReport:
    return explain_layers(
        library.context, "rnet", folder, layers=layers, units=(), most=UNITS, looks=False, unfinished=unfinished,
        progress=progress, save_seconds=0.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def report(library: PaintedLibrary, folder: Path) -> LayersReport:
    return explained(library, folder)


def test_the_patches_are_those_of_a_slow_exact_twin(report: LayersReport, folder: Path) -> None:
    shown = network("rnet")
    paths, inputs = seen_by_twin(folder)
    fields = {
        name: (rows, columns)
        for (name, rows), columns in zip(derivatives(shown, 2).items(), derivatives(shown, 3).values(), strict=True)
    }
    assert [layer.name for layer in report.layers] == [layer.name for layer in shown.layers]
    for layer in report.layers:
        maps = torch.cat([shown.answers(torch.from_numpy(one[None]).permute(0, 3, 1, 2).float(), layer.name)
                          for one in inputs])  # fmt: skip
        rows, columns = fields[layer.name]
        for unit in layer.units:
            values, places = maps[:, unit.number].max(dim=1)
            order = sorted(range(len(paths)), key=lambda photo: (-float(values[photo]), photo))
            for patch, photo in zip(unit.patches, order, strict=False):
                row, column = divmod(int(places[photo]), columns.shape[1])
                down, across = np.flatnonzero(rows[:, row]), np.flatnonzero(columns[:, column])
                box = (int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1)
                assert patch.value == pytest.approx(float(values[photo]), rel=1e-4, abs=1e-5)
                assert (patch.photo, patch.box) == (paths[photo], box)
                left, top, right, bottom = box
                decoded = np.asarray(Image.open(io.BytesIO(patch.picture)))
                np.testing.assert_array_equal(decoded, inputs[photo][top:bottom, left:right])
            assert len(unit.patches) == 9
            assert len({patch.photo for patch in unit.patches}) == 9


def seen_by_twin(folder: Path) -> tuple[list[Path], list[Crops]]:
    """The photos in order, each content once, and the window of the face in it."""
    paths, inputs, contents = [], [], set()
    for path in sorted(folder.glob("*.png")):
        pixels, content = np.asarray(Image.open(path)), path.read_bytes()
        boxes = CellDetector().detect(pixels)
        if boxes and content not in contents:
            square = np.array([[boxes[0].left, boxes[0].top, boxes[0].right, boxes[0].bottom]], np.float32)
            inputs.append(windows(pixels, square, 24)[0].transpose(1, 2, 0))
            paths.append(path)
        contents.add(content)
    return paths, inputs


def test_photos_without_a_face_copies_and_broken_files_are_counted(report: LayersReport) -> None:
    assert (report.photos, report.shown, report.of_faces, report.side) == (201, 197, True, 24)
    assert [one.path.name for one in report.failed] == ["broken.jpg"]
    assert len(report.filters) == 28


class Killed(BaseException):
    """As if the process ended here."""


def test_a_run_that_was_killed_twice_gives_the_result_of_one_that_was_not(
    library: PaintedLibrary, folder: Path, report: LayersReport, tmp_path: Path
) -> None:
    unfinished = tmp_path / "page.html.unfinished"
    seen: list[int] = []

    def killed_at(number: int) -> Callable[[int, int], None]:
        def progress(done: int, _total: int) -> None:
            seen.append(done)
            if done == number:
                raise Killed

        return progress

    for number in (60, 130):
        with pytest.raises(Killed):
            explained(library, folder, unfinished=unfinished, progress=killed_at(number))
        assert unfinished.exists()
    first_again = seen[seen.index(60) + 1]
    assert 1 < first_again <= 60  # the second run did not start from the beginning
    found = explained(library, folder, unfinished=unfinished)
    assert found.layers == report.layers
    assert (found.shown, found.failed) == (report.shown, report.failed)


def test_another_choice_of_layers_starts_anew_instead_of_continuing(
    library: PaintedLibrary, folder: Path, report: LayersReport, tmp_path: Path
) -> None:
    unfinished = tmp_path / "page.html.unfinished"
    explained(library, folder, unfinished=unfinished, layers=("conv1",))
    assert explained(library, folder, unfinished=unfinished, layers=("conv2",)).layers == report.layers[1:2]


@pytest.mark.parametrize(
    ("name", "layer", "units", "told"),
    [
        ("nonet", "conv1", (), "choose one of facenet-casia, "),
        ("rnet", "conv9", (), "has no layer 'conv9': choose among conv1, conv2, conv3, dense4, dense5_1, dense5_2"),
        ("rnet", "dense5_1", (2,), "has no unit 2: its units are 0 to 1"),
    ],
)
def test_unknown_networks_layers_and_units_are_refused_with_what_there_is(
    folder: Path, name: str, layer: str, units: tuple[int, ...], told: str
) -> None:
    with PaintedLibrary(read_settings(library=folder / "library")) as library, pytest.raises(ConfigError) as refused:
        library.explaining.layers(name, folder, layers=[layer], units=units)
    assert told in str(refused.value)


def test_a_folder_without_photos_is_refused(library: PaintedLibrary, tmp_path: Path) -> None:
    with pytest.raises(NoPhotosFoundError, match="holds no photo to show the network: name another folder"):
        library.explaining.layers("rnet", tmp_path)


def test_whole_photos_go_into_networks_that_look_at_no_faces(library: PaintedLibrary, folder: Path) -> None:
    found = library.explaining.layers("pnet", folder, layers=["conv1"], units=[3], looks=True)
    (layer,) = found.layers
    assert (found.of_faces, found.shown, layer.places, layer.field) == (False, 198, (158, 158), (3, 3))
    (unit,) = layer.units
    looks = unit.looks
    assert looks is not None
    sizes = {
        name: Image.open(io.BytesIO(getattr(looks, name))).size
        for name in ("strongest", "occlusion", "gradient", "maximised")
    }
    assert set(sizes.values()) == {(160, 160)}


def test_the_network_of_styles_is_shown_paintings_and_photos_without_people(
    library: PaintedLibrary, data: Path
) -> None:
    found = library.explaining.layers("vgg16-hed", data / "style", layers=["relu1_1", "relu5_3"], units=[0, 7])
    assert (found.of_faces, found.photos, found.shown, found.side) == (False, 4, 4, 224)
    shallow, deep = found.layers
    assert (shallow.field, shallow.all_units, deep.field, deep.all_units) == ((3, 3), 64, (196, 196), 512)
    names = {path.name for path in (data / "style").iterdir()}
    for unit in (*shallow.units, *deep.units):
        assert {one.photo.name for one in unit.patches} == names
        values = [one.value for one in unit.patches]
        assert values == sorted(values, reverse=True)
        assert values[0] > 0
