"""Workers that a real Ray starts on two machines leave what one undisturbed run leaves, whoever is killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.config import read_settings
from tests.faults.queue_kills import painted_photos
from tests.faults.tracing import ROOT
from tests.library.work.compared import everything
from tests.painted import PaintedLibrary
from tests.postgres import Databases

pytestmark = pytest.mark.postgres
IN_ITS_OWN_NETWORK = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
PHOTOS = 120
PASSWORD = "open-sesame"  # noqa: S105 - nobody asks for it


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name, for Ray's sockets."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_every_photo_is_finished_though_the_driver_a_worker_and_a_machine_are_killed(
    databases: Databases, tmp_path: Path, short: Path
) -> None:
    pytest.importorskip("ray", reason="ray is not installed: no worker was started by Ray")
    if (tried := subprocess.run([*IN_ITS_OWN_NETWORK, "true"], capture_output=True, text=True, check=False)).returncode:
        pytest.skip(f"Ray listens on all interfaces and gets no network of its own here: {tried.stderr.strip()}")
    painted_photos(tmp_path / "photos", PHOTOS)
    database = databases.new()
    with PaintedLibrary(read_settings(library=tmp_path / "library", database=database)) as library:
        library.queue.fill([tmp_path / "photos"])
        environment = os.environ | {
            "RECOG_DATABASE": database.replace(":@", f":{PASSWORD}@"),
            "RECOG_LIBRARY": str(tmp_path / "library"),
            "PYTHONPATH": str(ROOT),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": "0123456789abcdef" * 4,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_TMPDIR": str(short),
        }
        done = subprocess.run(
            [*IN_ITS_OWN_NETWORK, sys.executable, "-m", "tests.scale.kills_on_ray"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        said = done.stdout.splitlines()
        assert done.returncode == 0, done.stdout + done.stderr
        assert said[:3] == ["killed the driver", "killed a worker", "killed a machine"]
        assert any("died (" in line and "is started anew" in line for line in said)
        assert any("is gone: others take over what its workers held" in line for line in said)
        assert "1 reports, True" in said
        with PaintedLibrary(read_settings(library=tmp_path / "alone")) as alone:
            alone.index([tmp_path / "photos"])
            assert everything(library) == everything(alone)
        counts = library.queue.counts()
        assert (counts.waiting, counts.claimed) == (0, 0)
        assert library.maintenance.check().ok
        logs = [path for path in short.rglob("*") if path.is_file()]
        assert logs, "Ray wrote its logs elsewhere: nothing was looked at"
        assert not [path for path in logs if PASSWORD.encode() in path.read_bytes()]
    databases.drop(database)
