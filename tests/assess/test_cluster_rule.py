"""The cluster rule, fitted to simulated people whose scatter is known."""

from pathlib import Path

import numpy as np
import pytest

from recog.assess.calibration import CalibrationOptions, PeopleSet, calibrate_on_folder
from recog.assess.cluster_rule import SINGLE, fit_cluster_rule, smallest_as_good
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.datasets.embedded import Pipeline
from recog.distance import unit_rows
from recog.evaluate.calibration_file import calibration_path, load_calibration, save_calibration
from recog.evaluate.clusters import cluster_scores
from recog.evaluate.labelled_faces import LabelledFaces
from recog.render.text_scores import calibration_text
from recog.types import Calibration
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint

DIM = 32


def people(count: int, photos: int, *, seed: int, between: float = 0.65) -> LabelledFaces:
    """Draw directions with a known share of the variance between people."""
    random = np.random.default_rng(seed)
    own = np.sqrt(between) * random.normal(size=(count, DIM))
    owners = np.repeat(np.arange(count), photos)
    faces = own[owners] + np.sqrt(1 - between) * random.normal(size=(len(owners), DIM))
    return LabelledFaces(unit_rows(faces.astype(np.float32)), owners, f"set {seed}, {count} people")


def test_the_scatter_is_that_of_the_faces() -> None:
    fit = fit_cluster_rule([people(60, 8, seed=0)], [people(200, 1, seed=1)])
    assert fit.rule.scatter.between == pytest.approx(0.65, abs=0.03)
    assert fit.rule.scatter.dimensions == pytest.approx(DIM, rel=0.1)
    assert fit.rule.faces == round(60 * SINGLE) + 8 * (60 - round(60 * SINGLE)) + 200
    assert fit.rule.data == "set 0, 60 people, among one face each of set 1, 200 people"


def test_the_rule_does_well_on_other_people_and_no_neighbouring_threshold_much_better() -> None:
    fit = fit_cluster_rule([people(60, 8, seed=0)], [people(200, 1, seed=1)])
    others, singles = people(30, 10, seed=2), people(250, 1, seed=3)
    faces = np.concatenate([others.embeddings, singles.embeddings])
    owners = np.concatenate([others.labels, 1000 + singles.labels])

    def b_cubed(threshold: float) -> float:
        return cluster_scores(owners, identity_clusters(faces, Linkage(threshold, fit.rule.scatter))).b_cubed.f

    reached = b_cubed(fit.rule.threshold)
    assert 0.8 < fit.b_cubed_f <= 1.0
    assert reached > 0.8
    assert reached > max(b_cubed(fit.rule.threshold + shift) for shift in (-0.2, -0.1, 0.1, 0.2)) - 0.02


def test_of_thresholds_within_a_standard_error_of_the_best_the_smallest_is_taken() -> None:
    """Worked by hand: the best has mean 0.90 and standard error 0.02 / sqrt(4) = 0.01."""
    spread = 0.02 * np.sqrt(3 / 4) * np.array([-1, -1, 1, 1])
    assert np.std(spread, ddof=1) == pytest.approx(0.02)
    means = {0.3: 0.85, 0.4: 0.889, 0.5: 0.891, 0.6: 0.90, 0.7: 0.895}
    tried = {at: np.stack([np.full(4, 0.5), mean + spread], axis=1) for at, mean in means.items()}
    assert smallest_as_good(tried, 0.6) == 0.5
    for of_draws in tried.values():
        of_draws[:, 1] = of_draws[:, 1].mean()
    assert smallest_as_good(tried, 0.6) == 0.6, "draws that agree leave no doubt"


def test_more_strangers_make_it_stricter() -> None:
    few = fit_cluster_rule([people(40, 8, seed=0)], [people(20, 2, seed=1)])
    many = fit_cluster_rule([people(40, 8, seed=0)], [people(1500, 1, seed=1)])
    assert many.rule.threshold < few.rule.threshold
    assert "20 people" in few.rule.data


def test_a_calibration_keeps_the_rule_on_disk_and_may_have_none(tmp_path: Path) -> None:
    rule = fit_cluster_rule([people(20, 5, seed=0)], [people(50, 1, seed=1)]).rule
    for clusters in (rule, None):
        calibration = Calibration("c" * 64, 0.9, 0.001, 10.0, -9.0, "made-up people", 1000, clusters)
        save_calibration(calibration, calibration_path("net", directory=tmp_path))
        assert load_calibration("net", network_sha256="c" * 64, directory=tmp_path) == calibration


def test_calibrating_fits_the_grouping_where_strangers_are_named_and_else_keeps_it(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for name, colour in (("p0", RED), ("p1", GREEN), ("p2", BLUE), ("p3", (200, 200, 60))):
        for number in range(4):
            paint(tmp_path / "people" / name / f"{number}.png", colour, noise=number)
    for number in range(12):
        red, green, blue = random.integers(0, 256, 3).tolist()
        paint(tmp_path / "people" / f"s{number:02}" / "0.png", (red, green, blue))
    record = {"data": {"sha256": "other photos"}, "arguments": {"held_out": 0.5, "settings": {"seed": 0}}}
    pipeline = Pipeline(CellDetector(), ColourEmbedder(), tmp_path / "cache")
    options = CalibrationOptions(sets=(PeopleSet("p*", "painted"),), far=0.1, strangers=(PeopleSet("s*", "once"),))
    fitted = calibrate_on_folder(tmp_path / "people", options, pipeline, head_record=record)
    rule = fitted.run.calibration.clusters
    assert rule is not None
    assert rule.data == "painted, 4 people, among one face each of once, 12 people"
    assert "B-cubed F" in calibration_text(tmp_path, fitted)
    (among,) = fitted.strangers
    assert (among.people, among.different) == (12, 66)
    assert among.far_interval[0] <= among.far <= among.far_interval[1]
    assert "once, 12 people, one photo each" in calibration_text(tmp_path, fitted)
    options = CalibrationOptions(sets=(PeopleSet("p*", "painted"),), far=0.1)
    kept = calibrate_on_folder(tmp_path / "people", options, pipeline, head_record=record, kept=rule)
    assert kept.run.calibration.clusters == rule
    assert "kept on painted" in calibration_text(tmp_path, kept)
