"""The protocol of YouTube Faces, on pairs that the tests write."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.assess.videos import run_ytf
from recog.errors import EvaluationError
from recog.evaluate.ytf import VideoPair, frames_of, ytf_pairs
from recog.render.text_videos import videos_text
from tests.painted import BLUE, CELL, FACE, RED, CellDetector, ColourEmbedder


def write_video(folder: Path, colour: tuple[int, int, int], seed: int, frames: int = 6) -> None:
    """Write frames of a face whose colour is noisy: single frames mislead, their mean does not."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    margin = (CELL - FACE) // 2
    for number in range(frames):
        pixels = np.zeros((CELL, CELL, 3), np.uint8)
        shade = np.clip(np.array(colour) + rng.normal(0, 70, 3), 1, 255)
        pixels[margin : margin + FACE, margin : margin + FACE] = shade
        Image.fromarray(pixels).save(folder / f"0.{number}.png")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    lines = ["split number, first name, second name, is same"]
    for number in range(20):
        write_video(tmp_path / f"Red/{number}", RED, number)
        write_video(tmp_path / f"Blue/{number}", BLUE, 100 + number)
    for fold in range(1, 11):
        a, b = 2 * fold - 2, 2 * fold - 1
        lines += [f"{fold}, Red/{a}, Red/{b}, 1", f"{fold}, Blue/{a}, Blue/{b}, 1"]
        lines += [f"{fold}, Red/{a}, Blue/{b}, 0", f"{fold}, Blue/{a}, Red/{b}, 0"]
    (tmp_path / "splits.txt").write_text("\n".join(lines))
    return tmp_path


def test_the_mean_of_frames_is_surer_than_one_frame(videos: Path) -> None:
    run = run_ytf(videos, ytf_pairs(videos / "splits.txt"), CellDetector(), ColourEmbedder())
    assert (run.listed, run.videos, run.frames_seen, run.unscored) == (40, 40, 240, ())
    assert run.frames.auc >= run.single.auc
    assert run.tracks.auc >= run.single.auc
    assert run.tracks.folds == 10
    assert "mean over frames" in videos_text(run)


def test_a_pair_with_an_absent_video_is_listed(videos: Path) -> None:
    pairs = [*ytf_pairs(videos / "splits.txt"), VideoPair("Red/0", "Nobody/0", same=False, fold=0)]
    run = run_ytf(videos, pairs, CellDetector(), ColourEmbedder())
    assert [one.video for one in run.unscored] == ["Nobody/0"]


def test_frames_are_in_the_order_of_their_numbers_and_spread_evenly(tmp_path: Path) -> None:
    folder = tmp_path / "frame_images_DB/Ada/0"
    folder.mkdir(parents=True)
    for number in (1, 2, 10, 11, 100):
        (folder / f"0.{number}.jpg").touch()
    assert [path.stem for path in frames_of(tmp_path, "Ada/0", most=3)] == ["0.1", "0.10", "0.100"]
    assert frames_of(tmp_path, "Bob/0", most=3) == []


@pytest.mark.parametrize("line", ["1, Ada/0, 1", "x, Ada/0, Bob/0, 1", "1, ../Ada, Bob/0, 1", "1, Ada/0, Bob/0, 2"])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "splits.txt"
    path.write_text(f"first line\n1, Ada/0, Ada/1, 1\n{line}\n")
    with pytest.raises(EvaluationError, match="line 3"):
        ytf_pairs(path)


def test_one_fold_is_too_few(tmp_path: Path) -> None:
    (tmp_path / "splits.txt").write_text("1, Ada/0, Ada/1, 1\n")
    with pytest.raises(EvaluationError, match="two folds"):
        ytf_pairs(tmp_path / "splits.txt")
