"""The command starts at once, and ends quietly."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recog.cli.app import app
from recog.cli.reference import markdown, verbs

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "faiss", "sqlalchemy", "numpy", "PIL", "alembic", "pydantic", "rich")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    code = "from recog.cli.app import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120, check=False
    )


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, json\n"
        "from recog.cli.app import main\n"
        "sys.argv = ['recog', '--help']\n"
        "try:\n    main()\n"
        f"finally:\n    print(json.dumps([name for name in {HEAVY} if name in sys.modules]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert "Commands:" in done.stdout
    assert json.loads(done.stderr) == []


def test_every_verb_has_a_sentence_and_an_example() -> None:
    for name, about in verbs():
        done = CliRunner().invoke(app, [*name.split(), "--help"], prog_name="recog")
        assert about.endswith(".")
        assert f"Example:\n    recog {name}" in done.stdout, name
        assert about in " ".join(done.stdout.split())
        assert f"| `recog {name}` | {about} |" in markdown()


def test_the_table_names_every_verb_that_the_help_names() -> None:
    listed = run("--help").stdout.partition("Commands:")[2]
    tops = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert list(dict.fromkeys(name.split()[0] for name, _ in verbs())) == tops


def test_the_version_is_the_package_s() -> None:
    assert run("--version").stdout.split()[0] == "recog"


@pytest.mark.parametrize("words", [("nonsense",), ("search",), ("search", "a.jpg", "-k", "0"), ("status", "--wrong")])
def test_wrong_usage_is_2(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "Usage: recog" in done.stderr
    assert done.stdout == ""


def test_a_library_that_is_not_there_is_one_line_and_1(tmp_path: Path) -> None:
    done = run("--library", f"{tmp_path}/\x1b[31m", "status")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("recog: there is no library ")
    assert "/\\x1b[31m" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("people", "--help"), ("models", "list", "--json")])
def test_a_reader_that_closes_the_pipe_is_no_fault(words: tuple[str, ...]) -> None:
    code = "from recog.cli.app import main; main()"
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_an_answer_that_cannot_be_written_is_one_line_and_1(tmp_path: Path) -> None:
    code = "from recog.cli.app import main; main()"
    for words in (["--help"], ["people", "--help"], ["--version"], ["models", "list"], ["models", "list", "--json"]):
        with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
            done = subprocess.run(
                [sys.executable, "-c", code, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert done.stderr.startswith(
            "recog: the answer cannot be written to standard output (No space left on device)"
        )


@pytest.mark.parametrize("words", [("index", ""), ("status", "--library", ""), ("backup", ""), ("enrol", "Ann", "")])
def test_an_empty_word_is_not_the_current_folder(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("recog: a word of the command is empty: leave it out, or write . for the current")


INTERRUPTED_WHILE_LOADING = """
import importlib.abc, os, signal, sys
class CtrlC(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGINT)
wanted = sys.argv.pop(1)
sys.meta_path.insert(0, CtrlC())
from recog.cli.start import main
main()
"""


@pytest.mark.parametrize(
    "module",
    ["recog.cli.app", "typer", "recog.cli.upkeep", "recog.config", "pydantic", "recog.store.engine", "sqlite3"],
)
def test_ctrl_c_while_the_command_loads_is_at_most_one_line_and_130(module: str, tmp_path: Path) -> None:
    words = ["--library", str(tmp_path), "status"]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING, module, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("recog: interrupted") or not done.stderr
    assert done.stderr.count("\n") <= 1


INTERRUPTED_AT_A_LINE = """
import os, signal, sys
from recog.cli import start
wanted = start.main.__code__.co_firstlineno + int(sys.argv.pop(1))
def at_lines(frame, event, argument):
    if event == "line" and frame.f_lineno == wanted:
        os.kill(os.getpid(), signal.SIGINT)
    return at_lines
sys.settrace(lambda frame, event, argument: at_lines if frame.f_code is start.main.__code__ else None)
start.main()
"""


@pytest.mark.parametrize("line", [9, 11, 12, 13, 14])
def test_ctrl_c_between_loading_and_running_is_no_traceback(line: int) -> None:
    command = [sys.executable, "-c", INTERRUPTED_AT_A_LINE, str(line), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr in {"", "recog: interrupted\n"}


def test_a_command_that_ends_looks_for_no_cycles() -> None:
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000, gc.get_count()[0]))\n"
        "from recog.cli.start import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("True ")


def test_the_installed_command_begins_where_ctrl_c_is_heard() -> None:
    (entry,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"].items()
    assert entry == ("recog", "recog.cli.start:main")


def test_who_starts_recog_without_interrupts_gets_none() -> None:
    """A shell starts background commands like this."""
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" + INTERRUPTED_WHILE_LOADING
    done = subprocess.run([sys.executable, "-c", code, "typer", "--version"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
