"""What the documents say about the code is what the code has."""

import re
import subprocess
import sys
import tomllib
from operator import attrgetter
from pathlib import Path

import pytest

from documents.product import setting_meanings
from recog.cli.reference import verbs
from recog.config import Settings
from recog.weights.registry import SPECS
from tests.docs.texts import ROOT, pages, words

GENERATED = [page for page in pages() if "[[[cog" in page.read_text(encoding="utf-8")]
PROGRAMS = (ROOT / "docs/how-to/programs.md").read_text(encoding="utf-8")


def test_generated_parts_are_those_of_the_code_and_the_results() -> None:
    assert len(GENERATED) > 8
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "--diff", *map(str, GENERATED)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"run 'make docs':\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("name", sorted(name for name, _ in verbs()))
def test_every_verb_has_its_section(name: str) -> None:
    """A command nobody can read about does not exist."""
    assert f"### recog {name} ```text recog {name}" in words("docs/reference/verbs.md")


def test_the_section_of_a_verb_has_its_own_options_and_not_the_common_ones() -> None:
    section = words("docs/reference/verbs.md").partition("### recog find ")[2].partition("### ")[0]
    assert "--confirmed" in section
    assert "--library DIR" not in section


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    assert setting_meanings()[name]
    assert f"RECOG_{name.upper()}" in words("docs/reference/settings.md")


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_network_is_named_with_its_licence(name: str) -> None:
    assert f"`{name}`" in words("docs/reference/networks.md")


def test_the_http_api_is_described_without_a_server() -> None:
    told = words("docs/reference/http-api.md")
    assert "`POST /api/identify`" in told
    assert "`GET /api/openapi.json`" not in told
    assert "| `401` |" in told


def test_every_make_target_that_a_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    texts = [page.read_text(encoding="utf-8") for page in pages()]
    named = {name for text in texts for name in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)}
    assert {"demo", "test", "docs", "help", "lock", "bench", "faults", "setup", "pictures"} <= named
    assert [target for target in sorted(named) if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_help_lists_every_target() -> None:
    command = ["make", "--no-print-directory", "help"]  # by itself a make within a make says where it is
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[0] for line in done.stdout.splitlines()}
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY"))
    assert listed == set(phony.split()[1:]) - {"default"}


def test_the_version_is_one() -> None:
    from recog import __version__

    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()
    assert f"Version {__version__}" in words("README.md")


def test_the_address_of_the_repository_is_one() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert f"repo_url: {urls['Source']}\n" in (ROOT / "mkdocs.yml").read_text()


def test_the_layers_of_the_contributors_page_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    told = words("CONTRIBUTING.md").partition("```text ")[2].partition(" ```")[0]
    assert told.replace(" > ", "\n").splitlines() == [
        layer.replace("recog.", "") for layer in contracts[0]["layers"]
    ]  # fmt: skip


def test_the_workflow_and_the_hooks_run_what_the_makefile_runs() -> None:
    assert "- run: .ci/run\n" in (ROOT / ".github/workflows/test.yml").read_text()
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    for command in ("ruff check", "ruff format", "mypy", "lint-imports"):
        assert f"entry: .venv/bin/{command}" in hooks


def test_the_python_examples_call_what_exists(tmp_path: Path) -> None:
    """tests/test_end_to_end.py runs them on photos."""
    import recog

    blocks = re.findall(r"```python\n(.*?)```", PROGRAMS, re.DOTALL)
    assert len(blocks) == 2
    library, reader = blocks
    with recog.PhotoLibrary.open(recog.read_settings(library=tmp_path / "library")) as opened:
        calls = re.findall(r"\blibrary\.([\w.]+)\(", library)
        assert {"index", "people.enrol", "identify", "verify"} <= set(calls)
        assert all(callable(attrgetter(call)(opened)) for call in calls)
    calls = re.findall(r"\breader\.(\w+)\(", reader)
    assert {"read", "compare"} == set(calls)
    assert all(callable(getattr(recog.FaceReader, call)) for call in calls)
    for block in blocks:
        compile(block, "programs.md", "exec")
