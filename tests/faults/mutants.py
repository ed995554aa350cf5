"""Change one thing in the store or the index at a time, and check that a test notices.

`python -m tests.faults.mutants`. A mutant changes one operator, constant, statement or return value: it turns a
comparison round, swaps `and` and `or`, adds one to a number, or leaves out a call, a `raise` or a return value.
`--count N` draws mutants with `--seed` until N have been tried; the verdicts are kept in
benchmarks/results/faults_mutants.csv, and a run with the same seed continues where the last one stopped. `--again`
first retries the mutants that no test noticed; `--again PLACE...` retries those of files whose names contain one of
these words. Why this is own code: see docs/decisions/mutants.md.

The tests are those of the store (on SQLite), of the index and of durable files. They run in a copy until one fails: all
tests that execute the changed statement or start other processes, as recorded in a run without mutants (see
tests.faults.covering), those of the same module first. A mutant that passes them all is printed.
"""

import argparse
import ast
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.covering import Chosen, Recorder, tests_of
from tests.faults.forked import fork
from tests.faults.verdicts import Verdicts, described, key_of

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261122
Covered = dict[str, dict[str, Any]]
MUTATED = ("recog/store", "recog/index", "recog/durable.py")
_COPIED = ("recog", "tests", "migrations", "pyproject.toml")
_LEAST_SECONDS, _TIMES_SLOWER = 120.0, 10.0
"""A mutant hangs when its tests take ten times as long as they did under the recorder, and at least so long."""
_NOT_RUN = 70
_NO_VERDICT = (4, 5)
"""pytest's exit statuses for wrong usage and for no test; every other one except 0 is due to the mutant."""
_BROKEN = "ImportError while loading conftest"
"""A mutant that cannot be imported, which pytest reports as wrong usage too."""
_ELSEWHERE = {"durable": "tests/test_durable.py", "restore": "tests/library/maintenance/test_backup.py"}

_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change: its bytes start to end become `text`.

    statement: the lines of the smallest statement around the change; None outside functions, where the import runs it.
    number: the number of equal changes before it in the file.
    """

    file: str
    line: int
    statement: range | None
    start: int
    end: int
    before: str
    text: str
    number: int

    @property
    def key(self) -> str:
        """The key, which stays if the line moves."""
        return key_of(self.file, self.before, self.text, self.number)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before!r} -> {self.text!r}"


def all_mutants() -> list[Mutant]:
    """Return every mutant of every module, in order."""
    places = [ROOT / place for place in MUTATED]
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    return [mutant for file in files for mutant in _mutants_of(file)]


def _mutants_of(file: Path) -> Iterator[Mutant]:
    source = file.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tree = ast.parse(source)
    statements = list(_statements(tree))
    same: Counter[tuple[str, str]] = Counter()
    for node, text in _changes(tree):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = source[start:end].decode()
        around = [lines for lines in statements if node.lineno in lines and (node.end_lineno or 0) in lines]
        statement = min(around, key=len, default=None)
        if text != before:
            number = same[before, text]
            same[before, text] += 1
            yield Mutant(str(file.relative_to(ROOT)), node.lineno, statement, start, end, before, text, number)


def _statements(tree: ast.AST) -> Iterator[range]:
    """Yield the lines of every statement in a function, and of each block statement also the lines before its body."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in (inner for outer in function.body for inner in ast.walk(outer)):
            if isinstance(statement, ast.stmt):
                yield range(statement.lineno, (statement.end_lineno or 0) + 1)
                body = getattr(statement, "body", None)
                if body and body[0].lineno > statement.lineno:
                    yield range(statement.lineno, body[0].lineno)


def _changes(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield nodes with their replacements. Annotations, docstrings and the words of errors stay as they are."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Raise():
                yield node, "pass"
            case ast.JoinedStr() | ast.arguments() | ast.Import() | ast.ImportFrom() | ast.keyword(arg="strict"):
                pass
            case ast.AnnAssign():
                if node.value is not None:
                    yield from _changes(ast.Expression(node.value))
            case ast.FunctionDef() | ast.ClassDef():  # without decorators
                yield from _changes(ast.Module(node.body, []))
            case _:
                yield from _replacements(node)
                yield from _changes(node)


def _replacements(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield one node with each of its own replacements."""
    match node:
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


def all_tests() -> list[str]:
    """Return the test files that are run against mutants."""
    found = [
        str(path.relative_to(ROOT))
        for folder in ("store", "index")
        for path in sorted((ROOT / "tests" / folder).rglob("test_*.py"))
    ]
    return [*found, *_ELSEWHERE.values()]


def tests_for(mutant: Mutant, covered: Covered) -> list[list[str]]:
    """Return the tests that can notice a mutant, in groups; the tests of its module come first."""
    name, room = Path(mutant.file).stem, Path(*Path(mutant.file).parts[1:-1])
    own = (str(Path("tests") / room / f"test_{name}.py"), _ELSEWHERE.get(name, ""))
    return tests_of(covered, mutant.file, mutant.statement, own)


def survives(mutant: Mutant, tree: Path, covered: Covered) -> bool:
    """Return whether all tests that could notice the mutant pass in a copy of the project with it."""
    path = tree / mutant.file
    source = path.read_bytes()
    path.write_bytes(source[: mutant.start] + mutant.text.encode() + source[mutant.end :])
    try:
        return all(_passes(tree, tests, covered) for tests in tests_for(mutant, covered))
    finally:
        path.write_bytes(source)


def record(tree: Path) -> Covered:
    """Record what each test covers in a run without a mutant; ends the program if a test fails."""
    target = tree.parent / "covered.json"
    files = sorted({mutant.file for mutant in all_mutants()})
    if not _run(tree, all_tests(), float("inf"), lambda: Recorder(tree, files, target)):
        sys.exit(
            f"a test fails without any mutant: nothing can be measured\n{(tree.parent / 'said').read_text()[-2000:]}"
        )
    covered: Covered = json.loads(target.read_text(encoding="utf-8"))
    return covered


def _passes(tree: Path, tests: Sequence[str], covered: Covered) -> bool:
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    seconds = max(_LEAST_SECONDS, _TIMES_SLOWER * sum(covered[test]["seconds"] for test in tests))
    return _run(tree, files, seconds, lambda: Chosen(tests))


def _run(tree: Path, files: Sequence[str], most_seconds: float, plugin: Callable[[], object]) -> bool:
    """Run tests in a fork of this process, which has loaded their third-party imports."""
    pid = fork()
    if pid == 0:
        _test_and_exit(tree, files, plugin)
    deadline = time.monotonic() + most_seconds
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
    """Kill the processes that a failed test left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _test_and_exit(tree: Path, files: Sequence[str], plugin: Callable[[], object]) -> None:
    """Run in the fork and never return."""
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
        status = int(pytest.main([*options, str(tree.parent / "tests"), *files], plugins=[plugin()]))
    except BaseException:  # noqa: BLE001 - told in `said`
        traceback.print_exc()
    finally:
        os._exit(status)  # whatever happens: this process must not come back into `main`


def main() -> int:
    """Draw mutants, try them, print those that pass, write the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, help="until so many were tried; without it all of them")
    parser.add_argument("--again", nargs="*", metavar="PLACE", help="first those that no test noticed")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args()
    _load_what_tests_import()
    mutants = {mutant.key: mutant for mutant in all_mutants()}
    verdicts = Verdicts(options.seed, {key: mutant.line for key, mutant in mutants.items()})
    again = [] if options.again is None else verdicts.unnoticed()
    chosen = [key for key in again if any(place in mutants[key].file for place in options.again or [""])]
    chosen += verdicts.untried()[: None if options.count is None else max(0, options.count - len(verdicts.known))]
    began = time.monotonic()
    tree = Path(tempfile.mkdtemp()) / "tree"  # no TemporaryDirectory: a forked process that ends would delete it
    tree.parent.chmod(0o755)  # a test that becomes somebody else for a while reads there
    try:
        for name in _COPIED:
            source = ROOT / name
            ignored = shutil.ignore_patterns("__pycache__")
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree(source, tree / name, ignore=ignored) if source.is_dir() else shutil.copy(source, tree))
        covered = record(tree)
        for key in chosen:
            if time.monotonic() - began > 60 * options.minutes:
                break
            mutant = mutants[key]
            noticed = not survives(mutant, tree, covered)
            verdicts.put(key, mutant.file, described(mutant.before, mutant.text), noticed=noticed)
            print(f"{'noticed' if noticed else 'PASSED ALL TESTS'}: {mutant}", flush=True)  # noqa: T201 - a program
    finally:
        shutil.rmtree(tree.parent)
    print(verdicts.extent())  # noqa: T201 - a program
    return 0


def _load_what_tests_import() -> None:
    """Import once what every mutant's process needs."""
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
