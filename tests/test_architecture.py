"""The shape of recog, held by tests: imports point down, and importing it is light."""

import ast
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "torchvision", "faiss", "sqlalchemy", "alembic", "facenet_pytorch", "numpy", "PIL")
HOMES = {
    "torch": {"detect", "embed", "train", "style", "weights"},
    "torchvision": {"detect", "embed", "train", "style", "weights"},
    "facenet_pytorch": {"detect", "embed", "weights"},
    "openvino": {"weights"},
    "faiss": {"index", "cluster", "train"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "PIL": {"photos", "crop", "align", "style", "render"},
    "pillow_heif": {"photos"},
    "typer": {"cli"},
    "rich": {"cli", "render"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "pydantic": {"config", "embed", "style", "web"},
    "pydantic_settings": {"config"},
    "platformdirs": {"config"},
}


def modules() -> list[Path]:
    return sorted(path for path in (ROOT / "recog").rglob("*.py"))


def part_of(path: Path) -> str:
    """First name below recog/: the package or module that a file belongs to."""
    return path.relative_to(ROOT / "recog").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


def test_imports_point_down() -> None:
    """The layers of pyproject.toml hold."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_foreign_library_is_imported_in_its_homes_alone(library: str) -> None:
    strangers = [str(p) for p in modules() if library in imported(p) and part_of(p) not in HOMES[library]]
    assert strangers == []


def test_no_module_is_a_grab_bag() -> None:
    banned = {"utils", "util", "common", "helpers", "helper", "core", "manager", "misc"}
    assert [p for p in modules() if p.stem in banned] == []


def test_no_file_does_more_than_one_screenful_of_things() -> None:
    long = {str(p.relative_to(ROOT)): n for p in modules() if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_assert_guards_product_code() -> None:
    """`python -O` must not change what recog does."""
    guilty = [str(p) for p in modules() if any(isinstance(n, ast.Assert) for n in ast.walk(ast.parse(p.read_text())))]
    assert guilty == []


def test_nothing_unpickles_or_evaluates() -> None:
    banned = {"pickle", "marshal", "shelve", "dill", "joblib"}
    assert [str(p) for p in modules() if imported(p) & banned] == []
    for path in modules():
        calls = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        assert not [f for f in calls if isinstance(f, ast.Name) and f.id in {"eval", "exec"}], path


@pytest.mark.parametrize("module", ["recog", "recog.cli.app"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_help_answers_at_once() -> None:
    """0.3 s of processor time, which is all of it on a quiet machine; the best of five, because none is ever quiet."""
    command = [str(Path(sys.executable).parent / "recog"), "--help"]
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True, env=os.environ | {"TERM": "dumb"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3
