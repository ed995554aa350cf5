"""The verbs style sound and style volume: files in, files out, and no library."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from recog.style.sound.wav import Sound, encoded_wav, read_wav

Recog = Callable[..., Result]


@pytest.fixture
def sounds(tmp_path: Path) -> tuple[Path, Path]:
    time = np.arange(4000) / 4000
    made = {"tone": np.sin(2 * np.pi * 300 * time), "hiss": np.random.default_rng(0).normal(size=4000) / 5}
    paths = [tmp_path / f"{name}.wav" for name in made]
    for path, samples in zip(paths, made.values(), strict=True):
        path.write_bytes(encoded_wav(Sound((0.3 * samples).astype(np.float32), 4000)))
    return paths[0], paths[1]


def test_a_sound_is_styled_into_a_new_file(recog: Recog, sounds: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    done = recog("style", "sound", *sounds, out, "--steps", "2", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["path"] == str(out)
    assert told["style_distance"] < told["style_distance_before"]
    assert len(read_wav(out).samples) == 4000
    again = recog("style", "sound", *sounds, out, "--steps", "2")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "out.wav exists already, and recog never overwrites" in again.stderr


def test_a_volume_is_styled_into_a_new_film(recog: Recog, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for name in ("content", "style"):
        np.save(tmp_path / f"{name}.npy", generator.random((8, 9, 10)))
    out = tmp_path / "out.webp"
    done = recog("style", "volume", tmp_path / "content.npy", tmp_path / "style.npy", out, "--steps", "2")
    assert done.exit_code == 0, done.stderr
    assert "wrote" in done.stdout
    assert "by filters that the search did not see" in done.stdout
    assert out.read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("style", "sound", "a.wav", "b.wav", "out.mp3"), "out.mp3 has no suffix of a sound that recog writes"),
        (("style", "volume", "a.npy", "b.npy", "out.png"), "has no suffix of a volume that recog writes: use one of"),
        (("style", "sound", "none.wav", "none.wav", "out.wav"), "none.wav cannot be read (No such file or directory)"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(
    recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = recog(*words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
