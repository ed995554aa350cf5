"""Kill each verb, fill its disk or fail its call at every system call that changes the disk, and count the outcomes.

`python -m tests.faults.sweep --full` hits every such call of every verb; `--sample N` hits N of each verb and fault,
`--verbs` and `--faults` choose some of them, `--minutes M` stops after that time. `--seed` decides the order of the
places. With `--write` the counts are kept in benchmarks/results/faults.csv after each minute, and a run with the same
seed continues where the last one stopped (`--fresh` starts what is chosen again). A verb whose number of places has
changed starts again by itself; the counts of other verbs stay.
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
"""The faults, and the calls at which each may happen; reads are SQLite's."""
WORDS = {FULL_ONCE: ("space", "room"), FULL_FOR_GOOD: ("space", "room"), FAILS: ("disk", "Input/output error")}
"""Words of which a run that gave up says one; SQLite calls an unreadable file a malformed disk image."""
SEED = 20261122
RESULTS = "faults.csv"
_KEPT_AFTER = 60.0
_COUNTED = ("tried", "fired", "killed twice", "left something wrong")
_HEADER = ("verb", "fault", "places", *_COUNTED)

Row = tuple[str, str]
"""A verb and a fault."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault at the n-th such call of a verb; again: the call at which the next run is killed as well."""

    verb: str
    fault: str
    call: str
    number: int
    again: int | None = None


def trials(verb: str, fault: str, calls: Counter[str], *, seed: int = SEED) -> list[Trial]:
    """Return every place of a verb for this fault, in an order drawn with the seed; every fifth kill is double."""
    choose = random.Random(f"{seed} {verb} {fault}")
    planned = []
    for call in HIT[fault]:
        for number in range(1, calls[call] + 1):
            again = choose.randint(1, calls[call]) if fault == KILL and choose.random() < 0.2 else None
            planned.append(Trial(verb, fault, call, number, again))
    choose.shuffle(planned)
    return planned


def count_calls(world: World, verb: str, directory: Path) -> Counter[str]:
    """Return how often the main thread makes each call in a run without faults."""
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
    """Return whether the fault happened, and the problems afterwards, as a fresh process sees them."""
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
    """Return problems of a run on a full or failing disk: it must end complete, or with one sentence and status 1."""
    if run.status == 0:
        return [] if run.acknowledged else ["it exits with 0 and has done nothing"]
    if run.status == 1 and len(run.said.splitlines()) == 1 and any(word in run.said for word in words):
        return []
    return [f"it ends with {run.status} and says {run.said[-1500:]!r}"]


@dataclass(slots=True)
class Sweep:
    """The places that were tried, and those that remain.

    minutes: of earlier runs; since: the commit of the first; others: the kept counts of other verbs.
    """

    places: dict[Row, list[Trial]]
    counts: dict[Row, Counter[str]]
    seed: int
    minutes: float = 0.0
    since: str = ""
    others: dict[Row, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def plan(cls, places: dict[Row, list[Trial]], seed: int, *, resumed: bool) -> "Sweep":
        """Plan all places; a resumed sweep skips those that the results file counts for the same seed."""
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
        """Return the remaining places of these faults, rows mixed; at most `sample` of each row."""
        chosen = {row: trials for row, trials in self.places.items() if row[1] in faults}
        planned = [trial for row, trials in chosen.items() for trial in trials[self.counts[row]["tried"] : sample]]
        at = {row: iter([trial for trial in planned if (trial.verb, trial.fault) == row]) for row in self.places}
        order = [(trial.verb, trial.fault) for trial in planned]
        random.Random(self.seed).shuffle(order)
        return [next(at[row]) for row in order]

    def total(self, what: str) -> int:
        """Return a count summed over all rows."""
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
    """Make the world in its own process, and list the places of its verbs."""
    chosen = tuple(verbs)
    world = load_what_loads(partial(make_world, home / "world", chosen))
    calls = {verb: count_calls(world, verb, home / "counted") for verb in chosen}
    places = {(verb, fault): trials(verb, fault, calls[verb], seed=seed) for verb in chosen for fault in FAULTS}
    return world, Sweep.plan(places, seed, resumed=resumed)


def main() -> int:
    """Sweep, print the failures, keep the counts."""
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
