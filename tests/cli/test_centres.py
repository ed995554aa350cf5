"""Fit the local centring of a head to real faces, through the verb."""

import json
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from recog.assess.local_centres import CentresPlan
from recog.embed.head import SHIPPED_HEADS, load_head
from recog.embed.info import info_of
from recog.errors import TrainingError
from tests.cli.conftest import Recog

SFACE = "sface-triplet128"
PEOPLE = "celeba_0[0-4]*"


@pytest.mark.parametrize(
    "values", [{"count": 1}, {"strength": 0.0}, {"strength": 1.5}, {"sharpness": 0.0}, {"sharpness": np.nan}]
)
def test_values_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="the strength"):
        CentresPlan(**values)  # type: ignore[arg-type]


def test_an_unknown_network_is_named(recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOG_NETWORK", "nobodys")
    done = recog("train", "centres", tmp_path)
    assert done.exit_code == 1
    assert "nobodys" in done.stderr


@pytest.mark.data
@pytest.mark.networks
def test_centres_are_fitted_replaced_and_refused_if_there_are_too_few_faces(
    data: Path, recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOG_NETWORK", "sface")
    monkeypatch.setenv("RECOG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RECOG_WEIGHTS", str(user_cache_path("recog")))
    people = ("train", "centres", data / "identities", "--set", f"{PEOPLE}=a few people")
    shipped = load_head(SFACE)
    heads = []
    for count in (4, 6):
        done = recog(*people, "--count", count, "--out", tmp_path / "heads")
        assert done.exit_code == 0, done.stderr
        heads.append(load_head(SFACE, directory=tmp_path / "heads"))
    for head, count in zip(heads, (4, 6), strict=True):
        assert np.array_equal(head.weight, shipped.weight)
        assert head.local_centring is not None
        assert head.local_centring.centres.shape == (count, 128)
    assert len({info_of(head).sha256 for head in (*heads, shipped)}) == 3
    record = json.loads((tmp_path / "heads" / f"{SFACE}.json").read_text(encoding="utf-8"))
    assert record["local_centring"]["count"] == 6
    assert record["local_centring"]["sets"][0]["faces"] > 20
    assert record["scores"] == dict(shipped.record)["scores"]
    assert str(data) not in json.dumps(record)
    done = recog(*people, "--count", 5000, "--out", tmp_path / "heads")
    assert done.exit_code == 1
    assert "5000 centres need more different faces than" in done.stderr


@pytest.mark.parametrize("name", ["facenet-sface-dlib-triplet128", "facenet-sface-triplet128", "sface-dlib-triplet128"])
def test_the_shipped_centres_are_of_nobody_who_calibrates_or_judges(name: str) -> None:
    record = json.loads((SHIPPED_HEADS / f"{name}.json").read_text(encoding="utf-8"))
    made = record["local_centring"]
    assert [(each["data"], each["people"]) for each in made["sets"]] == [("CelebA", 196), ("Families in the Wild", 366)]
    assert made["sets"][0]["people"] == record["data"]["people_trained"]
    head = load_head(name)
    assert head.local_centring is not None
    assert len(head.local_centring.centres) == made["count"] == CentresPlan().count
    assert head.local_centring.strength == pytest.approx(CentresPlan().strength)
    assert head.local_centring.sharpness == pytest.approx(CentresPlan().sharpness)
