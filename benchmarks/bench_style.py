"""Compare time, cost and memory of recog's style transfer and a plain loop, on the same network and pictures.

    python -m benchmarks.bench_style

The plain loop is written as in tutorials: float32, autograd through all layers up to relu5, torch's L-BFGS with its
default memory of 100. It runs in two versions: with its targets computed once, as the better tutorials do, and with
nothing cached. All versions minimise the same cost.

step    Wall seconds of one evaluation with its update: medians of rounds in turn, with a changing first version. Also
        the ratio of processor seconds, which a busy machine disturbs less, and the difference of the two definitions of
        the cost on one picture. The costs that the steps reach are not compared, because the steps of the plain loop
        are unbounded: the second one leaps from the content to a cost of 1e21.
reach   Wall seconds to the cost that --reach textbook L-BFGS steps reach from noise at one scale, by the plain loop's
        definition of the cost, for two pairs of pictures at each of --reach-sizes. The textbook steps use recog's quick
        evaluations with torch's L-BFGS, a memory of 100 and bounded steps, because the plain loop's own steps make no
        progress on one of the pairs. The plain loop's column is the time of as many of its steps (targets computed
        once). The note has the share of the quick steps' time, which is the gain of scales and optimiser alone. recog
        runs as shipped: from the content, at several scales, with evaluations counted by their pixels.
memory  Peak memory of a separate process, at --memory-size pixels, over --memory-steps steps.
"""

import argparse
import csv
import itertools
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_cache_path

from benchmarks.measured import largest_size
from benchmarks.style_loops import Pair, PlainLoop, RecogLoop, TextbookDescent, read_pair
from recog.nn.pooling import PoolingKind
from recog.photos import read_photo
from recog.style.layers import StyleNetwork, load_network
from recog.style.objective import Objective, StyleReference
from recog.style.settings import Form, StyleSettings
from recog.style.transfer import stylize

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "style"
COST: dict[str, Any] = {"form": Form.RELATIVE, "pooling": PoolingKind.AVERAGE, "variation": 20.0}
"""The cost that both loops minimise: the plain loop knows plain Gram matrices, not the centred ones of the default."""
RESULTS = Path(__file__).parent / "results" / "style.csv"
Row = dict[str, str | int | float]


def bench_step(network: StyleNetwork, settings: StyleSettings, pair: Pair, options: argparse.Namespace) -> list[Row]:
    """Time rounds of a few evaluations, in turn, from the content; the first round of each version is a warm-up."""
    ours = RecogLoop(network, settings, pair, pair.content)
    plain = PlainLoop(network, settings, pair, pair.content)
    uncached = PlainLoop(network, settings, pair, pair.content, cached=False)
    loops: dict[str, RecogLoop | PlainLoop] = {"recog": ours, "plain": plain, "plain, nothing cached": uncached}
    wall: dict[str, list[float]] = {name: [] for name in loops}
    processor: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(options.rounds + 1):
        turns = list(loops)
        for name in turns if number % 2 else reversed(turns):
            began = time.perf_counter(), time.process_time()
            loops[name].run(options.each)
            spent = time.perf_counter() - began[0], time.process_time() - began[1]
            if number > 0:
                wall[name].append(spent[0] / options.each)
                processor[name].append(spent[1] / options.each)
    with torch.no_grad():
        ours_cost = float(plain.cost(ours.descent.picture))
    apart = abs(ours.objective(ours.descent.picture)[0].total / ours_cost - 1.0)
    after, after_processor = statistics.median(wall["recog"]), statistics.median(processor["recog"])
    rows: list[Row] = []
    for name in ("plain", "plain, nothing cached"):
        before = statistics.median(wall[name])
        by_processor = statistics.median(processor[name]) / after_processor
        rows.append(
            {
                "measure": f"seconds a step ({name})",
                "size": max(pair.content.shape[2:]),
                "plain": round(before, 4),
                "recog": round(after, 4),
                "ratio": round(before / after, 2),
                "note": f"processor seconds {by_processor:.2f}x; the two costs of one picture differ by {apart:.0e}",
            }
        )
    return rows


def bench_reach(
    network: StyleNetwork, content_path: Path, style_path: Path, size: int, options: argparse.Namespace
) -> Row:
    """Time all textbook steps from noise, then recog to the same cost."""
    settings = StyleSettings(size=size, steps=options.reach, scales=options.scales, **COST)
    pair = read_pair(content_path, style_path, size)
    noise = 0.5 + 0.15 * torch.randn(pair.content.shape, generator=torch.Generator().manual_seed(settings.seed))
    plain = PlainLoop(network, settings, pair, noise)
    began = time.perf_counter()
    plain.run(options.plain_steps)
    plain_seconds = (time.perf_counter() - began) / options.plain_steps * options.reach
    began, busy = time.perf_counter(), time.process_time()
    objective = Objective(network, settings, pair.content, [StyleReference(pair.style, 1.0)])
    textbook = TextbookDescent(noise)
    for _ in range(options.reach):
        costs, gradient = objective(textbook.picture)
        textbook.step(costs.total, gradient)
    seconds, busy_seconds = time.perf_counter() - began, time.process_time() - busy
    with torch.no_grad():
        goal = float(plain.cost(textbook.picture))
    content, style = read_photo(content_path).pixels, read_photo(style_path).pixels
    began, busy = time.perf_counter(), time.process_time()
    evaluations, scale, spent, busy_spent = 0.0, 0, float("nan"), float("nan")
    for item in stylize(content, style, settings, network):
        share = item.size[0] * item.size[1] / (pair.content.shape[2] * pair.content.shape[3])
        evaluations += share * (2 if item.scale != scale else 1)  # a scale starts with an extra evaluation
        scale = item.scale
        # The two definitions of the cost differ by 1e-7, as the rows `step` show.
        if item.scale == item.scales and item.costs.total <= goal * (1.0 - 1e-6):
            spent, busy_spent = time.perf_counter() - began, time.process_time() - busy
            break
    shares = f"{spent / seconds:.2f} of the time, {busy_spent / busy_seconds:.2f} of the processor's"
    if math.isnan(spent):
        shares = f"not reached, ended at {item.costs.total:.4f}"
    return {
        "measure": f"seconds to the cost of {options.reach} steps from noise, {content_path.stem} as {style_path.stem}",
        "size": size,
        "plain": round(plain_seconds),
        "recog": round(spent, 1),
        "ratio": round(plain_seconds / spent, 1),
        "note": f"of {seconds:.1f} s for {options.reach} steps as quick as recog's own {shares}; "
        f"{evaluations:.0f} evaluations of full size against {options.reach}; cost {goal:.4f}",
    }


def bench_memory(options: argparse.Namespace) -> Row:
    """Run each loop in a separate process, which reports its peak memory."""
    peaks = {}
    for which in ("plain", "recog"):
        command = [
            sys.executable,
            "-m",
            "benchmarks.bench_style",
            str(options.content),
            str(options.style),
            "--only",
            which,
        ]
        command += ["--memory-size", str(options.memory_size), "--memory-steps", str(options.memory_steps)]
        command += ["--threads", str(options.threads), "--cache", str(options.cache)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks[which] = float(done.stdout)
    return {
        "measure": "peak memory, GB",
        "size": options.memory_size,
        "plain": round(peaks["plain"], 2),
        "recog": round(peaks["recog"], 2),
        "ratio": round(peaks["plain"] / peaks["recog"], 2),
        "note": f"{options.memory_steps} steps, whole process",
    }


def print_peak(network: StyleNetwork, settings: StyleSettings, options: argparse.Namespace) -> None:
    """Run one loop, and print this process' peak memory in GB."""
    pair = read_pair(options.content, options.style, options.memory_size)
    loop = (PlainLoop if options.only == "plain" else RecogLoop)(network, settings, pair, pair.content)
    loop.run(options.memory_steps)
    print(largest_size() * 1024 / 1e9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("content", type=Path, nargs="?", default=DATA / "tubingen.jpg")
    parser.add_argument("style", type=Path, nargs="?", default=DATA / "starry_night_google.jpg")
    parser.add_argument("--parts", default="step,reach,memory")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--reach", type=int, default=300)
    parser.add_argument("--reach-sizes", type=int, nargs="+", default=[192, 256])
    parser.add_argument("--plain-steps", type=int, default=4)
    parser.add_argument("--scales", type=int, default=StyleSettings().scales)
    parser.add_argument("--memory-size", type=int, default=1024)
    parser.add_argument("--memory-steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--only", choices=("plain", "recog"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    settings = StyleSettings(scales=1, **COST)
    network = load_network(settings.network, cache=options.cache)
    if options.only is not None:
        print_peak(network, settings, options)
        return
    rows: list[Row] = []
    for part in options.parts.split(","):
        if part == "step":
            for size in options.sizes:
                pair = read_pair(options.content, options.style, size)
                rows.extend(bench_step(network, settings, pair, options))
        elif part == "reach":
            pairs = [(options.content, options.style), (DATA / "golden_gate.jpg", DATA / "the_scream.jpg")]
            for size, (content, style) in itertools.product(options.reach_sizes, pairs):
                rows.append(bench_reach(network, content, style, size, options))
                print(*(f"{key}: {value}" for key, value in rows[-1].items()), sep="  ", flush=True)
        else:
            rows.append(bench_memory(options))
        print(*(f"{key}: {value}" for key, value in rows[-1].items()), sep="  ", flush=True)
    machine = f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}, {options.threads} threads"
    facts = {"machine": machine, "load": round(os.getloadavg()[0], 1), "torch": torch.__version__}
    with options.results.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], *facts])
        writer.writeheader()
        writer.writerows({**row, **facts} for row in rows)
    for row in rows:
        numbers = f"{row['plain']:>8} {row['recog']:>8} {row['ratio']:>6}x"
        print(f"{row['measure']:48} {row['size']:5}  {numbers}  {row['note']}")
    print(f"on {machine}, load {facts['load']}, torch {facts['torch']}")


if __name__ == "__main__":
    main()
