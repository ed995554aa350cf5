"""Calibration: the threshold has its rate on the strictest set, and the file belongs to its network."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.errors import EvaluationError, WayOut
from recog.evaluate.calibrate import calibrate, errors_among_strangers
from recog.evaluate.calibration_file import calibration_path, load_calibration, save_calibration
from recog.evaluate.labelled_faces import LabelledFaces, all_pairs
from recog.types import Calibration

HEAD, NETWORK = "circle", "a" * 64


def faces(people: int, photos: int = 10, *, seed: int = 0, spread: float = 0.6, offset: float = 0.0) -> LabelledFaces:
    """Draw people on a sphere of 32 dimensions; offset moves all of them one way, like a set of look-alikes."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 1, (people, 32)) + offset
    labels = np.repeat(np.arange(people), photos)
    rows = centres[labels] + spread * random.normal(0, 1, (people * photos, 32))
    return LabelledFaces(unit_rows(rows.astype(np.float32)), labels, f"drawn {seed}, {people} people")


def calibrated(*sets: LabelledFaces, far: float = 0.01) -> Calibration:
    return calibrate(sets or (faces(60),), far=far, network_sha256=NETWORK).calibration


def far_of(calibration: Calibration, those: LabelledFaces) -> float:
    distances, same = all_pairs(those.embeddings, those.labels)
    return float((distances[~same] <= calibration.threshold).mean())


def test_the_stated_rate_is_the_real_rate_on_people_drawn_anew() -> None:
    calibration = calibrated(faces(200), far=0.01)
    assert 0.005 < far_of(calibration, faces(200, seed=1)) < 0.02
    assert (calibration.far, calibration.pairs, calibration.data) == (0.01, 1999000, "drawn 0, 200 people")


def test_the_strictest_set_decides() -> None:
    """People more alike than those of another set are nearer; the calibration holds for both."""
    usual, alike = faces(80), faces(80, seed=1, offset=0.4)
    run = calibrate([usual, alike], far=0.01, network_sha256=NETWORK)
    assert run.strictest == 1
    assert run.calibration.threshold == min(each.threshold for each in run.sets) == calibrated(alike).threshold
    assert run.calibration.data == "drawn 1, 80 people (the strictest of 2 sets)"
    assert far_of(calibrated(usual), alike) > 0.02
    assert run.sets[0].far < run.sets[1].far == pytest.approx(0.01, abs=1e-4)
    for each, those in zip(run.sets, (usual, alike), strict=True):
        assert each.far == far_of(run.calibration, those)
        assert each.far_interval[0] < each.far < each.far_interval[1]
        assert (each.people, each.faces, each.same + each.different) == (80, 800, 800 * 799 // 2)


def test_the_tail_tells_how_rare_false_accepts_are_at_smaller_distances() -> None:
    """Half of the threshold's false accepts, a quarter: as often as the exponential tail says, on other people."""
    calibration, anew = calibrated(faces(250), far=0.01), faces(250, seed=1)
    assert calibration.tail is not None
    for share in (0.5, 0.25):
        nearer = replace(calibration, threshold=calibration.threshold + float(np.log(share)) / calibration.tail)
        assert far_of(nearer, anew) / far_of(calibration, anew) == pytest.approx(share, rel=0.25)


def test_the_heaviest_tail_of_all_sets_decides_even_if_another_set_is_strictest() -> None:
    alike, usual = faces(80, offset=0.4), faces(80, seed=1)
    tails = [calibrated(alike).tail, calibrated(usual).tail]
    assert None not in tails
    assert calibrated(alike, usual).tail == calibrated(usual, alike).tail == min(tails)  # type: ignore[type-var]
    assert calibrate([alike, usual], far=0.01, network_sha256=NETWORK).strictest == 0


def test_strangers_that_are_all_equally_far_have_no_tail() -> None:
    corners = LabelledFaces(np.repeat(np.eye(12, dtype=np.float32), 2, axis=0), np.repeat(np.arange(12), 2), "corners")
    assert calibrated(corners, far=0.01).tail is None


def test_misplaced_faces_do_not_raise_the_probability_of_strangers() -> None:
    clean = faces(100)
    labels = clean.labels.copy()
    labels[::20] = (labels[::20] + 7) % 100
    misfiled = LabelledFaces(clean.embeddings, labels, "misfiled")
    run = calibrate([misfiled], far=0.01, network_sha256=NETWORK)
    truth = calibrated(clean)
    assert run.sets[0].misplaced == pytest.approx(50, abs=10)
    assert -run.calibration.intercept / run.calibration.slope == pytest.approx(-truth.intercept / truth.slope, abs=0.05)
    assert run.calibration.slope > 0.7 * truth.slope


def test_too_few_different_pairs_cannot_show_a_small_rate() -> None:
    with pytest.raises(
        EvaluationError,
        match=r"drawn 0, 3 people: 48 different pairs cannot show a false accept rate of 0\.001: at least",
    ):
        calibrated(faces(3, photos=4), far=1e-3)


@pytest.mark.parametrize("far", [0.0, -0.1, 1.0, 2.0, float("nan")])
def test_what_is_no_false_accept_rate_is_refused(far: float) -> None:
    with pytest.raises(EvaluationError, match="lies between 0 and 1"):
        calibrated(far=far)


def test_folders_that_are_mostly_wrong_calibrate_nothing() -> None:
    those = faces(60)
    shuffled = np.random.default_rng(0).permutation(those.labels)
    with pytest.raises(EvaluationError, match=r"of 600 faces are farther from their own person than strangers are"):
        calibrated(LabelledFaces(those.embeddings, shuffled, "shuffled"))


def test_people_with_one_photo_each_show_no_same_pair() -> None:
    with pytest.raises(EvaluationError, match="nobody has two photos"):
        calibrated(faces(30, photos=1))


def test_all_pairs_are_each_pair_once() -> None:
    angles = np.radians([0, 10, 120, 200])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    distances, same = all_pairs(embeddings, np.array([0, 0, 1, 1]))
    slow = [
        (float(((embeddings[a] - embeddings[b]) ** 2).sum()), a // 2 == b // 2)
        for a in range(4)
        for b in range(a + 1, 4)
    ]
    assert distances.tolist() == pytest.approx([distance for distance, _ in slow], abs=1e-5)
    assert same.tolist() == [kind for _, kind in slow]


def test_a_saved_calibration_is_read_back(tmp_path: Path) -> None:
    calibration = calibrated()
    save_calibration(calibration, calibration_path(HEAD, directory=tmp_path), measured={"sets": []})
    assert load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path) == calibration


def test_a_calibration_of_another_network_is_refused(tmp_path: Path) -> None:
    save_calibration(calibrated(), calibration_path(HEAD, directory=tmp_path))
    with pytest.raises(EvaluationError, match="measured on the network aaaaaaaaaaaa, not on bbbbbbbbbbbb"):
        load_calibration(HEAD, network_sha256="b" * 64, directory=tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"network_sha256": "a", "threshold": "near"}'])
def test_a_damaged_or_absent_calibration_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvaluationError, match="has no calibration"):
        load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path)
    calibration_path(HEAD, directory=tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match="no calibration"):
        load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path)


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_whose_calibration_is_damaged_is_told_to_measure_it_and_nobody_s_to_install_it(
    tmp_path: Path, text: str | None
) -> None:
    path = calibration_path(HEAD, directory=tmp_path)
    if text is None:
        path.mkdir()
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=re.escape(str(path))) as caught:
        load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path)
    assert caught.value.way_out is WayOut.CALIBRATE
    with pytest.raises(EvaluationError, match="no such head") as caught:
        load_calibration("no such head", network_sha256=NETWORK)
    assert caught.value.way_out is WayOut.CALIBRATE_OR_INSTALL


def test_strangers_are_counted_pair_by_pair() -> None:
    strangers = faces(40, photos=1, seed=3, offset=0.5)
    threshold = 1.2
    errors = errors_among_strangers(strangers, threshold)
    wrong = sum(
        float(np.sum((strangers.embeddings[one] - strangers.embeddings[other]) ** 2)) <= threshold
        for one in range(40)
        for other in range(one)
    )
    assert (errors.people, errors.different) == (40, 780)
    assert errors.far == pytest.approx(wrong / 780)
    assert 0 < wrong < 780
    assert errors.far_interval[0] < errors.far < errors.far_interval[1]


def test_one_stranger_makes_no_pair() -> None:
    with pytest.raises(EvaluationError, match="a different pair needs two people with a face, not 1"):
        errors_among_strangers(faces(1, photos=1), 1.0)
