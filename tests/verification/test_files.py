"""A classifier on disk answers for its own network alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recog.errors import EvaluationError, WayOut
from recog.verification.classifier import PairClassifier
from recog.verification.features import Method
from recog.verification.files import classifier_path, load_classifier, save_classifier

MADE = PairClassifier(Method.LOGISTIC, np.array([-1.5, 0.25, 3.0]), 0.75, 0.9, 1e-3, "c" * 64, "made")


def load(directory: Path, method: Method = Method.LOGISTIC, sha256: str = "c" * 64, dim: int = 3) -> PairClassifier:
    return load_classifier("colour", method, network_sha256=sha256, dim=dim, directory=directory)


def test_what_is_saved_is_read_with_its_record(tmp_path: Path) -> None:
    path = save_classifier(MADE, "colour", directory=tmp_path, record={"pairs": 9})
    assert path == classifier_path("colour", Method.LOGISTIC, directory=tmp_path)
    read = load(tmp_path)
    assert np.array_equal(read.weights, MADE.weights)
    assert replace(read, weights=MADE.weights) == MADE
    assert json.loads(path.with_suffix(".json").read_text())["pairs"] == 9
    assert {one.name for one in tmp_path.iterdir()} == {path.name, path.with_suffix(".json").name}


def test_where_one_cannot_be_written_nothing_is_left_but_for_its_owner(tmp_path: Path) -> None:
    path = classifier_path("colour", Method.LOGISTIC, directory=tmp_path)
    in_the_way = path.with_suffix(".json")
    in_the_way.mkdir()
    with pytest.raises(IsADirectoryError):
        save_classifier(MADE, "colour", directory=tmp_path, record={})
    assert set(tmp_path.iterdir()) == {path, in_the_way}
    assert path.stat().st_mode & 0o077 == 0


def test_the_classifier_of_another_network_is_refused(tmp_path: Path) -> None:
    save_classifier(MADE, "colour", directory=tmp_path, record={})
    with pytest.raises(
        EvaluationError, match=r"trained on the network cccccccccccc, not on eeeeeeeeeeee which"
    ) as caught:
        load(tmp_path, sha256="e" * 64)
    assert caught.value.way_out is WayOut.TRAIN_VERIFIER
    with pytest.raises(EvaluationError, match=r"of \(3,\) weights, no logistic one of 4$") as caught:
        load(tmp_path, dim=4)
    assert caught.value.way_out is WayOut.TRAIN_VERIFIER


def test_an_absent_one_names_the_way_to_it(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no chi-square classifier of colour ") as caught:
        load(tmp_path, method=Method.CHI_SQUARE)
    assert caught.value.way_out is WayOut.TRAIN_VERIFIER_OR_USE_DISTANCE


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = save_classifier(MADE, "colour", directory=tmp_path, record={})
    record = path.with_suffix(".json")
    whole, told = path.read_bytes(), record.read_text()
    path.write_bytes(whole[:-1] + b"\x00")
    with pytest.raises(EvaluationError, match="not the classifier of its record") as caught:
        load(tmp_path)
    assert caught.value.way_out is WayOut.TRAIN_VERIFIER
    path.write_bytes(whole)
    for broken in ("{", "[]", told.replace('"far"', '"near"'), told.replace("logistic", "psychic")):
        record.write_text(broken)
        with pytest.raises(EvaluationError, match="is damaged") as caught:
            load(tmp_path)
        assert caught.value.way_out is WayOut.TRAIN_VERIFIER
    record.write_text(told.replace('"logistic"', '"chi-square"'))
    with pytest.raises(EvaluationError, match="is a chi-square classifier"):
        load(tmp_path)
