"""A command loads what it needs, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

from recog.store.engine import open_catalog

LISTING_NEEDS_NONE = {
    "PIL", "alembic", "facenet_pytorch", "faiss", "fastapi", "jinja2", "matplotlib", "numpy", "openvino",
    "pydantic_settings", "torch", "torchvision", "uvicorn",
    "recog.cli.evaluations", "recog.cli.serve", "recog.cli.styling", "recog.cli.training", "recog.evaluate",
    "recog.library.indexing", "recog.library.people.results", "recog.render.as_json", "recog.render.text_library",
    "recog.store.embedding_records", "recog.store.people.history", "recog.store.records", "recog.store.styling",
    "recog.style", "recog.train", "recog.web",
}  # fmt: skip
"""Modules that `recog people list` must not load, because they have nothing to do with names in a catalog."""
CODE = """
import json, sys
from recog.cli.app import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(*words: str | Path) -> set[str]:
    """Return the modules that a successful command has loaded."""
    done = subprocess.run([sys.executable, "-c", CODE, *words], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr))


def test_listing_people_loads_no_network_no_migration_and_no_page(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "catalog.sqlite3"):
        pass
    modules = loaded("--library", tmp_path, "people", "list")
    assert {"recog.cli.people", "sqlalchemy"} <= modules
    assert modules & LISTING_NEEDS_NONE == set()


def test_help_of_a_verb_loads_the_verb_alone() -> None:
    modules = loaded("people", "list", "--help")
    assert {name for name in modules if name.startswith("recog.cli.")} <= {
        "recog.cli.acts", "recog.cli.app", "recog.cli.ask_first", "recog.cli.exit_codes", "recog.cli.failures",
        "recog.cli.options", "recog.cli.people", "recog.cli.progress", "recog.cli.session", "recog.cli.verbs",
    }  # fmt: skip
    assert modules.isdisjoint({"sqlalchemy", "numpy", "recog.config"})


def test_help_of_styling_loads_no_arithmetic() -> None:
    modules = loaded("style", "run", "--help")
    assert "recog.style.settings" in modules
    assert modules.isdisjoint({"sqlalchemy", "numpy", "torch", "recog.config"})


def test_help_of_liveness_loads_no_arithmetic() -> None:
    modules = loaded("live", "--help")
    assert "recog.cli.liveness" in modules
    assert modules.isdisjoint({"sqlalchemy", "numpy", "torch", "recog.config", "recog.live"})
