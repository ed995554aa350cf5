"""A mutant meets every test that could notice it: those that execute its statement or start a process."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from tests.faults.covering import tests_of as choose
from tests.faults.mutants import MUTATED, ROOT, all_mutants
from tests.faults.verdicts import Verdicts, key_of

MODULE = """
def one(value):
    if value:
        return (
            value
            + 1
        )
    return 0

def other():
    yield 2
"""
TESTS = """
import subprocess, sys, threading
import pytest
from module import one, other

@pytest.fixture(scope="module")
def shared():
    return one(1)

def test_first_with_the_fixture(shared):
    pass

def test_second_with_the_fixture(shared):
    pass

def test_the_last_line():
    assert one(0) == 0

def test_a_generator_in_a_thread():
    thread = threading.Thread(target=lambda: list(other()))
    thread.start()
    thread.join()

def test_a_process():
    subprocess.run([sys.executable, "-c", ""], check=True)
"""
RECORD = """
import sys
from pathlib import Path
import pytest
from tests.faults.covering import Recorder
tree = Path(sys.argv[1])
sys.path.insert(0, str(tree))
plugin = Recorder(tree, ["module.py"], tree / "covered.json")
options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tree), str(tree / "test_it.py")]
sys.exit(pytest.main(options, plugins=[plugin]))
"""
LINE_OF_ADDING, LINE_OF_NOTHING, LINE_OF_YIELDING = range(4, 8), range(8, 9), range(11, 12)


def test_the_tests_of_a_statement_are_those_that_execute_it_or_start_processes(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-c", RECORD, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    covered = json.loads((tmp_path / "covered.json").read_text())

    def chosen(lines: range | None) -> set[str]:
        return {test.partition("::")[2] for tests in choose(covered, "module.py", lines, ()) for test in tests}

    with_fixture = {"test_first_with_the_fixture", "test_second_with_the_fixture"}
    assert chosen(LINE_OF_ADDING) == {*with_fixture, "test_a_process"}
    assert chosen(LINE_OF_NOTHING) == {"test_the_last_line", "test_a_process"}
    assert chosen(LINE_OF_YIELDING) == {"test_a_generator_in_a_thread", "test_a_process"}
    assert len(chosen(None)) == len(covered) == TESTS.count("def test_")


def test_tests_of_the_module_come_first_then_the_quick_ones_and_processes_last() -> None:
    def facts(seconds: float, *, starts: bool = False, line: int = 1) -> dict[str, object]:
        return {"seconds": seconds, "starts": starts, "lines": [["m.py", line]]}

    covered = {
        "far::slow": facts(2),
        "far::process": facts(0, starts=True, line=9),
        "far::quick": facts(1),
        "far::elsewhere": facts(0, line=9),
        "own::slow": facts(3),
        "own::quick": facts(2),
    }
    assert choose(covered, "m.py", range(1, 2), ["own"]) == [
        ["own::quick", "own::slow"],
        ["far::quick", "far::slow", "far::process"],
    ]


def test_a_mutant_is_another_program_and_lies_in_its_statement() -> None:
    mutants = all_mutants()
    assert {mutant.file.rpartition("/")[0] for mutant in mutants} == {
        "recog",
        *(str(path.parent.relative_to(ROOT)) for place in MUTATED[:2] for path in (ROOT / place).rglob("*.py")),
    }
    assert all(mutant.statement is None or mutant.line in mutant.statement for mutant in mutants)
    for mutant in mutants[::40]:
        source = (ROOT / mutant.file).read_bytes()
        changed = source[: mutant.start] + mutant.text.encode() + source[mutant.end :]
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))
    assert len({mutant.key for mutant in mutants}) == len(mutants)


def test_what_is_kept_of_a_mutant_is_its_first_verdict_and_its_latest_and_the_rest_is_drawn(tmp_path: Path) -> None:
    """A mutant that no longer exists is dropped; a new one does not change the order of the others."""
    kept = str(tmp_path / "kept.csv")
    lines = {key_of("m.py", "1", "2", number): 10 + number for number in range(6)}
    verdicts = Verdicts(7, lines, kept)
    drawn = verdicts.untried()
    for key, noticed in zip(drawn[:3], (True, False, False), strict=True):
        verdicts.put(key, "m.py", "1 -> 2", noticed=noticed)
    again = Verdicts(7, lines, kept)
    assert (again.known, again.untried()) == (verdicts.known, drawn[3:])
    assert again.unnoticed() == sorted(drawn[1:3], key=lambda key: lines[key])
    again.put(drawn[1], "m.py", "1 -> 2", noticed=True)
    assert "3 of 6 mutants, 1 (33.3 %) noticed when first tried, 2 (66.7 %) now" in again.extent()
    del lines[drawn[0]]
    fewer = Verdicts(7, lines | {"another": 1}, kept)
    assert [key for key in fewer.untried() if key != "another"] == drawn[3:]
    assert "2 of 6 mutants, 0 (0.0 %) noticed when first tried, 1 (50.0 %) now" in fewer.extent()
    assert Verdicts(8, lines, kept).known == {}
