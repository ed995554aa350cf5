"""An index run over videos that was killed is completed by the next one, which reads no stored video again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.library.indexing.test_ingest import state
from tests.painted import BLUE, GREEN, RED, painted_library
from tests.video.clips import painted_frames, write_clip

ROOT = Path(__file__).resolve().parents[2]
VIDEOS = 3


def test_a_killed_run_over_videos_is_completed_by_the_next_one(tmp_path: Path) -> None:
    folder, library = tmp_path / "videos", tmp_path / "library"
    for number in range(VIDEOS):
        frames = painted_frames([RED, None], [RED, (GREEN, BLUE, GREEN)[number]], [None, BLUE], each=8 + number)
        write_clip(folder / f"{number}.mp4", frames, gop=10)
    with painted_library(tmp_path / "undisturbed") as undisturbed:
        undisturbed.index([folder])
        expected = state(undisturbed)
    for _ in range(VIDEOS - 1):
        command = [sys.executable, "-m", "tests.painted", str(library), str(folder)]
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert run.stdout is not None
        with run.stdout:
            assert run.stdout.readline()
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    with painted_library(library) as painted:
        report = painted.index([folder])
        assert report.added + report.unchanged == VIDEOS
        assert report.unchanged > 0
        assert state(painted) == expected
        assert painted.maintenance.check().findings == ()
