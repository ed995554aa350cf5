"""The verbs that train and measure say what they do, with defaults that are those of the training itself."""

import inspect
from pathlib import Path

import pytest

from recog.cli import training
from recog.errors import TrainingError
from recog.render.as_json import to_plain
from recog.render.text_scores import lfw_scores, trained_head
from recog.train.folder import HeadPlan
from recog.train.protocol import run_lfw
from recog.train.settings import TrainSettings
from tests.painted import BLUE, GREEN, RED, CellDetector, ColourEmbedder, paint


def painted_lfw(folder: Path) -> Path:
    """Ten folds of one same and one different pair each, of three people in twenty photos."""
    lines = ["10\t1"]
    for fold, (name, other) in enumerate([("Red", "Green"), ("Green", "Blue")] * 5):
        lines += [f"{name}\t{fold + 1}\t{(fold + 2) % 10 + 1}", f"{name}\t{fold + 1}\t{other}\t{fold + 1}"]
    for name, colour in (("Red", RED), ("Green", GREEN), ("Blue", BLUE)):
        for number in range(1, 11):
            paint(folder / name / f"{name}_{number:04d}.png", colour, noise=number)
    pairs = folder / "pairs.txt"
    pairs.write_text("\n".join(lines) + "\n")
    return pairs


def test_the_protocol_scores_what_the_product_embeds(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    run = run_lfw(
        tmp_path,
        painted_lfw(tmp_path),
        CellDetector(),
        ColourEmbedder(),
        on_photo=lambda done, total: seen.append((done, total)),
    )
    assert (run.scores.pairs, run.scores.folds, run.scores.accuracy) == (20, 10, 1.0)
    assert run.found == {"detected": seen[-1][1]}
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    text = lfw_scores(run.network.name, run.scores, run.found)
    assert "network           colour" in text
    assert "accuracy          100.00 % +- 0.00 % (one standard error)" in text
    plain = to_plain(run)
    assert isinstance(plain, dict)
    assert plain["found"] == run.found
    head = trained_head(Path("\x1b.safetensors"), 0, run.scores, run.scores)
    assert head.splitlines()[:2] == [
        "head       \\x1b.safetensors",
        "best step  0: the start itself; training found nothing better",
    ]


def test_the_protocol_drops_no_pair(tmp_path: Path) -> None:
    pairs = painted_lfw(tmp_path)
    broken = tmp_path / "Red" / "Red_0001.png"
    broken.write_text("no photo")
    with pytest.raises(TrainingError, match=r"1 photos cannot be read.*Red_0001\.png"):
        run_lfw(tmp_path, pairs, CellDetector(), ColourEmbedder())
    broken.unlink()
    with pytest.raises(TrainingError, match="Red_0001"):
        run_lfw(tmp_path, pairs, CellDetector(), ColourEmbedder())


def test_the_options_of_train_head_default_to_those_of_the_training() -> None:
    """They are written twice, so that `recog --help` need not load torch."""
    plan, settings = HeadPlan(), TrainSettings()
    wanted = {name: getattr(settings, name) for name in ("selection", "margin", "learning_rate", "hold", "steps")}
    wanted |= {"validate_every": settings.validate_every, "seed": settings.seed}
    wanted |= {name: getattr(plan, name) for name in ("name", "data", "pattern", "tight")}
    defaults = {name: each.default for name, each in inspect.signature(training.head).parameters.items()}
    assert {name: defaults[name] for name in wanted} == wanted
