"""A killed indexer leaves a library that the next run completes, as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from tests.library.test_ingest import state
from tests.painted import BLUE, GREEN, RED, WHITE, paint, painted_library

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = 160
KILLS = 12
SEED = 20261122


def start(library: Path, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.painted", str(library), str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_kills_at_random_moments_end_in_the_library_of_an_undisturbed_run(tmp_path: Path) -> None:
    """Every trial kills after a random number of photos, until one run ends by itself; then all must be there."""
    folder = tmp_path / "photos"
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", (RED, GREEN, BLUE, WHITE)[number % 4], RED, noise=number)
    with painted_library(tmp_path / "undisturbed") as undisturbed:
        undisturbed.index([folder])
        expected = state(undisturbed)
    choose = random.Random(SEED)
    killed = 0
    for _ in range(KILLS):
        run = start(tmp_path / "killed", folder)
        for _ in range(choose.randint(0, 25)):
            if run.stdout is None or not run.stdout.readline():
                break
        os.killpg(run.pid, signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        if run.stdout is not None:
            run.stdout.close()
    assert killed >= KILLS // 2, f"only {killed} of {KILLS} kills landed (seed {SEED})"
    with painted_library(tmp_path / "killed") as library:
        report = library.index([folder])
        assert report.added + report.unchanged == PHOTOS
        assert state(library) == expected
        assert library.check().findings == ()
        assert not list(library.settings.library.rglob("*.tmp*"))
