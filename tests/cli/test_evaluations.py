"""The verbs that measure, on a few real photos with the default network, from the command line to the files."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Recog


def few_pairs(photos: Path, pairs: Path, *, of_each: int) -> Path:
    """Write the first pairs of each kind without a first line, and one pair of absent photos."""
    lines = (photos / "pairsDevTest.txt").read_text(encoding="utf-8").splitlines()[1:]
    same = [line for line in lines if len(line.split()) == 3][:of_each]
    different = [line for line in lines if len(line.split()) == 4][:of_each]
    pairs.write_text("\n".join(["Nobody\t1\tNobody_Else\t2", *same, *different]) + "\n", encoding="utf-8")
    return pairs


@pytest.mark.data
@pytest.mark.networks
@pytest.mark.timeout(900)
def test_pairs_are_scored_with_options_named_and_drawn(recog: Recog, data: Path, tmp_path: Path) -> None:
    photos = data / "lfw_view1"
    pairs = few_pairs(photos, tmp_path / "few.txt", of_each=10)
    out = tmp_path / "scores"
    done = recog(
        "evaluate", "lfw", "--photos", photos, "--pairs", pairs, "--no-flip", "--crops", 2, "--out", out, "--json"
    )
    assert done.exit_code == 0, done.output
    run = json.loads(done.stdout)
    assert run["options"]["flip"] is False
    assert len(run["options"]["crop_scales"]) == 2
    assert (run["listed"], run["scores"]["pairs"]) == (21, 20)
    assert run["scores"]["accuracy"] >= 0.9
    assert run["milliseconds"] > 0
    assert run["unscored"][0]["reason"] == "missing"
    assert {path.name for path in out.iterdir()} == {"lfw.html", "lfw.json", "lfw-roc.png", "lfw-distances.png"}


@pytest.mark.data
@pytest.mark.networks
@pytest.mark.timeout(900)
def test_people_are_identified_and_classifiers_refuse_too_few(recog: Recog, data: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "people", tmp_path / "scores"
    folder.mkdir()
    for number, person in enumerate(sorted((data / "identities").glob("celeba_*"))[:6]):
        (folder / f"p{number}").mkdir()
        for photo in sorted(person.iterdir())[:4]:
            (folder / f"p{number}" / photo.name).symlink_to(photo)
    done = recog("evaluate", "identification", folder, "--photos", 1, "--out", out)
    assert done.exit_code == 0, done.output
    assert "rank 1" in done.stdout
    assert {"identification-cmc.png", "identification-dir.png"} < {path.name for path in out.iterdir()}
    done = recog("evaluate", "knn", folder, "--k", 1, "--k", 2, "--photos", 1, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    (scores,) = json.loads(done.stdout)["scores"]
    assert {one["k"] for one in scores["rules"]} == {1, 2}
    assert all(one["right"] > 0.5 for one in scores["rules"])
    assert {"knn-knn.png", "knn.html"} < {path.name for path in out.iterdir()}
    done = recog("train", "verifier", folder)
    assert done.exit_code == 1
    assert "6 people cannot be split" in done.stderr or "cannot show a false accept rate" in done.stderr


def test_what_a_verb_cannot_read_is_one_line(recog: Recog, tmp_path: Path) -> None:
    done = recog("evaluate", "cfp", tmp_path)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "Pair_list_F.txt cannot be read" in done.stderr
    done = recog("evaluate", "lfw", "--photos", tmp_path, "--pairs", tmp_path / "absent.txt")
    assert done.exit_code == 1
    assert "absent.txt cannot be read" in done.stderr
    done = recog("evaluate", "knn", tmp_path, "--k", 0)
    assert done.exit_code == 2
    assert "Invalid value for '--k': Input should be greater than or equal to 1" in done.stderr
    done = recog("train", "verifier", tmp_path, "--photos", tmp_path)
    assert done.exit_code == 2
