"""The shape of recog: imports point down, files and functions are short, and importing is light."""

import ast
import os
import re
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "torchvision", "faiss", "sqlalchemy", "alembic", "facenet_pytorch", "numpy", "PIL")
HOMES = {
    "torch": {"detect", "embed", "explain", "live", "nn", "train", "style", "weights"},
    "torchvision": {"detect", "embed", "train", "style", "weights"},
    "facenet_pytorch": {"detect", "embed", "explain", "weights"},
    "openvino": {"weights"},
    "faiss": {"index", "cluster", "train"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "PIL": {"photos", "crop", "align", "detect", "explain", "share", "style", "render"},
    "pillow_heif": {"photos"},
    "typer": {"cli"},
    "rich": {"cli", "render"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "pydantic": {"config", "embed", "render", "style", "web"},
    "platformdirs": {"config"},
    "jinja2": {"render", "web"},
    "matplotlib": {"render"},
    "defusedxml": {"library", "photos"},
    "openTSNE": {"library"},
    "yaml": set(),
    "h5py": {"weights"},
    "rawpy": {"photos"},
    "pillow_jxl": {"photos"},
    "simplejpeg": {"photos"},
    "psycopg": {"store"},
    "ray": {"scale"},
}
"""The packages and modules of recog that may import a library; one that is not listed may be imported anywhere."""
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_FILES_OF_THE_LIBRARY = 300, 60, 16
OF_THE_COMMAND_LINE = re.compile(r" --[a-z]|'recog ")
WORDED_ABOVE = {"cli", "render", "web"}
"""The packages that word what a user does next: the command line, its texts and the API."""
OPTIONS_OF_OTHERS = {"recog/weights/sources.py"}
"""The requirements that pip gets."""
GRAB_BAGS = {
    "base", "common", "core", "general", "handlers", "helper", "helpers", "lib", "manager", "misc", "miscellaneous",
    "other", "shared", "stuff", "support", "things", "tools", "util", "utilities", "utils", "various",
}  # fmt: skip


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "recog").rglob("*.py")))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file's syntax tree; parsing all files once saves half a minute."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def part_of(path: Path) -> str:
    """Return the package or module directly below recog/ that a file belongs to."""
    return path.relative_to(ROOT / "recog").parts[0].removesuffix(".py")


@cache
def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports, at its top or in a function."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


def test_imports_point_down() -> None:
    """The contracts of import-linter in pyproject.toml hold."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_foreign_library_is_imported_in_its_homes_alone(library: str) -> None:
    strangers = [str(p) for p in modules() if library in imported(p) and part_of(p) not in HOMES[library]]
    assert strangers == []


def test_no_module_is_a_grab_bag() -> None:
    assert [p for p in modules() if {p.stem, p.parent.name} & GRAB_BAGS] == []


def test_no_file_is_long() -> None:
    long = {str(p.relative_to(ROOT)) for p in modules() if len(p.read_text().splitlines()) > MOST_LINES}
    assert long == set()


def test_no_function_is_long() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in modules()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    }
    assert long == set()


def test_the_library_is_sorted_by_use_case() -> None:
    assert len(list((ROOT / "recog" / "library").glob("*.py"))) <= MOST_FILES_OF_THE_LIBRARY


def test_options_and_commands_are_named_by_render_alone() -> None:
    """An error below says what a user can do as a fact (recog.errors), because the API has no options."""
    naming = set()
    for path in (path for path in modules() if part_of(path) not in WORDED_ABOVE):
        docstrings = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
        strings = (node for node in nodes(path) if isinstance(node, ast.Constant) and id(node) not in docstrings)
        if any(isinstance(node.value, str) and OF_THE_COMMAND_LINE.search(node.value) for node in strings):
            naming.add(str(path.relative_to(ROOT)))
    assert naming == OPTIONS_OF_OTHERS


def test_no_assert_guards_product_code() -> None:
    """`python -O` must not change what recog does."""
    guilty = [str(p) for p in modules() if any(isinstance(n, ast.Assert) for n in nodes(p))]
    assert guilty == []


def test_nothing_unpickles_or_evaluates() -> None:
    banned = {"pickle", "marshal", "shelve", "dill", "joblib"}
    assert [str(p) for p in modules() if imported(p) & banned] == []
    for path in modules():
        calls = [n.func for n in nodes(path) if isinstance(n, ast.Call)]
        assert not [f for f in calls if isinstance(f, ast.Name) and f.id in {"eval", "exec"}], path


@pytest.mark.parametrize("module", ["recog", "recog.cli.app"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_help_answers_at_once() -> None:
    """Help takes 0.15 s of processor time on a quiet machine; the best of five stays below 0.3 s on a busy one."""
    command = [str(Path(sys.executable).parent / "recog"), "--help"]
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True, env=os.environ | {"TERM": "dumb"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3
