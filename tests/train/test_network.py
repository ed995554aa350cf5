"""Fine-tune a random InceptionResnetV1 on painted faces: what changes, what stays, and what is read back from disk."""

import json
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from facenet_pytorch import InceptionResnetV1
from safetensors.numpy import load_file
from torch import nn

from recog.datasets.people import labelled_photos
from recog.embed.tuning import Tuning
from recog.errors import TrainingError
from recog.train.augment import Augmentation
from recog.train.checkpoint import Progress
from recog.train.head import LinearHead
from recog.train.network import TunableNetwork
from recog.train.network_files import NetworkRun
from recog.train.network_folder import NetworkStart, train_network
from recog.train.options import RunOptions
from recog.train.plans import NetworkPlan
from recog.train.settings import BatchShape, TrainSettings
from recog.train.stages import INCEPTION_STAGES
from recog.train.validation import read_pair_list
from tests.painted import CellDetector, paint

FLIPS = Augmentation(flip=0.5, jitter=0.0, jpeg=0.0, grey=0.0)
WIDTH = 12
PLAN = NetworkPlan(
    name="drawn",
    augmentation=FLIPS,
    held_out=0.4,
    data="painted faces",
    settings=TrainSettings(
        batch=BatchShape(people=3, photos=2),
        selection="batch-all",
        learning_rate=3e-3,
        hold=0.5,
        steps=4,
        validate_every=1,
    ),
)
CROPS = np.random.default_rng(3).integers(0, 256, (3, 160, 160, 3), dtype=np.uint8)


def stage(wide: int, narrow: int, *, stride: int = 1) -> nn.Module:
    """Return a convolution, batch norm and activation, named as in InceptionResnetV1."""
    parts = {
        "conv": nn.Conv2d(wide, narrow, 3, stride=stride, padding=1, bias=False),
        "bn": nn.BatchNorm2d(narrow),
        "relu": nn.ReLU(),
    }
    return nn.Sequential(OrderedDict(parts))


def small_network() -> nn.Module:
    """Return the stages of the real network, with one small convolution each."""
    stages = {name: stage(6, 6) for name in INCEPTION_STAGES}
    stages["conv2d_1a"], stages["conv2d_2a"] = stage(3, 6, stride=4), stage(6, 6, stride=4)
    stages["block8"] = stage(6, WIDTH)
    network = nn.Sequential(OrderedDict(stages))
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return network


class DrawnTrunk:
    """A trunk with random weights, the same every time."""

    network: Any

    def __init__(self, *, real: bool = False) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = InceptionResnetV1(pretrained=None, classify=False) if real else small_network()
        self.network = network.eval()
        self.sha256 = "8" * 64
        self.device = torch.device("cpu")


def drawn_head(dim: int = 4, width: int = WIDTH) -> LinearHead:
    weight = np.random.default_rng(0).normal(0, 1, (dim, width)).astype(np.float32)
    return LinearHead(weight, np.zeros(dim, dtype=np.float32))


def run(tmp_path: Path, plan: NetworkPlan = PLAN, *, resume: bool = False, stop_at: int | None = None) -> NetworkRun:
    folder = tmp_path / "people"
    random = np.random.default_rng(0)
    for person in range(5):
        colour = random.integers(80, 160, 3)
        for number in range(1, 4):
            red, green, blue = (int(value) for value in colour + random.integers(-14, 15, 3))
            paint(folder / f"P{person}" / f"P{person}_{number:04d}.png", (red, green, blue), noise=9 * person + number)
    lines = ["4", *(f"P{row}\t1\t2" for row in range(4)), *(f"P{row}\t1\tP{row + 1}\t3" for row in range(4))]
    (tmp_path / "pairs.txt").write_text("\n".join(lines) + "\n")

    def stop(progress: Progress) -> None:
        if progress.step == stop_at:
            raise InterruptedError

    return train_network(
        labelled_photos(folder),
        read_pair_list(folder, tmp_path / "pairs.txt"),
        CellDetector(),
        NetworkStart(name="drawn", tuned_trunk="drawn", trunk=DrawnTrunk(), head=drawn_head()),
        plan=plan,
        run=RunOptions(output=tmp_path / "out", resume=resume, on_step=stop),
        cache=tmp_path / "cache",
    )


def test_features_are_those_of_the_network_itself_up_to_the_average() -> None:
    trunk = DrawnTrunk(real=True)
    pooled: list[torch.Tensor] = []
    trunk.network.avgpool_1a.register_forward_hook(lambda _module, _given, made: pooled.append(made.flatten(1)))
    with torch.inference_mode():
        trunk.network((torch.from_numpy(CROPS).permute(0, 3, 1, 2).float() - 127.5) / 128)
    for part in ("blocks", "all"):
        tunable = TunableNetwork(trunk, drawn_head(width=1792), part=part)
        with torch.inference_mode():
            features = tunable.features(tunable.stem(CROPS))
        assert torch.allclose(features, pooled[0], atol=1e-4)


@pytest.mark.parametrize("part", ["blocks", "all"])
def test_convolutions_of_the_part_are_trained_and_batch_norm_never(part: str) -> None:
    trunk = DrawnTrunk()
    tunable = TunableNetwork(trunk, drawn_head(), part=part)  # type: ignore[arg-type]
    before = {name: tensor.clone() for name, tensor in trunk.network.state_dict().items()}
    loss = tunable.embeddings(tunable.stem(CROPS)).sum()
    torch.autograd.backward(loss)
    optimiser = torch.optim.SGD(list(tunable.tensors.values()), lr=1.0)
    optimiser.step()
    changed = {name for name, tensor in trunk.network.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed == {name.removeprefix("trunk.") for name in tunable.tensors if name.startswith("trunk.")}
    assert not any(".bn." in name for name in changed)
    stages = {name.partition(".")[0] for name in changed}
    assert stages == ({"mixed_7a", "repeat_3", "block8"} if part == "blocks" else set(INCEPTION_STAGES))


def test_bf16_gives_nearly_the_same_features_also_from_kept_halves() -> None:
    exact, rough = (
        TunableNetwork(DrawnTrunk(real=True), drawn_head(width=1792), part="blocks", bf16=bf16)
        for bf16 in (False, True)
    )
    with torch.inference_mode():
        one = exact.features(exact.stem(CROPS[:1]))
        seen = rough.stem(CROPS[:1])
        other = rough.features(seen._replace(map=seen.map.half()))
    assert other.dtype == torch.float32
    assert not torch.equal(one, other)
    assert torch.nn.functional.cosine_similarity(one, other).min() > 0.99


@pytest.mark.parametrize("half", [False, True])
def test_a_run_leaves_blocks_and_head_that_evaluate_as_its_record_says(tmp_path: Path, half: bool) -> None:
    made = run(tmp_path, replace(PLAN, half=half))
    record = json.loads((tmp_path / "out" / "drawn.json").read_text())
    assert record["scores"]["tuned"] == made.scores
    assert record["scores"]["start"] == made.start_scores
    assert made.scores["mean"] >= made.start_scores["mean"] - 0.01
    head, tuning = LinearHead(**load_file(made.path)), Tuning(made.trunk_path, made.trunk_path.read_bytes(), "drawn")
    assert record["trunk_before_sha256"] == DrawnTrunk().sha256
    assert tuning.sha256_over(DrawnTrunk().sha256) == record["trunk_sha256"] != record["trunk_before_sha256"]
    assert head.sha256 == record["sha256"]
    assert made.trained.step > 0
    trunk = DrawnTrunk()
    before = TunableNetwork(trunk, drawn_head(), part="blocks")
    with torch.inference_mode():
        old = before.features(before.stem(CROPS)).numpy()
        own = dict(trunk.network.named_parameters())
        for name, tensor in tuning.tensors_for(own).items():
            own[name].copy_(torch.from_numpy(tensor))
        new = before.features(before.stem(CROPS)).numpy()
    assert not np.allclose(new, old, atol=1e-4)
    assert new.shape == (3, WIDTH)
    assert not list((tmp_path / "out").glob("*checkpoint*"))
    assert "P3" not in json.dumps(record)
    assert str(tmp_path) not in json.dumps(record)


@pytest.mark.parametrize("augmentation", [FLIPS, Augmentation(flip=0.5, jitter=0.1, jpeg=0.5, grey=0.5)])
def test_a_resumed_run_gives_the_same_network_bit_for_bit(tmp_path: Path, augmentation: Augmentation) -> None:
    plan = replace(PLAN, augmentation=augmentation)
    whole = run(tmp_path / "whole", plan)
    with pytest.raises(InterruptedError):
        run(tmp_path / "broken", plan, stop_at=1)
    with pytest.raises(TrainingError, match="resume that run, or delete the file"):
        run(tmp_path / "broken", plan)
    resumed = run(tmp_path / "broken", plan, resume=True)
    assert resumed.trunk_path.read_bytes() == whole.trunk_path.read_bytes()
    assert resumed.path.read_bytes() == whole.path.read_bytes()
    assert resumed.record["history"] == whole.record["history"]


def test_resuming_what_never_began_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="there is no checkpoint"):
        run(tmp_path, resume=True)


def test_two_people_are_too_few_to_hold_two_out(tmp_path: Path) -> None:
    for person, colour in (("A", (200, 90, 90)), ("B", (90, 90, 200))):
        for number in (1, 2):
            paint(tmp_path / "people" / person / f"{person}_{number:04d}.png", colour, noise=number)
    (tmp_path / "pairs.txt").write_text("2\nA\t1\t2\nB\t1\t2\nA\t1\tB\t1\nA\t2\tB\t2\n")
    with pytest.raises(TrainingError, match="0 people with a face are left to learn from, beside 2 held out"):
        train_network(
            labelled_photos(tmp_path / "people"),
            read_pair_list(tmp_path / "people", tmp_path / "pairs.txt"),
            CellDetector(),
            NetworkStart(name="drawn", tuned_trunk="drawn", trunk=DrawnTrunk(), head=drawn_head()),
            plan=PLAN,
            run=RunOptions(output=tmp_path),
            cache=tmp_path,
        )
