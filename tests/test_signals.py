"""The suite itself: programs that tests start handle signals as usual, however the suite was started."""

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def test_a_child_ignores_no_signal() -> None:
    code = (
        "import signal\n"
        "left = signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}\n"
        "print([int(one) for one in left if signal.getsignal(one) is signal.SIG_IGN])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_suite_runs_if_signals_are_ignored() -> None:
    test = f"{Path(__file__).name}::{test_a_child_ignores_no_signal.__name__}"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{test}"]
    command = ["sh", "-c", f"trap '' {' '.join(str(int(one)) for one in IGNORED)}; exec \"$@\"", "sh", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_suite_itself_goes_on_ignoring_the_signal(tmp_path: Path) -> None:
    """Ctrl-C in a terminal must not end a suite in the background."""
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    own = "import os, signal\ndef test_it():\n    os.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "test_own.py").write_text(own)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    command = ["sh", "-c", f"trap '' {int(signal.SIGINT)}; exec \"$@\"", "sh", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
