"""Classifiers of pairs: the fit against slow descent, the split of people, and the way from a folder to files."""

import json
from pathlib import Path

import numpy as np
import pytest

from recog.assess.logistic import fit_logistic
from recog.assess.verifier import DIFFERENT, PER_PERSON, sampled_pairs, split_people, train_verifiers
from recog.assess.verifier_folder import VerifierOptions, train_verifiers_from_folder
from recog.datasets.embedded import Pipeline
from recog.datasets.people_folder import PeopleFolder
from recog.distance import unit_rows
from recog.errors import EvaluationError, TrainingError
from recog.render.as_json import to_json
from recog.render.sheet import sheet_text
from recog.render.verifier_sheet import verifier_sheet
from recog.types import Embeddings
from recog.verification.features import Method
from recog.verification.files import load_classifier
from tests.painted import CellDetector, ColourEmbedder, paint
from tests.painted_protocols import painted_lfw


def test_newton_finds_what_slow_descent_finds() -> None:
    random = np.random.default_rng(0)
    features = np.abs(random.normal(0, 1, (300, 3))).astype(np.float32)
    same = random.random(300) < 1 / (1 + np.exp(2 * features[:, 0] - features[:, 1] - 0.5))
    weights, intercept = fit_logistic(features, same, penalty=0.05)
    centre, scale = features.mean(axis=0), features.std(axis=0)
    standard = ((features - centre) / scale).tolist()
    share = [0.5 / sum(same) if one else 0.5 / sum(~same) for one in same]
    slow = [0.0, 0.0, 0.0, 0.0]
    for _ in range(1500):
        gradient = [0.05 * slow[0], 0.05 * slow[1], 0.05 * slow[2], 0.0]
        for row, truth, weight in zip(standard, same, share, strict=True):
            odds = slow[3] + sum(a * b for a, b in zip(slow, row, strict=False))
            error = weight * (1 / (1 + np.exp(-odds)) - truth)
            for place in range(3):
                gradient[place] += error * row[place]
            gradient[3] += error
        slow = [value - 2.0 * step for value, step in zip(slow, gradient, strict=True)]
    assert weights * scale == pytest.approx(slow[:3], abs=1e-4)
    assert intercept + weights @ centre == pytest.approx(slow[3], abs=1e-4)


def test_many_rows_are_fitted_in_parts_as_at_once() -> None:
    random = np.random.default_rng(1)
    features = random.normal(0, 1, (20_000, 2)).astype(np.float32)
    same = features[:, 0] + random.normal(0, 1, 20_000) > 0
    weights, _ = fit_logistic(features, same, penalty=1e-3)
    some, _ = fit_logistic(features[:10_000], same[:10_000], penalty=1e-3)
    assert weights == pytest.approx(some, abs=0.15)
    assert weights[0] > 1.0 > abs(weights[1]) * 5


def test_separable_pairs_are_held_by_the_penalty_and_one_kind_is_refused() -> None:
    features = np.array([[0.0, 1.0], [0.1, 1.0], [2.0, 1.0], [2.1, 1.0]], np.float32)
    same = np.array([True, True, False, False])
    weights, intercept = fit_logistic(features, same, penalty=1e-3)
    assert np.isfinite(weights).all()
    assert weights[0] < 0.0 == weights[1]
    assert ((features @ weights + intercept > 0) == same).all()
    with pytest.raises(TrainingError, match="4 of 4 pairs are the same"):
        fit_logistic(features, np.ones(4, dtype=np.bool_), penalty=1e-3)


def test_a_person_with_many_photos_makes_no_more_pairs_than_others() -> None:
    labels = np.concatenate([np.zeros(60, dtype=np.int64), np.repeat(np.arange(1, 30), 3)])
    rows, same = sampled_pairs(labels, seed=0)
    assert np.array_equal(labels[rows[:, 0]] == labels[rows[:, 1]], same)
    own = labels[rows[same][:, 0]]
    assert np.count_nonzero(own == 0) == PER_PERSON
    assert np.count_nonzero(own == 7) == 3
    assert len({tuple(sorted(pair)) for pair in rows[same].tolist()}) == np.count_nonzero(same)
    assert np.count_nonzero(~same) == pytest.approx(DIFFERENT * np.count_nonzero(same), rel=0.25)


def faces(people: int, photos: int, *, seed: int = 0) -> tuple[Embeddings, np.ndarray]:
    """Draw faces in which twelve dimensions tell people apart and six are noise that misleads the plain distance."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(people), photos)
    signal = random.normal(0, 1, (people, 12))[labels] + 0.2 * random.normal(0, 1, (len(labels), 12))
    rows = np.concatenate([signal, 0.8 * random.normal(0, 1, (len(labels), 6))], axis=1)
    return unit_rows(rows.astype(np.float32)), labels


def test_classifiers_learn_which_dimensions_are_noise_and_are_measured_on_other_people() -> None:
    embeddings, labels = faces(60, 6)
    run = train_verifiers(embeddings, labels, network_sha256="c" * 64, data="made", far=0.01)
    assert (run.trained, run.people) == (36, 12)
    distance, logistic, chi_square = run.scores
    assert (distance.method, distance.penalty) == (Method.DISTANCE, None)
    for one in (logistic, chi_square):
        assert one.auc > distance.auc
        assert one.val_at[1] > distance.val_at[1]
        assert one.val_interval[0] <= one.val <= one.val_interval[1]
        assert one.far_interval[0] <= one.far <= one.far_interval[1]
    for made in run.classifiers:
        assert made.weights[:12].mean() < made.weights[12:].mean()
        assert 0.0 < made.least_probability < 1.0


def test_the_far_of_a_yes_is_about_the_one_that_was_asked_for() -> None:
    embeddings, labels = faces(200, 4, seed=1)
    run = train_verifiers(embeddings, labels, network_sha256="c" * 64, data="made", far=0.01)
    assert all(0.003 < one.far < 0.03 for one in run.scores)


def test_faces_of_people_held_out_decide_nothing_of_what_is_trained_on() -> None:
    """Copies of the trained faces among the people held out would make the trained faces look misplaced."""
    embeddings, labels = faces(60, 6)
    train, *others = split_people(labels, seed=0)
    held_out, trained_on = np.isin(labels, np.concatenate(others)), np.isin(labels, train)
    doubled = embeddings.copy()
    doubled[held_out] = embeddings[np.flatnonzero(trained_on)[: np.count_nonzero(held_out)]]
    first, second = (
        train_verifiers(rows, labels, network_sha256="c" * 64, data="made", far=0.01) for rows in (embeddings, doubled)
    )
    assert (second.left_out, second.pairs) == (first.left_out, first.pairs)


def test_the_seed_decides_the_split() -> None:
    embeddings, labels = faces(30, 4)
    first, again, other = (
        train_verifiers(embeddings, labels, network_sha256="c" * 64, data="made", far=0.05, seed=seed)
        for seed in (0, 0, 1)
    )
    assert first.scores == again.scores != other.scores


def test_too_few_people_are_refused() -> None:
    embeddings, labels = faces(5, 4)
    with pytest.raises(TrainingError, match="5 people cannot be split"):
        train_verifiers(embeddings, labels, network_sha256="c" * 64, data="made")
    embeddings, labels = faces(12, 3)
    with pytest.raises(TrainingError, match=r"cannot show a false accept rate of 0\.001"):
        train_verifiers(embeddings, labels, network_sha256="c" * 64, data="made")


def test_folders_that_are_mostly_wrong_train_nothing() -> None:
    embeddings, labels = faces(30, 4)
    with pytest.raises(TrainingError, match=r"of 72 faces .* the folders are wrong"):
        train_verifiers(embeddings, np.random.default_rng(0).permutation(labels), network_sha256="c" * 64, data="made")


def test_a_folder_becomes_files_that_say_how_they_came_about(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for person in range(20):
        colour = random.integers(30, 230, 3)
        for number in range(4):
            red, green, blue = (colour + random.integers(-2, 3, 3)).clip(1, 254).tolist()
            paint(tmp_path / "people" / f"p{person:02d}" / f"{number}.png", (red, green, blue), noise=number)
    protocol = (tmp_path / "lfw", painted_lfw(tmp_path / "lfw"))
    options = VerifierOptions(data="painted people", far=0.05, protocol=protocol)
    pipeline = Pipeline(CellDetector(), ColourEmbedder(), tmp_path / "cache")
    made = train_verifiers_from_folder(PeopleFolder(tmp_path / "people"), pipeline, options, output=tmp_path)
    assert [one.method for one in made.protocol] == [Method.DISTANCE, Method.LOGISTIC, Method.CHI_SQUARE]
    assert made.protocol[0].scores.accuracy == 1.0
    for method, path in zip((Method.LOGISTIC, Method.CHI_SQUARE), made.paths, strict=True):
        read = load_classifier("colour", method, network_sha256="c" * 64, dim=3, directory=tmp_path)
        assert read.data == "painted people"
        record = json.loads(path.with_suffix(".json").read_text())
        assert {"scores", "pairs", "photos_sha256", "seed", "code"} <= record.keys()
    document = json.loads(to_json(made))
    assert document["run"]["classifiers"][0]["weights"] == made.run.classifiers[0].weights.tolist()
    text = sheet_text(verifier_sheet(made))
    assert "80 detected" in text
    assert text.count("chi-square") >= 3


def test_a_rate_that_is_none_is_refused_before_photos_are_read(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="lies between 0 and 1"):
        train_verifiers_from_folder(
            PeopleFolder(tmp_path / "nowhere"),
            Pipeline(CellDetector(), ColourEmbedder()),
            VerifierOptions(far=2.0),
            output=tmp_path,
        )
