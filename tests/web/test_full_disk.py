"""Acts on a full disk are answered with 503 and leave nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.test_small_disk import IN_NAMESPACE, held
from tests.faults.tracing import ROOT
from tests.painted import painted_library


@pytest.mark.parametrize("free", [0, 64, 1024])
def test_an_act_on_a_full_disk_is_503_and_room_makes_it_good(painted: Path, tmp_path: Path, free: int) -> None:
    """Either not even the lock can be written, or the disk fills up after some acts."""
    mounted, kept = tmp_path / "mounted", tmp_path / "kept"
    mounted.mkdir()
    kept.mkdir()
    library = painted / "library"
    command = [sys.executable, "-m", "tests.web.full_disk", str(mounted / "library"), str(free)]
    size = str(held(library) + 2048)
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", IN_NAMESPACE, "sh", size, str(library), str(mounted), str(kept), *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here, a small disk was not tested: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    *named, full, room = [status for status, _ in answers]
    assert (set(named) <= {200}, full, room) == (True, 503, 200), answers[-2:]
    assert "room" in answers[-2][1]["error"]
    with painted_library(kept / "library") as opened:
        assert len(opened.people.all()) == 1 + len(named) + 1
