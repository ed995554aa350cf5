"""Scores as sheets, plots and a page that fetches nothing and shows paths as text."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.assess.embedding_options import embedding_options
from recog.assess.evaluations import ClustersRun, DetectionRun, FolderFaces, IdentificationRun
from recog.assess.pairs import PairsRun, UnscoredPair, run_pairs
from recog.datasets.embedded import Pipeline
from recog.errors import RecogError
from recog.evaluate.clusters import cluster_scores
from recog.evaluate.detection import DrawnFaces, detection_scores
from recog.evaluate.groups import GroupErrors
from recog.evaluate.identification import identification
from recog.evaluate.photo_pairs import lfw_pairs
from recog.render.plots import Axes, Line, bars, curves, histograms
from recog.render.score_page import score_page, write_scores
from recog.render.score_plots import clusters_plots, detection_plots, identification_plots, pairs_plots
from recog.render.score_sheets import LISTED, detection_sheet, identification_sheet, lost_facts, pairs_sheet
from recog.render.sheet import sheet_text
from recog.render.text_scores import group_errors_text
from tests.pages import Reader
from tests.painted import CellDetector, ColourEmbedder
from tests.painted_protocols import painted_lfw

EVIL = Path("/photos/<img src=x onerror=alert(1)>/\x1b[2J.jpg")
NETWORK = ColourEmbedder.info
FOLDER = FolderFaces(4, 1, {"detected": 9}, {EVIL: "unreadable: left out"})


@pytest.fixture(scope="module")
def pairs_run(tmp_path_factory: pytest.TempPathFactory) -> PairsRun:
    folder = tmp_path_factory.mktemp("lfw")
    options = embedding_options(NETWORK, flip=True, crops=2, encoder="paint")
    run = run_pairs(lfw_pairs(folder, painted_lfw(folder)), "LFW", Pipeline(CellDetector(), ColourEmbedder()), options)
    return replace(run, listed=21, unscored=(UnscoredPair(EVIL, EVIL, EVIL, "damaged"),))


@pytest.fixture(scope="module")
def identification_run() -> IdentificationRun:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(20), 4)
    rows = random.normal(0, 1, (20, 8))[labels] + 0.4 * random.normal(0, 1, (80, 8))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    scores = tuple(identification(rows, labels, gallery=size, photos=number) for number in (1, 2) for size in (10, 16))
    return IdentificationRun(NETWORK, FOLDER, scores)


def picture(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.format == "PNG"
    assert len(image.convert("RGB").getcolors(1 << 20) or []) > 20
    return image


def test_every_rate_stands_beside_its_interval(pairs_run: PairsRun, identification_run: IdentificationRun) -> None:
    text = sheet_text(pairs_sheet(pairs_run))
    for name in ("accuracy", "AUC", "EER", "VAL at FAR 0.01", "VAL at FAR 0.001", "  FAR measured there"):
        line = next(line for line in text.splitlines() if line.startswith(name))
        assert " to " in line
    assert "mirror image  averaged in" in text
    assert "NOT SCORED    1 of 21 pairs: 1 damaged; 1 photo to blame" in text
    assert "\\x1b[2J.jpg: damaged" in text
    table = sheet_text(identification_sheet(identification_run))
    assert "DIR at FPIR 0.01" in table
    assert table.count(" to ") >= 4 * 5


def test_a_page_holds_its_plots_and_fetches_nothing(pairs_run: PairsRun) -> None:
    plots = pairs_plots(pairs_run)
    assert [plot.name for plot in plots] == ["roc", "distances"]
    page = score_page(pairs_sheet(pairs_run), plots)
    read = Reader(page)
    assert read.open == []
    assert read.tags["img"] == read.tags["figure"] == len(plots)
    sources = [value for tag, name, value in read.attributes if tag == "img" and name == "src"]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert not [value for _, name, value in read.attributes if name in {"href", "onerror"}]
    assert read.tags["script"] == 0
    assert "<img src=x" in "".join(read.text)
    assert "\x1b" not in page
    policy = next(value for tag, name, value in read.attributes if tag == "meta" and "default-src" in value)
    assert "script-src" not in policy


def test_a_folder_gets_the_page_the_pictures_and_the_document(pairs_run: PairsRun, tmp_path: Path) -> None:
    plots = pairs_plots(pairs_run)
    folder = tmp_path / "a" / "scores"
    assert write_scores(folder, "lfw", pairs_sheet(pairs_run), plots, pairs_run) == folder / "lfw.html"
    names = {"lfw.html", "lfw.json", "lfw-roc.png", "lfw-distances.png"}
    assert {path.name for path in folder.iterdir()} == names
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    document = json.loads((folder / "lfw.json").read_text())
    assert len(document["roc"]["far"]) == len(document["roc"]["low"]) == 61
    assert picture((folder / "lfw-roc.png").read_bytes()).width > 1000
    (tmp_path / "file").write_text("")
    with pytest.raises(RecogError, match="cannot be made"):
        write_scores(tmp_path / "file" / "scores", "lfw", pairs_sheet(pairs_run), plots, pairs_run)


def test_identification_shows_ranks_strangers_and_gallery_sizes(identification_run: IdentificationRun) -> None:
    plots = identification_plots(identification_run)
    assert [plot.name for plot in plots] == ["cmc", "dir", "gallery"]
    assert len({plot.png for plot in plots}) == 3
    for plot in plots:
        picture(plot.png)


def test_clusters_are_drawn_where_other_thresholds_were_tried() -> None:
    scores = cluster_scores(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    run = ClustersRun(NETWORK, FOLDER, 0.5, scores, ())
    assert clusters_plots(run) == ()
    (plot,) = clusters_plots(replace(run, sweep=((0.4, scores), (0.5, scores))))
    picture(plot.png)


def test_sizes_without_a_face_leave_a_gap_in_the_bars() -> None:
    drawn = [DrawnFaces("a", np.array([[0.0, 0.0, 40.0, 40.0], [100.0, 0.0, 300.0, 200.0]]), np.zeros(2, dtype=bool))]
    run = DetectionRun(1, 0.0, detection_scores(drawn, [np.array([[0.0, 0.0, 40.0, 40.0]])]), {EVIL: "damaged"})
    (plot,) = detection_plots(run)
    picture(plot.png)
    assert "128 and more" in sheet_text(detection_sheet(run))
    empty = replace(run, scores=detection_scores([replace(drawn[0], boxes=np.zeros((0, 4)), invalid=np.zeros(0, bool))],
                                                 [np.zeros((0, 4))]))  # fmt: skip
    picture(detection_plots(empty)[0].png)


def test_a_band_is_drawn_around_its_line() -> None:
    x = [0.1, 0.2, 0.4, 0.8]
    plain, banded = (
        curves([Line("a", x, [0.2, 0.4, 0.6, 0.8], low, high)], Axes("x", "y"))
        for low, high in (((), ()), ([0.1, 0.3, 0.5, 0.7], [0.3, 0.5, 0.7, 0.9]))
    )
    shaded = [
        np.count_nonzero(
            (np.asarray(picture(png).convert("RGB"), dtype=int) - (221, 232, 230)).__abs__().sum(axis=2) < 12
        )
        for png in (plain, banded)
    ]
    assert shaded[1] > 20 * (shaded[0] + 1)
    counted = histograms([0, 1, 2], [("same", [3, 0]), ("different", [0, 5])], Axes("x", "y"), mark=1.0)
    picture(counted)
    group = Line("recall", [0, 1], [0.5, 1.0], [0.4, 0.9], [0.6, 1.0])
    assert picture(bars(["a", "b"], [group], Axes("x", "y"))).size == picture(counted).size


def test_the_same_numbers_give_the_same_bytes(pairs_run: PairsRun) -> None:
    assert pairs_plots(pairs_run) == pairs_plots(pairs_run)


def test_groups_say_how_unequal_they_are() -> None:
    fair = GroupErrors("one", 4, 12, 12, 54, 0.002, (0.001, 0.003), 0.1, (0.05, 0.2))
    text = group_errors_text((fair, replace(fair, group="\x1btwo", far=0.008), replace(fair, group="three", far=None)))
    assert "largest FAR 0.800 %, 4.0 times the smallest" in text
    assert "0.200 % (0.100 to 0.300)" in text
    assert "\\x1btwo" in text
    assert "largest" not in group_errors_text((fair,))


def test_of_many_lost_photos_the_first_are_named() -> None:
    lost = {Path(f"/p/{number}.jpg"): "unreadable" for number in range(LISTED + 5)}
    assert lost_facts(lost)[-1] == ("", "and 5 more, which --json names")
    assert len(lost_facts(lost)) == LISTED + 1
