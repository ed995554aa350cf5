"""What the README says is so."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measured import RESULTS
from recog.cli.reference import verbs
from recog.config import Settings
from recog.embed.head import SHIPPED_HEADS
from recog.embed.network import NETWORKS
from recog.weights.registry import SPECS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_parts_are_those_of_the_code_and_the_results() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.write_readme", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(name for name, _ in verbs()))
def test_the_readme_shows_every_verb(name: str) -> None:
    """A command nobody can read about does not exist."""
    assert f"recog {name}" in README


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"RECOG_{name.upper()}" in README


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_network_is_named_with_its_licence(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("command", ["make demo", "make test", "make bench", "make docs"])
def test_every_make_target_that_the_readme_names_exists(command: str) -> None:
    assert command in README
    assert re.search(rf"^{command.removeprefix('make ')}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_recipe_that_the_readme_names_is_the_shipped_heads() -> None:
    record = json.loads((SHIPPED_HEADS / f"{NETWORKS[Settings().network].head}.json").read_text())
    settings = record["arguments"]["settings"]
    assert (settings["selection"], settings["margin"]) == ("batch-hard", 0.2)
    assert "triplet loss (the hardest triplets of each batch, margin 0.2)" in " ".join(README.split())


def test_the_counts_of_faults_that_the_readme_tells_are_those_of_the_results() -> None:
    words = " ".join(README.split())
    kills = (RESULTS / "faults_kills.csv").read_text()
    assert "1,000 random kills met an indexer of 500 photos" in words
    assert kills.startswith("# 1000 kills over 500 photos")
    assert ", 0 problems," in kills
    with (RESULTS / "faults.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert [row for row in rows if row["tried"] != row["places"] or row["left something wrong"] != "0"] == []
    verbs = {"create", "index", "enrol", "merge", "cluster", "forget", "prune", "style", "restore", "migrate-0001"}
    assert verbs <= {row["verb"] for row in rows}
    assert {row["fault"] for row in rows} == {"kill", "no space once", "no space from then on", "I/O error once"}


def test_a_damaged_index_is_built_anew_as_quickly_as_the_readme_says() -> None:
    assert "for 100,000 faces within 10 seconds" in " ".join(README.split())
    with (RESULTS / "faults_damage.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert {row["wrong answers"] for row in rows} == {row["damaged after mending"] for row in rows} == {"0"}
    alone = [float(row["slowest, s"]) for row in rows if not row["damage"].startswith("asked while")]
    assert max(alone) <= 10.0


def test_strangers_get_names_as_rarely_as_the_readme_says() -> None:
    words = " ".join(README.split())
    assert "to under 2 in LFW's View 1, and to 1 to 9 in Pins" in words
    with (RESULTS / "naming.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    named = {name: [100 * float(row["fpir"]) for row in rows if row["set"] == name] for name in ("lfw_view1", "Pins")}
    assert max(named["lfw_view1"]) < 2
    assert (round(min(named["Pins"])), round(max(named["Pins"]))) == (1, 9)


def test_a_cost_of_style_is_reached_in_the_time_that_the_readme_says() -> None:
    words = " ".join(README.split())
    assert "in less than a third of what 300 steps of the plain loop take" in words
    assert "of 300 steps as quick as recog's own, in two to three fifths" in words
    with (RESULTS / "style.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["measure"].startswith("seconds to the cost of 300 steps")]
    assert max(float(row["recog"]) / float(row["plain"]) for row in rows) < 1 / 3
    shares = [float(re.findall(r"own (0\.\d+) of the time", row["note"])[0]) for row in rows]
    assert (round(min(shares), 1), round(max(shares), 1)) == (0.4, 0.6)


def test_the_last_blocks_moved_as_the_readme_says() -> None:
    record = json.loads((RESULTS / "blocks.json").read_text())
    start, *later = [progress["scores"] for progress in record["history"]]
    assert (record["best_step"], record["history"][-1]["step"]) == (0, 150)
    for score in ("pair_val", "held_out_val"):
        assert max(abs(one[score] - start[score]) for one in later) < 0.005
    falls = [start["accuracy"] - one["accuracy"] for one in later]
    assert (round(min(falls), 3), round(max(falls), 3)) == (0.002, 0.006)


def test_the_version_is_one() -> None:
    from recog import __version__

    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_python_examples_call_what_exists() -> None:
    """tests/test_end_to_end.py runs them on photos."""
    import recog

    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    for block, called, name in zip(blocks, (recog.PhotoLibrary, recog.FaceReader), ("library", "reader"), strict=True):
        methods = re.findall(rf"{name}\.(\w+)\(", block)
        assert methods
        for method in methods:
            assert callable(getattr(called, method)), method
        compile(block, "README.md", "exec")


def test_turned_photos_are_named_like_upright_ones() -> None:
    """Right names at most 2 points below upright; of strangers not more than 0.2 % where there are pairs enough."""
    with (RESULTS / "turned.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    upright = {row["set"]: row for row in rows if row["turn"] == "0"}
    assert len(upright) == 3
    for row in rows:
        assert float(row["named"]) >= float(upright[row["set"]]["named"]) - 0.02
        assert float(row["strangers"]) <= max(0.002, float(upright[row["set"]]["strangers_before"]))
        if row["turn"] != "0":
            assert float(row["named_before"]) < 0.1
            assert float(row["strangers_before"]) > 0.02
