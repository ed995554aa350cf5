from pathlib import Path

import numpy as np
import pytest

from recog.embed.head import load_head
from recog.errors import WeightsMismatchError, WeightsMissingError
from tests.embed.conftest import write_head

NAME = "facenet-casia-triplet128"


def test_an_embedding_is_the_unit_vector_of_the_linear_map(tmp_path: Path) -> None:
    tensors = write_head(tmp_path)
    features = np.random.default_rng(1).normal(size=(5, 1792)).astype(np.float32)
    embeddings = load_head(NAME, directory=tmp_path).embed(features)
    for row, feature in enumerate(features):
        raw = [float(weight @ feature + bias) for weight, bias in zip(tensors["weight"], tensors["bias"], strict=True)]
        length = sum(value**2 for value in raw) ** 0.5
        np.testing.assert_allclose(embeddings[row], [value / length for value in raw], atol=1e-5)


def test_a_head_carries_what_its_record_says_of_the_crops(tmp_path: Path) -> None:
    write_head(tmp_path, crop_scale=1.3, flip=True)
    head = load_head(NAME, directory=tmp_path)
    assert (head.crop_scale, head.flip, head.trunk, head.record["trained_on"]) == (1.3, True, "facenet-casia", "noise")


def test_a_changed_byte_is_refused_with_both_digests(tmp_path: Path) -> None:
    write_head(tmp_path)
    path = tmp_path / f"{NAME}.safetensors"
    expected = load_head(NAME, directory=tmp_path).sha256
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsMismatchError, match=f"instead of {expected}"):
        load_head(NAME, directory=tmp_path)


@pytest.mark.parametrize("suffix", ["safetensors", "json"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, suffix: str) -> None:
    write_head(tmp_path)
    path = tmp_path / f"{NAME}.{suffix}"
    path.unlink()
    with pytest.raises(WeightsMissingError, match=str(path)):
        load_head(NAME, directory=tmp_path)


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"sha256": 1}'])
def test_a_damaged_record_is_a_sentence(tmp_path: Path, record: str) -> None:
    write_head(tmp_path)
    (tmp_path / f"{NAME}.json").write_text(record)
    with pytest.raises(WeightsMismatchError, match="train the head again"):
        load_head(NAME, directory=tmp_path)
