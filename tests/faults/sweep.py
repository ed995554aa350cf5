"""Kill, starve or fail each verb at each system call that changes the disk, and count what survives.

`python -m tests.faults.sweep --full` hits every such call of every verb; `--sample N` hits N of each verb and fault,
`--verbs` and `--faults` choose some of them, `--minutes M` stops after that time. Places come in an order drawn by
`--seed`; with `--write` the counts are kept in benchmarks/results/faults.csv after each minute, and another run with
the same seed goes on where that one stopped (`--fresh`: begins what is chosen anew). A verb whose number of places has
changed meanwhile is begun anew by itself; what is kept of verbs that are not chosen stays as it is.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.faults.forked import apart, load_what_loads, run_forked
from tests.faults.program import act
from tests.faults.results import earliest, figure, read_results, write_results
from tests.faults.tracing import CALLS, Run, obstacle
from tests.faults.world import ALL_VERBS, World, make_world
from tests.painted import painted_library

KILL, FULL_ONCE, FULL_FOR_GOOD, FAILS = "kill", "no space once", "no space from then on", "I/O error once"
FAULTS = {
    KILL: ("signal=KILL", ""),
    FULL_ONCE: ("error=ENOSPC", ""),
    FULL_FOR_GOOD: ("error=ENOSPC", "+"),
    FAILS: ("error=EIO", ""),
}
_CAN_BE_FULL = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate")
HIT = {KILL: CALLS, FULL_ONCE: _CAN_BE_FULL, FULL_FOR_GOOD: _CAN_BE_FULL, FAILS: ("pread64", "fsync", "fdatasync")}
"""What may happen at which calls: reads are SQLite's."""
WORDS = {FULL_ONCE: ("space", "room"), FULL_FOR_GOOD: ("space", "room"), FAILS: ("disk", "Input/output error")}
"""One of these is in the sentence of a run that gave up; SQLite calls what cannot be read a malformed disk image."""
SEED = 20261122
RESULTS = "faults.csv"
_KEPT_AFTER = 60.0
_COUNTED = ("tried", "fired", "killed twice", "left something wrong")
_HEADER = ("verb", "fault", "places", *_COUNTED)

Row = tuple[str, str]
"""A verb and a fault."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault at the n-th such call of a verb; again is where the run after it is killed as well."""

    verb: str
    fault: str
    call: str
    number: int
    again: int | None = None


def trials(verb: str, fault: str, calls: Counter[str], *, seed: int = SEED) -> list[Trial]:
    """Every place of a verb where this fault can happen, in an order drawn by the seed; every fifth kill is double."""
    choose = random.Random(f"{seed} {verb} {fault}")
    planned = []
    for call in HIT[fault]:
        for number in range(1, calls[call] + 1):
            again = choose.randint(1, calls[call]) if fault == KILL and choose.random() < 0.2 else None
            planned.append(Trial(verb, fault, call, number, again))
    choose.shuffle(planned)
    return planned


def count_calls(world: World, verb: str, directory: Path) -> Counter[str]:
    """How often the main thread makes each call in a run without faults."""
    library = world.copy(verb, directory)
    every = sorted({call for calls in HIT.values() for call in calls})
    run = run_forked(partial(_act, world, verb, library), ["-e", f"trace={','.join(every)}", "-e", "signal=none"])
    if run.status != 0:
        raise RuntimeError(f"the program failed without any fault: {run.said}")
    return Counter(line.partition("(")[0] for line in run.trace)


def _act(world: World, verb: str, library: Path) -> None:
    with painted_library(library) as opened:
        act(opened, verb, world.folders(verb))


def _inject(world: World, trial: Trial, library: Path, when: str) -> Run:
    fault, _ = FAULTS[trial.fault]
    options = ["-e", f"trace={trial.call}", "-e", f"inject={trial.call}:{fault}:when={when}"]
    return run_forked(partial(_act, world, trial.verb, library), options)


def attempt(world: World, trial: Trial, directory: Path) -> tuple[bool, list[str]]:
    """Did the fault happen, and what does not hold after it, as a fresh process sees it."""
    library = world.copy(trial.verb, directory)
    run = _inject(world, trial, library, f"{trial.number}{FAULTS[trial.fault][1]}")
    if not run.injected:
        return False, []
    found = [] if trial.fault == KILL else told_badly(run, WORDS[trial.fault])
    if trial.again is not None:
        second = _inject(world, trial, library, str(trial.again))
        if second.status == 1 and "nobody is called" not in second.said:
            found.append(f"the run after it was refused: {second.said}")
        run = Run(second.status, run.acknowledged + second.acknowledged, second.said, second.trace)
    return True, found + apart(partial(world.problems, trial.verb, library, run))


def told_badly(run: Run, words: Sequence[str]) -> list[str]:
    """A run that met a disk that is full or fails ends complete, or with one sentence and exit status 1."""
    if run.status == 0:
        return [] if run.acknowledged else ["it exits with 0 and has done nothing"]
    if run.status == 1 and len(run.said.splitlines()) == 1 and any(word in run.said for word in words):
        return []
    return [f"it ends with {run.status} and says {run.said[-1500:]!r}"]


@dataclass(slots=True)
class Sweep:
    """What was tried of what there is.

    minutes: of the runs before this one; since: the commit that they began with; others: what is kept of other verbs.
    """

    places: dict[Row, list[Trial]]
    counts: dict[Row, Counter[str]]
    seed: int
    minutes: float = 0.0
    since: str = ""
    others: dict[Row, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def plan(cls, places: dict[Row, list[Trial]], seed: int, *, resumed: bool) -> "Sweep":
        """All places; those that the results file counts, made with the same seed, are behind us if it is resumed."""
        sweep = cls(places, {row: Counter() for row in places}, seed)
        facts, rows = read_results(RESULTS)
        if figure(facts, r"seed (\d+)") != seed:
            return sweep
        for verb, fault, there, *counted in rows:
            if (verb, fault) not in places:
                sweep.others[verb, fault] = (int(there), *map(int, counted))
            elif resumed and len(places[verb, fault]) == int(there):
                sweep.counts[verb, fault].update(dict(zip(_COUNTED, map(int, counted), strict=True)))
        if resumed or sweep.others:
            sweep.minutes, sweep.since = figure(facts, r"([\d.]+) min") or 0.0, earliest(facts)
        return sweep

    def left(self, sample: int | None, faults: Collection[str] = tuple(FAULTS)) -> list[Trial]:
        """What is still to be tried of these faults, rows mixed; `sample` of each row at most."""
        chosen = {row: trials for row, trials in self.places.items() if row[1] in faults}
        planned = [trial for row, trials in chosen.items() for trial in trials[self.counts[row]["tried"] : sample]]
        at = {row: iter([trial for trial in planned if (trial.verb, trial.fault) == row]) for row in self.places}
        order = [(trial.verb, trial.fault) for trial in planned]
        random.Random(self.seed).shuffle(order)
        return [next(at[row]) for row in order]

    def total(self, what: str) -> int:
        """Over all rows."""
        return sum(counts[what] for counts in self.counts.values())

    def write(self, minutes: float) -> Path:
        """Keep the counts."""
        rows = self.others | {
            row: (len(places), *(self.counts[row][what] for what in _COUNTED)) for row, places in self.places.items()
        }
        there, tried, *_ = (sum(counted) for counted in zip(*rows.values(), strict=True))
        whole = sum(tried == there for there, tried, *_ in rows.values())
        drawn = "" if whole == len(rows) else " and the others drawn"
        extent = (
            f"{tried} of {there} places, {whole} of {len(rows)} rows whole{drawn}, seed {self.seed}, "
            f"{self.minutes + minutes:.1f} min"
        )
        return write_results(RESULTS, extent, _HEADER, [(*row, *rows[row]) for row in sorted(rows)], since=self.since)


def make_sweep(home: Path, verbs: Iterable[str], seed: int, *, resumed: bool) -> tuple[World, Sweep]:
    """The world, made in a process of its own, and the places of its verbs."""
    chosen = tuple(verbs)
    world = load_what_loads(partial(make_world, home / "world", chosen))
    calls = {verb: count_calls(world, verb, home / "counted") for verb in chosen}
    places = {(verb, fault): trials(verb, fault, calls[verb], seed=seed) for verb in chosen for fault in FAULTS}
    return world, Sweep.plan(places, seed, resumed=resumed)


def main() -> int:
    """Sweep, print what fails, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--full", dest="sample", action="store_const", const=None, help="every call")
    chosen.add_argument("--sample", type=int, help="N calls of each verb and fault")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--verbs", nargs="+", choices=ALL_VERBS, default=ALL_VERBS, help="of these verbs only")
    parser.add_argument("--faults", nargs="+", choices=tuple(FAULTS), default=tuple(FAULTS), help="these faults only")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--write", action="store_true", help="keep the counts, and go on from those that are kept")
    options = parser.parse_args()
    if why := obstacle():
        sys.exit(f"no fault can be injected here: {why}")
    began = kept = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        resumed = options.write and not options.fresh
        world, sweep = make_sweep(Path(directory), options.verbs, options.seed, resumed=resumed)
        for trial in sweep.left(options.sample, options.faults):
            now = time.monotonic()
            if now - began > 60 * options.minutes:
                break
            if options.write and now - kept > _KEPT_AFTER:
                sweep.write((now - began) / 60)
                kept = now
            fired, problems = attempt(world, trial, Path(directory) / "trial")
            found = (1, int(fired), int(trial.again is not None), int(bool(problems)))
            sweep.counts[trial.verb, trial.fault].update(dict(zip(_COUNTED, found, strict=True)))
            for problem in problems:
                print(f"{trial}: {problem}", flush=True)  # noqa: T201 - a program
    tried, hits, failed = (sweep.total(what) for what in ("tried", "fired", "left something wrong"))
    print(f"{hits} faults of {tried} happened, {failed} left something wrong")  # noqa: T201
    if options.write:
        sweep.write((time.monotonic() - began) / 60)
    return 1 if failed or hits < 0.95 * tried else 0


if __name__ == "__main__":
    raise SystemExit(main())
