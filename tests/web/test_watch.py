"""Watched folders of a served library, and `recog watch`: new photos are indexed, with the run that pages show."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from recog.library.watching.changes import Pace
from recog.web.library import ServedLibrary
from recog.web.watch import FolderWatch
from tests.painted import GREEN, RED, paint, painted_library

QUICK = Pace(tick=0.05, settle=0.2, longest=2.0, poll=600.0, retry=0.3)
PATIENCE = 120.0
WATCHING = """
import sys
from recog.cli.app import app
from tests.cli.conftest import open_painted

app(["--library", sys.argv[1], "watch", sys.argv[2]], obj=open_painted, prog_name="recog")
"""


def until(fact: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_new_photo_is_indexed_and_named(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "1.png", RED)
    with ServedLibrary(painted_library(tmp_path / "library")) as opened:
        opened.library.index(tmp_path / "photos")
        opened.library.people.confirm("Ada", [1], new=True)
        watch = FolderWatch(opened.library, opened.runs, pace=QUICK)
        assert watch.start().on
        assert watch.start().on, "twice is once"
        until(lambda: opened.runs.state().phase == "ended")
        paint(tmp_path / "photos" / "2.png", RED, noise=1)
        until(lambda: opened.library.people.by_number(1).matched == 1)
        until(lambda: not opened.runs.state().goes_on())
        later = tmp_path / "later"
        paint(later / "3.png", GREEN)
        opened.runs.start([later])
        until(lambda: not opened.runs.state().goes_on())
        paint(later / "4.png", GREEN, noise=1)
        until(lambda: opened.library.status().photos == 4)
        watch.end()
        assert not watch.state().on
        numbered = opened.runs.state().number
        paint(later / "5.png", GREEN, noise=2)
        time.sleep(0.6)
        assert opened.runs.state().number == numbered


def test_a_run_of_a_user_goes_first_and_the_watch_follows(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "1.png", RED)
    with ServedLibrary(painted_library(tmp_path / "library")) as opened:
        opened.library.index(tmp_path / "photos")
        opened.runs.start([tmp_path / "photos"])
        watch = FolderWatch(opened.library, opened.runs, pace=QUICK)
        watch.start()
        until(lambda: opened.runs.state().number >= 2 and not opened.runs.state().goes_on())
        watch.end()


def test_the_verb_indexes_what_comes_and_what_came_while_it_was_killed(tmp_path: Path) -> None:
    photos, library = tmp_path / "photos", tmp_path / "library"
    paint(photos / "1.png", RED)

    def count() -> int:
        with painted_library(library) as opened:
            return opened.status().photos if opened.context.exists() else 0

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WATCHING, str(library), str(photos)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )

    with begin() as process:
        until(lambda: count() == 1)
        paint(photos / "2.png", RED, noise=1)
        until(lambda: count() == 2)
        process.kill()
    paint(photos / "3.png", RED, noise=2)
    with begin() as process:
        assert process.stdout is not None
        assert process.stdout.readline(), "it tells what it found"
        assert count() == 3
        process.send_signal(signal.SIGINT)
        _, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in complained
    assert f"watches {photos}; Ctrl-C ends it" in complained
