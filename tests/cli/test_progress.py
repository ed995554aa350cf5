"""Progress goes to a terminal's stderr and nowhere else."""

import os
import pty
import subprocess
import sys

import pytest

from recog.cli.progress import WeightsBar, photo_bar

PHOTOS = """
import time
from pathlib import Path
from recog.cli.progress import photo_bar
from recog.library.indexing.results import IngestProgress
with photo_bar() as step:
    for done in range(1, 41):
        time.sleep(0.01)
        step(IngestProgress(done, 40, 7 * done, done // 20, Path("[bold]a.jpg")))
print("summary")
"""
WEIGHTS = """
import time
from contextlib import closing
from recog.cli.progress import WeightsBar
with closing(WeightsBar()) as bar:
    for done in range(0, 101, 10):
        time.sleep(0.02)
        bar("casia", done * 1_000_000, 100_000_000)
print("summary")
"""


def on_a_terminal(code: str) -> tuple[str, str]:
    """What a program writes to stdout (a pipe) and to stderr (a terminal)."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as child:
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:  # Linux ends the reading of a terminal that nobody holds any more with EIO
            pass
        os.close(ours)
        assert child.stdout is not None
        return child.stdout.read().decode(), seen.decode()


@pytest.mark.parametrize(
    ("code", "shown"),
    [(PHOTOS, ("40/40", "photos/s", "280 faces, 2 failed")), (WEIGHTS, ("downloading casia (100 MB), once", "MB/s"))],
)
def test_a_terminal_sees_a_bar_and_a_program_does_not(code: str, shown: tuple[str, ...]) -> None:
    out, terminal = on_a_terminal(code)
    assert out == "summary\n"
    for words in shown:
        assert words in terminal


def test_no_bar_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with photo_bar() as step:
        assert step is None
    bar = WeightsBar()
    bar("casia", 1, 2_000_000)
    bar("casia", 2_000_000, 2_000_000)
    bar.close()
    assert capsys.readouterr().err == "recog: downloading casia (2 MB), once\n"
