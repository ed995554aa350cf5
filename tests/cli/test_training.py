"""The options of `recog train head` become the plans of the training, and options that are gone are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from recog.cli.training_options import TrainHeadOptions
from recog.errors import TrainingError
from recog.train.augment import Augmentation
from recog.train.checkpoint import Progress
from recog.train.options import RunOptions
from recog.train.plans import HeadPlan, NetworkPlan
from recog.train.settings import BatchShape, TrainSettings
from tests.cli.conftest import Recog

USUAL = TrainHeadOptions(photos=Path("lfw"), pairs=Path("pairs.txt"))


def test_without_options_the_plans_are_those_of_the_training() -> None:
    assert USUAL.head_plan("a") == HeadPlan(name="a")
    assert replace(USUAL, train="blocks").network_plan("a") == NetworkPlan(name="a")


def test_every_option_reaches_its_plan() -> None:
    options = replace(
        USUAL, train="all", trunk="sface", rank=4, pattern="p*", tight=True, data="my people", selection="offline",
        distance="euclidean", margin=0.3, margin_to=0.4, chunk=16, mine_every=7, people=5, photos_each=3, least=4,
        learning_rate=0.01, hold=1.5, steps=9, validate_every=3, patience=2, augment=False, bf16=True,
        share=[1.0, 2.0], centring=[0.5, 0.25], seed=4, flip=False,
    )  # fmt: skip
    recipe = TrainSettings(
        batch=BatchShape(people=5, photos=3, minimum=4), selection="offline", distance="euclidean", margin=0.3,
        margin_to=0.4, chunk=16, mine_every=7, learning_rate=0.01, hold=1.5, steps=9, validate_every=3, patience=2,
        seed=4,
    )  # fmt: skip
    people = {"name": "a", "pattern": "p*", "tight": True, "data": "my people", "settings": recipe, "flip": False}
    assert options.head_plan("a") == HeadPlan(**people, shares=(1.0, 2.0), centrings=(0.5, 0.25))  # type: ignore[arg-type]
    mirrored = Augmentation(jitter=0.0, jpeg=0.0, grey=0.0)
    assert options.network_plan("a") == NetworkPlan(
        **people,  # type: ignore[arg-type]
        part="all",
        trunk="sface",
        rank=4,
        bf16=True,
        augmentation=mirrored,
    )


def test_a_report_says_which_photos_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "1.png").touch()
    (tmp_path / "wrong.csv").write_text("file,person\nann/1.png,ann\n")
    data = replace(USUAL, leave_out=tmp_path / "wrong.csv").photos_of(tmp_path)
    assert data.left_out == {tmp_path / "ann" / "1.png"}
    assert USUAL.photos_of(tmp_path).left_out == frozenset()


def test_a_bank_and_a_number_of_blocks_reach_the_plan() -> None:
    plan = replace(USUAL, train="blocks", blocks=2, bank=90).network_plan("a")
    assert (plan.part, plan.blocks, plan.settings.bank) == ("blocks", 2, 90)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--strangers", 96], "these options are gone"),
        (["--then", "batch-hard"], "these options are gone"),
        (["--then-after", 0.5], "these options are gone"),
        (["--selection", "nearest-semi-hard"], "'nearest-semi-hard' is not one of 'semi-hard', 'batch-hard'"),
    ],
)
def test_an_option_that_is_gone_is_refused_in_one_sentence(recog: Recog, words: list[object], why: str) -> None:
    done = recog("train", "head", "people", "--photos", "lfw", "--pairs", "pairs.txt", *words)
    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
    assert "--strangers" not in recog("train", "head", "--help").stdout


def test_validated_steps_are_written_for_tensorboard(
    recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Progress(step=25, steps=50, loss=0.1, triplets=9, active=0.5, spread=0.9, scores={"mean": 0.8}, best=True)

    def validated(_data: object, _plan: object, _runtime: object, run: RunOptions) -> None:
        run.on_step(step)
        raise TrainingError("enough")

    monkeypatch.setattr("recog.train.head_folder.train_head_from_folder", validated)
    done = recog(
        "train", "head", tmp_path, "--photos", tmp_path, "--pairs", tmp_path / "none.txt", "--out", tmp_path,
        "--name", "mine", "--tensorboard", tmp_path / "runs",
    )  # fmt: skip
    assert done.exit_code == 1
    assert "step 25 of 50" in done.stderr
    assert b"validation/mean" in (tmp_path / "runs" / "mine" / "events.out.tfevents.recog").read_bytes()


def test_a_run_says_first_that_it_will_not_be_plotted(
    recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recog.render.canvas.find_spec", lambda _name: None)
    done = recog("train", "head", tmp_path / "nobody", "--photos", tmp_path, "--pairs", tmp_path / "none.txt")
    assert done.exit_code == 1
    assert "this run will not be plotted: plots and pictures of maps need matplotlib" in done.stderr.splitlines()[0]
