"""Train the two networks of liveness and their fusion, choose the thresholds, and measure (results/liveness.csv).

    python -m benchmarks.liveness.train ../shared/data/identities FOLDER

FOLDER holds the clips of benchmarks.liveness.clips. People are apart: those of the networks, of the fusion, of the
thresholds and of the test. Everything is trained six times: on all kinds of attack, which is what is shipped
(recog/live/passive.safetensors), and with each kind held out of networks, fusion and thresholds.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import Parameter

from benchmarks.liveness.camera import Kind
from benchmarks.liveness.clips import Take, Use, people_of, stored
from benchmarks.measured import write_results
from recog.live.fusion import NAMES, Fusion, Signals, Verdict, fusion_tensors
from recog.live.networks import MOVEMENTS, PULSE, Shape, SmallNetwork, movement_input, pulse_input
from recog.live.parallax import parallax_of
from recog.live.pulse import pulse_of
from recog.live.spectrum import screen_traces
from recog.live.weights import SHIPPED
from recog.nn.trunk import Convolution, Trunk

SEED = 20
APCER_AIM, BPCER_AIM = 0.02, 0.02
"""The shares of attacks above the threshold of live, and of living faces below that of not live, among the people of
the thresholds."""
_UNITS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of all clips: their takes, what the networks see of them, and the features without the networks'.

    pulses (clips, 1, ...) and movements (clips, groups, ...); signals (clips, features) with NaN for the networks.
    """

    takes: list[Take]
    pulses: Tensor
    movements: Tensor
    signals: NDArray[np.float64]

    def rows(self, *uses: Use, without: Kind | None) -> NDArray[np.intp]:
        """Return the rows of clips for some uses, without a kind."""
        return np.flatnonzero([take.use in uses and take.kind is not without for take in self.takes])

    def live(self) -> NDArray[np.bool_]:
        """Return which clips show a living face."""
        return np.array([take.kind is Kind.LIVE for take in self.takes])


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What one training made, and the probabilities of a living face of all clips."""

    tensors: dict[str, Tensor]
    fusion: Fusion
    features: NDArray[np.float64]
    chances: NDArray[np.float64]


def main() -> None:
    """Train, choose, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("identities", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    known = _known(given.folder, people_of(given.identities))
    held_out: list[Kind | None] = [None, *(kind for kind in Kind if kind is not Kind.LIVE)]
    made = {without: _made(known, without) for without in held_out}
    counts = {use.value: sum(take.use is use for take in known.takes) for use in Use}
    save_file(made[None].tensors, SHIPPED, metadata={"seed": str(SEED), "clips": json.dumps(counts)})
    SHIPPED.chmod(0o644)
    _write(known, made, f"simulated clips, seed {SEED}; clips: {counts}")
    _write_features(known, made[None])


def _known(folder: Path, people: Sequence[str]) -> Known:
    takes, pulses, movements, signals = [], [], [], []
    for take, sequence in stored(folder, people, list(Use)):
        pulse, depth = pulse_of(sequence), parallax_of(sequence)
        logits = [float("nan")] * len(movement_input(sequence))
        one = Signals(depth, screen_traces(sequence), pulse, float("nan"), tuple(logits))
        takes.append(take)
        pulses.append(pulse_input(pulse))
        movements.append(movement_input(sequence))
        signals.append(one.features())
    return Known(takes, torch.stack(pulses), torch.stack(movements), np.array(signals))


def _made(known: Known, without: Kind | None) -> Made:
    """Train everything without a kind of attack."""
    rows = torch.from_numpy(known.rows(Use.NETWORKS, without=without))
    live = torch.from_numpy(known.live()).float()
    pulse = _trained(PULSE, known.pulses[rows], live[rows], rounds=40, seed=SEED, noise=0.3)
    movement = _trained(MOVEMENTS, known.movements[rows], live[rows], rounds=30, seed=SEED + 1, noise=0.05)
    features = known.signals.copy()
    with torch.inference_mode():
        features[:, NAMES.index("pulse network")] = pulse.logits(known.pulses[:, 0]).numpy()
        logits = torch.stack([movement.logits(one) for one in known.movements]).numpy()
    features[:, NAMES.index("movements")] = logits.mean(axis=1)
    features[:, NAMES.index("movements most")] = logits.max(axis=1)
    fusion = _fused(known, features, without)
    chances = np.array([1 / (1 + np.exp(-fusion.logit(row))) for row in features])
    tensors = pulse.tensors("pulse") | movement.tensors("movements") | fusion_tensors(fusion)
    print(f"without {without}: live from {fusion.live:.3f}, not live below {fusion.not_live:.3f}", flush=True)
    return Made(tensors, fusion, features, chances)


def _trained(shape: Shape, values: Tensor, live: Tensor, *, rounds: int, seed: int, noise: float) -> SmallNetwork:
    """Train a network by Adam: each round sees one group of every clip, mirrored at random if it is a picture."""
    generator = torch.Generator().manual_seed(seed)
    fresh = SmallNetwork.fresh(shape, seed)
    layers = [
        Convolution(one.name, Parameter(one.kernel), Parameter(one.bias), one.pooled, one.padding)
        for one in fresh.trunk.convolutions
    ]
    weights, bias = Parameter(0.1 * torch.randn(len(fresh.weights), generator=generator)), Parameter(fresh.bias)
    network = SmallNetwork(Trunk(fresh.trunk.name, layers), weights, bias)
    numbers = [weights, bias, *(part for one in layers for part in (one.kernel, one.bias))]
    optimiser = torch.optim.AdamW(numbers, lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, rounds)
    balance = (len(live) - live.sum()) / live.sum()
    total = 0.0
    for _ in range(rounds):
        total = 0.0
        for rows in torch.randperm(len(live), generator=generator).split(16):  # type: ignore[no-untyped-call]
            groups = torch.randint(values.shape[1], (len(rows),), generator=generator)
            seen = values[rows, groups]
            if shape.axes == 3 and float(torch.rand((), generator=generator)) < 0.5:
                seen = seen.flip(-1)
            seen = seen + noise * torch.randn(seen.shape, generator=generator)
            loss = F.binary_cross_entropy_with_logits(network.logits(seen), live[rows], pos_weight=balance)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach()) * len(rows)
        schedule.step()
    print(f"{shape.axes} axes: loss {total / len(live):.3f}", flush=True)
    return SmallNetwork.from_tensors("made", network.tensors("made"))


def _fused(known: Known, features: NDArray[np.float64], without: Kind | None) -> Fusion:
    """Train the fusion on its people, then calibrate it and choose the thresholds on those of the thresholds."""
    first, second = (known.rows(use, without=without) for use in (Use.FUSION, Use.THRESHOLD))
    live = known.live()
    mean = np.nanmean(features[first], axis=0)
    spread = np.nanstd(features[first], axis=0) + 1e-3
    plain = Fusion(mean, spread, *_layers(features[first], live[first], mean, spread), 1.0, 0.0, 0.5, 0.5)
    logits = np.array([plain.logit(row) for row in features[second]])
    slope, intercept = _calibrated(logits, live[second])
    chances = 1 / (1 + np.exp(-(slope * logits + intercept)))
    high = float(np.quantile(chances[~live[second]], 1 - APCER_AIM))
    low = float(np.quantile(chances[live[second]], BPCER_AIM))
    return Fusion(mean, spread, plain.hidden, plain.out, slope, intercept, max(high, low, 0.5), min(high, low, 0.5))


def _layers(
    rows: NDArray[np.float64], live: NDArray[np.bool_], mean: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Train the two layers of a fusion by gradients of all clips at a time, with weight decay."""
    far = (rows - mean) / spread
    seen = torch.tensor(np.clip(np.where(np.isnan(far), 0.0, far), -3, 3))
    seen = torch.cat([seen, torch.ones(len(seen), 1, dtype=torch.float64)], 1)
    answers = torch.tensor(live, dtype=torch.float64)
    generator = torch.Generator().manual_seed(SEED)
    hidden = Parameter(0.3 * torch.randn(_UNITS, seen.shape[1], generator=generator, dtype=torch.float64))
    out = Parameter(0.3 * torch.randn(_UNITS + 1, generator=generator, dtype=torch.float64))
    optimiser = torch.optim.AdamW([hidden, out], lr=0.01, weight_decay=0.3)
    balance = (len(live) - answers.sum()) / answers.sum()
    for _ in range(600):
        noisy = seen + 0.15 * torch.randn(seen.shape, generator=generator, dtype=torch.float64)
        units = torch.tanh(noisy @ hidden.T)
        logits = units @ out[:-1] + out[-1]
        loss = F.binary_cross_entropy_with_logits(logits, answers, pos_weight=balance)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return hidden.detach().numpy(), out.detach().numpy()


def _calibrated(logits: NDArray[np.float64], live: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and intercept by which logits become those of a probability (Platt), attacks and lives even."""
    line = Parameter(torch.tensor([1.0, 0.0], dtype=torch.float64))
    values, answers = torch.tensor(logits), torch.tensor(live, dtype=torch.float64)
    balance = (len(live) - answers.sum()) / answers.sum()
    # A living face in a clip more and an attack more than there are keep the slope finite (Platt, 1999).
    softened = answers * (1 - 2 / (len(live) + 2)) + 1 / (len(live) + 2)
    optimiser = torch.optim.LBFGS([line], max_iter=200)

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = F.binary_cross_entropy_with_logits(line[0] * values + line[1], softened, pos_weight=balance)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return float(line[0].detach()), float(line[1].detach())


def _write(known: Known, made: Mapping[Kind | None, Made], comment: str) -> None:
    """Write APCER and BPCER (ISO/IEC 30107-3) of the test's people, and how often there is no answer."""
    rows = []
    for kind in Kind:
        test = [row for row in known.rows(Use.TEST, without=None) if known.takes[row].kind is kind]
        wrong = Verdict.NOT_LIVE if kind is Kind.LIVE else Verdict.LIVE
        shares = []
        for one in (made[None], made.get(kind)):
            verdicts = [] if one is None else [one.fusion.verdict(one.chances[row]) for row in test]
            counts = [verdicts.count(asked) for asked in (wrong, Verdict.CANNOT_TELL)]
            shares += [f"{100 * number / len(verdicts):.1f}" if verdicts else "" for number in counts]
        rows.append([kind.value, len(test), "BPCER" if kind is Kind.LIVE else "APCER", *shares])
    names = ("error %", "cannot tell %", "held out error %", "held out cannot tell %")
    write_results("liveness.csv", comment, ["kind", "clips", "measure", *names], rows)


def _write_features(known: Known, made: Made) -> None:
    """Write how well each feature alone tells the test's living faces from each kind of attack: the area under ROC."""
    test = known.rows(Use.TEST, without=None)
    kinds = np.array([known.takes[row].kind.value for row in test])
    attacks = [kind.value for kind in Kind if kind is not Kind.LIVE]
    table = []
    for place, name in enumerate(NAMES):
        column = made.features[test, place]
        column = np.where(np.isnan(column), np.nanmean(column), column)
        areas = [_area(column[kinds == Kind.LIVE.value], column[kinds == kind]) for kind in attacks]
        table.append([name, *(f"{area:.2f}" for area in areas)])
    comment = "area under ROC, living faces of the test against each kind of attack"
    write_results("liveness_signals.csv", comment, ["feature", *attacks], table)


def _area(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    if not len(above) or not len(below):
        return float("nan")
    return float((above[:, None] > below[None]).mean() + 0.5 * (above[:, None] == below[None]).mean())


if __name__ == "__main__":
    main()
