"""Local centring: its formula, its place in a head, and what it is for."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.distance import are_unit, unit_rows
from recog.embed.head import load_head
from recog.embed.info import info_of
from recog.embed.local_centring import LocalCentring
from recog.errors import WeightsMismatchError
from tests.embed.conftest import DIM, save_head, write_head

NAME = "facenet-casia-triplet128"


def units(count: int, dim: int = DIM, *, seed: int = 0) -> NDArray[np.float32]:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32))


def test_each_row_loses_a_share_of_the_weighted_mean_of_the_centres() -> None:
    centres, rows = units(5, seed=1), units(7, seed=2)
    made = LocalCentring(centres, strength=0.45, sharpness=10.0)(rows)
    assert are_unit(made).all()
    for row, found in zip(rows.astype(float), made, strict=True):
        weights = [np.exp(10.0 * float(row @ centre)) for centre in centres]
        mean = sum(weight * centre for weight, centre in zip(weights, centres.astype(float), strict=True)) / sum(
            weights
        )
        wanted = row - 0.45 * mean
        np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=1e-6)


def test_no_rows_give_no_rows() -> None:
    assert LocalCentring(units(5), 0.45, 10.0)(np.empty((0, DIM), np.float32)).shape == (0, DIM)


def test_strangers_in_a_crowd_move_apart_and_strangers_elsewhere_hardly() -> None:
    random = np.random.default_rng(0)
    axis = units(1, 64, seed=3)
    crowd = unit_rows(axis + (0.08 * random.normal(size=(200, 64))).astype(np.float32))
    wide = units(200, 64, seed=4)
    centring = LocalCentring(
        np.concatenate([unit_rows(crowd[:100].mean(axis=0, keepdims=True)), wide[:50]]), 0.45, 10.0
    )

    def spread(rows: NDArray[np.float32]) -> float:
        return float(np.median((2 - 2 * rows @ rows.T)[np.triu_indices(len(rows), 1)]))

    before, after = spread(crowd[100:]), spread(centring(crowd[100:]))
    assert after > 1.5 * before
    assert spread(centring(wide[100:])) == pytest.approx(spread(wide[100:]), rel=0.05)


def with_centres(directory: Path, centring: LocalCentring, record: dict[str, object]) -> None:
    tensors = write_head(directory)
    tensors["centres"] = centring.centres
    tensors["local_centring"] = np.array([centring.strength, centring.sharpness], np.float32)
    save_head(directory, tensors, network="facenet-casia", **record)


def test_a_head_applies_the_local_centring_of_its_file_and_is_another_network(tmp_path: Path) -> None:
    centring = LocalCentring(units(3, seed=5), strength=0.45, sharpness=10.0)
    write_head(tmp_path / "plain")
    with_centres(tmp_path / "centred", centring, {"local_centring": {"centres_of": "painted faces, 3 people"}})
    plain, centred = (load_head(NAME, directory=tmp_path / folder) for folder in ("plain", "centred"))
    features = np.random.default_rng(1).normal(size=(5, 1792)).astype(np.float32)
    assert np.array_equal(centred.embed_linearly(features), plain.embed(features))
    np.testing.assert_allclose(centred.embed(features), centring(plain.embed(features)), atol=1e-6)
    assert info_of(plain).sha256 != info_of(centred).sha256
    assert info_of(centred).trained_on.endswith("head: noise; its local centres: painted faces, 3 people")


@pytest.mark.parametrize(
    "damage",
    [
        {"centres": np.full((3, DIM), np.nan, np.float32)},
        {"centres": np.ones((3, DIM + 1), np.float32)},
        {"local_centring": np.ones(3, np.float32)},
    ],
)
def test_damaged_centres_are_a_sentence(tmp_path: Path, damage: dict[str, NDArray[np.float32]]) -> None:
    tensors = write_head(tmp_path)
    centres = {"centres": units(3), "local_centring": np.array([0.45, 10.0], np.float32)}
    save_head(tmp_path, tensors | centres | damage)
    with pytest.raises(WeightsMismatchError, match="train the head again"):
        load_head(NAME, directory=tmp_path)
    record = json.loads((tmp_path / f"{NAME}.json").read_text())
    assert record["trained_on"] == "noise"
