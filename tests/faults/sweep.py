"""Kill or starve each verb at each system call that changes the disk, and count what survives.

`python -m tests.faults.sweep --full` hits every such call of every verb and writes benchmarks/results/faults.csv;
`--every N` hits each N-th; `--minutes M` stops after that time, at random ones of those.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.faults.results import write_results
from tests.faults.tracing import Run, count_calls, inject, obstacle
from tests.faults.world import ALL_VERBS, World, make_world

KILL, FULL_ONCE, FULL_FOR_GOOD = "kill", "no space once", "no space from then on"
FAULTS = {KILL: ("signal=KILL", ""), FULL_ONCE: ("error=ENOSPC", ""), FULL_FOR_GOOD: ("error=ENOSPC", "+")}
_CAN_BE_FULL = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate")
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault at the n-th such call of a verb; again is where the run after it is killed as well."""

    verb: str
    fault: str
    call: str
    number: int
    again: int | None = None


def trials(calls: dict[str, Counter[str]], fault: str, *, every: int, seed: int = SEED) -> list[Trial]:
    """Each `every`-th call of each kind of each verb, from a random one on; every fifth kill is a double one."""
    choose = random.Random(f"{seed} {fault}")
    planned = []
    for verb, counted in calls.items():
        for call, count in counted.items():
            if fault != KILL and call not in _CAN_BE_FULL:
                continue
            for number in range(choose.randint(1, min(every, count)), count + 1, every):
                again = choose.randint(1, count) if fault == KILL and choose.random() < 0.2 else None
                planned.append(Trial(verb, fault, call, number, again))
    return planned


def attempt(world: World, trial: Trial, directory: Path) -> tuple[bool, list[str]]:
    """Did the fault happen, and what does not hold after it."""
    library = world.copy(trial.verb, directory)
    arguments = world.arguments(trial.verb, library)
    fault, onwards = FAULTS[trial.fault]
    run = inject(arguments, trial.call, fault, f"{trial.number}{onwards}")
    if not run.injected:
        return False, []
    found = [] if trial.fault == KILL else told_badly(run)
    if trial.again is not None:
        second = inject(arguments, trial.call, fault, str(trial.again))
        if second.status == 1 and "nobody is called" not in second.said:
            found.append(f"the run after it was refused: {second.said}")
        run = Run(second.status, run.acknowledged + second.acknowledged, second.said, second.trace)
    return True, found + world.problems(trial.verb, library, run)


def told_badly(run: Run) -> list[str]:
    """A run that met a full disk ends complete, or with one sentence and exit status 1."""
    if run.status == 0:
        return [] if run.acknowledged else ["it exits with 0 and has done nothing"]
    if run.status == 1 and len(run.said.splitlines()) == 1 and any(word in run.said for word in ("space", "room")):
        return []
    return [f"it ends with {run.status} and says {run.said[-500:]!r}"]


def main() -> int:
    """Sweep, print what fails, write the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--full", dest="every", action="store_const", const=1, help="every call")
    chosen.add_argument("--every", type=int, help="each N-th call")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--verbs", nargs="+", choices=ALL_VERBS, default=ALL_VERBS, help="of these verbs only")
    options = parser.parse_args()
    if why := obstacle():
        sys.exit(f"no fault can be injected here: {why}")
    began = time.monotonic()
    counts: dict[tuple[str, str], Counter[str]] = {}
    with tempfile.TemporaryDirectory() as directory:
        world = make_world(Path(directory) / "world", options.verbs)
        calls = {verb: count_calls(_fresh(world, verb, Path(directory))) for verb in options.verbs}
        planned = [one for fault in FAULTS for one in trials(calls, fault, every=options.every, seed=options.seed)]
        random.Random(options.seed).shuffle(planned)
        for trial in planned:
            if time.monotonic() - began > 60 * options.minutes:
                break
            fired, problems = attempt(world, trial, Path(directory) / "trial")
            row = counts.setdefault((trial.verb, trial.fault), Counter())
            row.update(trials=1, fired=int(fired), doubled=int(trial.again is not None), failed=int(bool(problems)))
            for problem in problems:
                print(f"{trial}: {problem}", flush=True)  # noqa: T201 - a program
    tried, hits, failed = (sum(row[key] for row in counts.values()) for key in ("trials", "fired", "failed"))
    path = write_results(
        "faults.csv",
        f"{tried} of {len(planned)} places, seed {options.seed}, {(time.monotonic() - began) / 60:.0f} min",
        ("verb", "fault", "trials", "fired", "of them killed twice", "left something wrong"),
        [
            (verb, fault, row["trials"], row["fired"], row["doubled"], row["failed"])
            for (verb, fault), row in sorted(counts.items())
        ],
    )
    print(f"{hits} faults of {tried} happened, {failed} left something wrong; see {path}")  # noqa: T201
    return 1 if failed or hits < 0.95 * tried else 0


def _fresh(world: World, verb: str, directory: Path) -> list[str]:
    return world.arguments(verb, world.copy(verb, directory / "counted"))


if __name__ == "__main__":
    raise SystemExit(main())
