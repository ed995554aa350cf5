"""Change one thing in the store or the index at a time, and see whether a test notices: it should.

`python -m tests.faults.mutants`. A mutant is one operator, constant, statement or answer changed: a comparison turned
round, `and` for `or`, a number one more, a call, `raise` or answer left out. `--count N` draws so many of all that
there are by `--seed`; `--write` keeps the score in benchmarks/results/faults_mutants.csv. The tests of the store (on
SQLite), of the index and of durable files are run against it in a copy, those of the same name first; a mutant that
they let pass is printed.
"""

import argparse
import ast
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.results import write_results

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261122
MUTATED = ("recog/store", "recog/index", "recog/durable.py")
_COPIED = ("recog", "tests", "migrations", "pyproject.toml")
_SLOW = ("tests/store/test_faults.py", "tests/store/test_model.py", "tests/store/test_migrations.py")
_MOST_SECONDS = 900.0
_NOT_RUN = 70
_NO_VERDICT = (4, 5)
"""pytest's exit statuses for wrong usage and for no test; all others but 0 come of the mutant, for without it is 0."""
_BROKEN = "ImportError while loading conftest"
"""What pytest calls wrong usage too: a mutant that cannot even be imported."""
_ELSEWHERE = {"durable": "tests/test_durable.py", "restore": "tests/library/test_backup.py"}

_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change: bytes start to end of it become `text`."""

    file: str
    line: int
    start: int
    end: int
    before: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before!r} -> {self.text!r}"


def all_mutants() -> list[Mutant]:
    """Every mutant of every module, in order."""
    places = [ROOT / place for place in MUTATED]
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.glob("*.py")))]
    return [mutant for file in files for mutant in _mutants_of(file)]


def _mutants_of(file: Path) -> Iterator[Mutant]:
    source = file.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, text in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = source[start:end].decode()
        yield Mutant(str(file.relative_to(ROOT)), node.lineno, start, end, before, text)


def _changes(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:  # noqa: C901, PLR0912 - a table
    """Nodes, with what to write in their place. Annotations, docstrings and the words of errors are left alone."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Raise():
                yield node, "pass"
                continue
            case ast.JoinedStr() | ast.arguments() | ast.Import() | ast.ImportFrom() | ast.keyword(arg="strict"):
                continue
            case ast.AnnAssign(value=ast.expr() as value):
                yield from _changes(ast.Expression(value))
                continue
            case ast.Return(value=ast.expr()):
                yield node, "return None"
            case ast.Expr(value=ast.Call()):
                yield node, "pass"
            case ast.Compare(ops=[only], left=left, comparators=compared) if type(only) in _TURNED:
                turned = ast.Compare(left, [_TURNED[type(only)]()], compared)  # type: ignore[list-item]
                yield node, f"({ast.unparse(turned)})"
            case ast.BoolOp(op=op, values=values):
                yield node, f"({ast.unparse(ast.BoolOp(_TURNED[type(op)](), values))})"  # type: ignore[arg-type]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _TURNED:
                yield node, f"({ast.unparse(ast.BinOp(left, _TURNED[type(op)](), right))})"  # type: ignore[arg-type]
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                yield node, f"({ast.unparse(operand)})"
            case ast.Constant(value=bool() as flag):
                yield node, str(not flag)
            case ast.Constant(value=int() as number):
                yield node, str(number + 1)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):  # without decorators
            for statement in node.body:
                yield from _changes(ast.Module([statement], []))
        else:
            yield from _changes(node)


def tests_for(mutant: Mutant) -> list[list[str]]:
    """The tests in the order in which they are tried: those of the module, the quick ones, the slow ones."""
    name = Path(mutant.file).stem
    part = Path(mutant.file).parts[1]
    files = [
        str(path.relative_to(ROOT))
        for folder in ("store", "index")
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
    ]
    files += _ELSEWHERE.values()
    own = [file for file in files if file in (f"tests/{part}/test_{name}.py", _ELSEWHERE.get(name))]
    quick = [file for file in files if file not in own and file not in _SLOW]
    near = [file for file in quick if file.startswith(f"tests/{part}/")]
    far = [file for file in quick if file not in near]
    return [stage for stage in (own, near, [file for file in _SLOW if file not in own], far) if stage]


def survives(mutant: Mutant, tree: Path) -> bool:
    """Do all tests pass in a copy of the project where the mutant is?"""
    path = tree / mutant.file
    source = path.read_bytes()
    path.write_bytes(source[: mutant.start] + mutant.text.encode() + source[mutant.end :])
    try:
        return all(_passes(tree, files) for files in tests_for(mutant))
    finally:
        path.write_bytes(source)


def _passes(tree: Path, files: Sequence[str]) -> bool:
    """Run tests in a process forked from this one, which has loaded what they import from elsewhere."""
    pid = os.fork()
    if pid == 0:
        _test_and_exit(tree, files)
    deadline = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _end_group(pid)
            code = os.waitstatus_to_exitcode(status)
            if code in _NO_VERDICT and _BROKEN not in (said := (tree.parent / "said").read_text()):
                raise RuntimeError(f"the tests {files} were not run:\n{said[-2000:]}")
            return code == 0
        time.sleep(0.02)
    _end_group(pid)
    os.waitpid(pid, 0)
    return False  # it hangs: noticed


def _end_group(group: int) -> None:
    """End what a failed test left running."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _test_and_exit(tree: Path, files: Sequence[str]) -> None:
    """What the forked process does: never returns."""
    status = _NOT_RUN
    try:
        os.setsid()
        with (tree.parent / "said").open("wb") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        os.chdir(tree)
        os.environ["PYTHONPATH"] = sys.path[0] = str(tree)
        for name in [name for name in sys.modules if name.partition(".")[0] in ("recog", "tests")]:
            del sys.modules[name]
        import pytest

        options = ["-q", "-x", "-p", "no:cacheprovider", "-m", "not postgres", "--timeout", "300", "--basetemp"]
        status = int(pytest.main([*options, str(tree.parent / "tests"), *files]))
    except BaseException:  # noqa: BLE001 - told in `said`
        traceback.print_exc()
    finally:
        os._exit(status)  # whatever happens: this process must not come back into `main`


def main() -> int:
    """Draw, try, print those that pass, write the score."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, help="so many mutants; without it all of them")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--write", action="store_true", help="keep the score")
    options = parser.parse_args()
    _load_what_tests_import()
    everything = all_mutants()
    random.Random(options.seed).shuffle(everything)
    began = time.monotonic()
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    tree = Path(tempfile.mkdtemp()) / "tree"  # no TemporaryDirectory: a forked process that ends would delete it
    try:
        for name in _COPIED:
            source = ROOT / name
            ignored = shutil.ignore_patterns("__pycache__")
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree(source, tree / name, ignore=ignored) if source.is_dir() else shutil.copy(source, tree))
        if not survives(Mutant("recog/durable.py", 1, 0, 0, "", ""), tree):
            sys.exit("a test fails without any mutant: nothing can be measured")
        for mutant in everything[: options.count]:
            if time.monotonic() - began > 60 * options.minutes:
                break
            part = Path(mutant.file).parts[1].removesuffix(".py")
            tried[part] += 1
            if tried.total() % 10 == 0:
                print(f"{tried.total()} tried", flush=True)  # noqa: T201 - a program
            if survives(mutant, tree):
                passed[part] += 1
                print(f"passed all tests: {mutant}", flush=True)  # noqa: T201 - a program
    finally:
        shutil.rmtree(tree.parent)
    noticed = tried.total() - passed.total()
    score = 100 * noticed / max(1, tried.total())
    print(f"{noticed} of {tried.total()} mutants were noticed ({score:.0f} %), of {len(everything)} that there are")  # noqa: T201
    if options.write:
        extent = f"{tried.total()} of {len(everything)} mutants, {score:.1f} % noticed, seed {options.seed}"
        rows = [(part, tried[part], tried[part] - passed[part], passed[part]) for part in sorted(tried)]
        write_results("faults_mutants.csv", extent, ("part", "mutants", "noticed", "not noticed"), rows)
    return 0


def _load_what_tests_import() -> None:
    """Once, so that each mutant's process need not."""
    import alembic.command
    import faiss
    import numpy as np
    import PIL.Image
    import pytest
    import sqlalchemy

    loaded = (alembic, faiss, np, PIL, pytest, sqlalchemy)
    if not all(loaded):
        raise ImportError("what the tests import is not here")


if __name__ == "__main__":
    raise SystemExit(main())
