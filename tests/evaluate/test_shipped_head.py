"""The promise of the shipped head, through the product's own detector, crops and embedder."""

import json
from pathlib import Path

import pytest

from recog.embed.head import SHIPPED_HEADS, load_head
from recog.embed.info import info_of
from recog.evaluate.calibration_file import load_calibration

HEAD = "facenet-sface-dlib-triplet128"
SHIPPED = {
    "facenet-dlib-triplet128": (128, 1792 + 256),
    "facenet-casia-triplet128": (128, 1792),
    "sface-triplet128": (128, 128),
    "sface-dlib-triplet128": (128, 128 + 256),
    "facenet-sface-triplet128": (128, 1792 + 128),
    HEAD: (128, 1792 + 128 + 256),
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_record_tells_how_the_head_was_made_and_names_nobody(name: str) -> None:
    head = load_head(name)
    assert head.weight.shape == SHIPPED[name]
    assert (SHIPPED_HEADS / f"{name}.safetensors").stat().st_size < 2_000_000
    record = json.loads((SHIPPED_HEADS / f"{name}.json").read_text(encoding="utf-8"))
    assert {"arguments", "data", "code", "scores", "history", "best_step"} <= set(record)
    assert record["best_step"] > 0
    assert record["scores"]["head"]["mean"] > record["scores"]["pca_start"]["mean"]
    assert record["scores"]["head"]["accuracy"] >= record["scores"]["pca_start"]["accuracy"]
    assert "/" not in str(record["arguments"]["data"])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_head_has_a_calibration_of_its_own_that_groups_and_names(name: str) -> None:
    calibration = load_calibration(name, network_sha256=info_of(load_head(name)).sha256)
    assert calibration.far == 1e-3
    assert 0.4 < calibration.threshold < 1.4
    assert calibration.tail is not None
    assert calibration.clusters is not None
    assert calibration.clusters.threshold < calibration.threshold


@pytest.mark.parametrize("name", SHIPPED)
def test_a_threshold_accepts_about_as_many_strangers_as_it_says_in_families_that_fitted_nothing(name: str) -> None:
    record = json.loads((SHIPPED_HEADS / f"{name}.calibration.json").read_text(encoding="utf-8"))
    (families,) = record["measured"]["strangers"]
    assert families["people"] > 300
    assert record["far"] / 2 <= families["far"] <= record["far"] * 2


@pytest.mark.data
@pytest.mark.networks
@pytest.mark.timeout(1800)
def test_the_shipped_head_reaches_98_point_6_percent_on_lfw_view_1_and_no_less_than_its_start(data: Path) -> None:
    from recog.assess.embedding_options import embedding_options
    from recog.assess.pairs import run_pairs
    from recog.config import read_settings
    from recog.datasets.embedded import Pipeline
    from recog.evaluate.photo_pairs import lfw_pairs
    from recog.library.networks import Networks

    networks = Networks(read_settings())
    folder = data / "lfw_view1"
    head = load_head(HEAD)
    options = embedding_options(networks.info, flip=head.flip, crops=1, encoder=networks.encoder)
    pairs = lfw_pairs(folder, folder / "pairsDevTest.txt")
    run = run_pairs(pairs, "LFW", Pipeline(networks.detector, networks.embedder), options)
    record = head.record
    scores = record["scores"]
    assert isinstance(scores, dict)
    assert run.scores.accuracy >= 0.986
    assert run.scores.accuracy >= scores["pca_start"]["accuracy"]
    assert run.scores.accuracy == pytest.approx(scores["head"]["accuracy"], abs=0.002)
    assert run.found == {"detected": 1549}
    assert run.unscored == ()
    low, high = run.intervals.accuracy
    assert low < run.scores.accuracy < high < low + 0.03
    calibration = load_calibration(HEAD, network_sha256=run.network.sha256)
    assert calibration.network_sha256 == run.network.sha256
    assert 0.6 < calibration.threshold < 1.4
