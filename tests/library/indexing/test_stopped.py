"""An interrupted indexer stops within seconds, leaves no process behind, and resumes when run again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.painted import RED, paint, painted_library

ROOT = Path(__file__).resolve().parents[3]
PHOTOS = 120
MOST_SECONDS = 60.0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to look into")
@pytest.mark.parametrize(("asked", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_ctrl_c_and_sigterm_end_a_run_and_all_its_processes(
    tmp_path: Path, folder: Path, asked: signal.Signals, code: int
) -> None:
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", RED, noise=number)
    command = [sys.executable, "-m", "tests.painted", str(tmp_path / "library"), str(folder)]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stdout is not None
    for _ in range(10):
        run.stdout.readline()
    began = time.monotonic()
    os.killpg(run.pid, asked)  # to every process of the run, as a terminal does
    assert run.wait(timeout=60) == code
    while time.monotonic() - began < MOST_SECONDS and group_lives(run.pid):
        time.sleep(0.02)
    assert not group_lives(run.pid)
    assert time.monotonic() - began < MOST_SECONDS
    run.stdout.close()
    with painted_library(tmp_path / "library") as library:
        report = library.index([folder])
        assert (report.added + report.unchanged, report.failed) == (PHOTOS, ())
        assert library.maintenance.check().findings == ()


def group_lives(group: int) -> bool:
    """Return whether a process of the group still runs; a zombie does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of_group) == group and state != "Z":
            return True
    return False
