"""The verb live, and identify --live, as a user types them; tests/library/liveness has the verdicts."""

from pathlib import Path

import pytest

from tests.cli.conftest import Recog
from tests.painted import RED, paint
from tests.video.clips import painted_frames, write_clip


@pytest.mark.parametrize("words", [("live",), ("identify", "--live")])
def test_a_clip_that_cannot_be_used_is_refused_in_a_sentence(
    recog: Recog, folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert recog("index", paint(folder / "red.png", RED).parent).exit_code == 0
    small = write_clip(tmp_path / "small.mp4", painted_frames([RED], each=64), rate=16)
    short = write_clip(tmp_path / "short.mp4", painted_frames([RED], each=9), rate=16)
    for path, why in (
        (small, "pixels between the eyes, and 24 are needed: come nearer"),
        (short, "shows 0.5 seconds: film a face for at least 4 seconds"),
        (folder / "red.png", "is no video"),
        (tmp_path / "none.mp4", "none.mp4"),
    ):
        done = recog(*words, path)
        assert (done.exit_code, done.stdout) == (1, "")
        assert why in done.stderr
        assert done.stderr.count("\n") == 1


def test_clips_that_cannot_be_used_stop_no_other(recog: Recog, folder: Path, tmp_path: Path) -> None:
    assert recog("index", paint(folder / "red.png", RED).parent).exit_code == 0
    short = write_clip(tmp_path / "short.mp4", painted_frames([RED], each=9), rate=16)
    done = recog("identify", "--live", short, short)
    assert done.exit_code == 1
    assert "2 of 2 clips could not be used" in done.stderr


def test_what_makes_no_sense_is_wrong_usage(recog: Recog, tmp_path: Path) -> None:
    unknown = recog("live", tmp_path / "clip.mp4", "--challenge", "turn-left,wink")
    assert unknown.exit_code == 2
    assert "'wink' is no challenge" in unknown.stderr
    assert recog("identify", "--live", "--all").exit_code == 2
