"""A head on a network of the user's own: trained on real photos, put on it, calibrated, used."""

import json
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from recog.assess.calibration import CalibrationOptions, PeopleSet, calibrate_on_folder
from recog.config import Settings, read_settings
from recog.datasets.embedded import Pipeline
from recog.errors import ConfigError, TrainingError
from recog.library.maintenance.own_networks import Origin, Preprocessing, add_network, set_head
from recog.library.networks import Networks
from recog.train.below import load_below
from recog.train.head_folder import train_head_from_folder
from recog.train.options import RunOptions, Runtime, TrainingData
from recog.train.plans import HeadPlan
from recog.train.settings import BatchShape, TrainSettings
from recog.weights.pull import ensure_weights
from tests.onnx_file import mean_colour_network

PATTERN = "celeba_0[0-7]*"
PLAN = HeadPlan(
    name="mine-head",
    pattern=PATTERN,
    dim=32,
    held_out=0.3,
    far=0.05,
    settings=TrainSettings(batch=BatchShape(people=5, photos=4, minimum=4), steps=4, validate_every=2),
)


def own(tmp_path: Path, file: Path, *, size: int, align: str) -> Settings:
    """Add the file as the network "mine", and choose it."""
    settings = read_settings(
        library=tmp_path / "library",
        cache=tmp_path / "cache",
        weights=user_cache_path("recog"),
        own_networks=tmp_path / "networks",
        network="mine",
        device="cpu",
    )
    seen = Preprocessing(
        input_size=size, alignment=align, colour="rgb", mean=0.0, scale=1.0, crop_scale=1.3, flip=False
    )
    add_network(settings, "mine", file, seen, Origin(licence="x", trained_on="x", non_commercial=False))
    return settings


def runtime(settings: Settings) -> Runtime:
    return Runtime(cache=settings.cache, network=settings.network, own_networks=settings.own_networks)


@pytest.mark.data
@pytest.mark.networks
def test_a_head_is_trained_on_sface_added_by_hand_and_used_with_its_calibration(data: Path, tmp_path: Path) -> None:
    cache = user_cache_path("recog")
    settings = own(tmp_path, ensure_weights("sface", cache=cache), size=112, align="arcface")
    ensure_weights("mtcnn", cache=settings.cache)
    lines = (data / "lfw_view1" / "pairsDevTest.txt").read_text().splitlines()[1:]
    same = [line for line in lines if line.count("\t") == 2][:20]
    different = [line for line in lines if line.count("\t") == 3][:20]
    (tmp_path / "pairs.txt").write_text("\n".join(["20", *same, *different]) + "\n")
    photos = TrainingData(
        folder=data / "identities", photos=data / "lfw_view1" / "images", pairs=tmp_path / "pairs.txt"
    )
    made = train_head_from_folder(photos, PLAN, runtime(settings), RunOptions(output=tmp_path / "heads"))
    assert made.scores.accuracy >= made.start_scores.accuracy > 0.95
    record = json.loads(made.path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (record["trunk"], record["dim"], record["input_size"]) == ("mine", 32, 112)
    assert (record["crop_scale"], record["flip"]) == (1.3, False)
    with_head = set_head(settings, "mine", made.path)
    assert (with_head.dim, with_head.calibrated) == (32, True)
    networks = Networks(settings)
    assert networks.info.dim == 32
    assert networks.calibration == made.calibration
    pipeline = Pipeline(networks.detector, networks.embedder)
    people = CalibrationOptions(sets=(PeopleSet(PATTERN, "people"),), far=0.05)
    found = calibrate_on_folder(data / "identities", people, pipeline, head_record=networks.facts.record)
    assert "people not trained on" in found.run.calibration.data
    set_head(settings, "mine", None)
    plain = Networks(settings)
    pipeline = Pipeline(plain.detector, plain.embedder)
    found = calibrate_on_folder(data / "identities", people, pipeline, head_record=plain.facts.record)
    assert found.run.calibration.network_sha256 == plain.info.sha256
    assert "not trained on" not in found.run.calibration.data


def test_what_a_head_is_trained_on_is_the_unit_output_for_the_crops_of_the_description(tmp_path: Path) -> None:
    weight = np.random.default_rng(0).normal(size=(3, 24)).astype(np.float32)
    (tmp_path / "mine.onnx").write_bytes(mean_colour_network(weight, side=32))
    settings = own(tmp_path, tmp_path / "mine.onnx", size=32, align="box")
    below = load_below(HeadPlan(), runtime(settings))
    assert (below.plan.dim, below.plan.crop_scale, below.plan.flip) == (24, 1.3, False)
    assert (below.input_size, below.views) == (32, ())
    assert [(block.width, block.centring) for block in below.blocks] == [(24, 0.0)]
    crops = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    features = below.trunk.features(crops)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(features, Networks(settings).embedder.embed(crops))


def test_more_shares_than_the_one_network_has_are_refused(tmp_path: Path) -> None:
    weight = np.random.default_rng(0).normal(size=(3, 24)).astype(np.float32)
    (tmp_path / "mine.onnx").write_bytes(mean_colour_network(weight, side=32))
    settings = own(tmp_path, tmp_path / "mine.onnx", size=32, align="box")
    for plan in (HeadPlan(shares=(1.0, 2.0)), HeadPlan(centrings=(0.1, 0.2)), HeadPlan(centrings=(2.0,))):
        with pytest.raises(TrainingError, match="mine takes no share and one centring from 0 to 1"):
            load_below(plan, runtime(settings))
    with pytest.raises(ConfigError, match="no network called 'nobody'"):
        load_below(HeadPlan(), Runtime(cache=settings.cache, network="nobody", own_networks=settings.own_networks))
