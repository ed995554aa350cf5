"""Start several indexers at the same moment, again and again: one works, the others name it and stop.

`python -m tests.faults.meeting --rounds 200 --write` keeps the counts in benchmarks/results/faults_meeting.csv. A
second indexer stops at once, or starts after the first has ended. The library must always be that of one indexer.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.faults.forked import apart, load_what_loads, run_at_once
from tests.faults.program import act
from tests.faults.results import write_results
from tests.faults.world import World, make_world, state
from tests.painted import painted_library

INDEXERS = (2, 4)
_VERB = "create"


def _index(world: World, library: Path) -> None:
    with painted_library(library) as opened:
        act(opened, _VERB, world.folders(_VERB))


def _problems(world: World, library: Path) -> list[str]:
    with painted_library(library) as opened:
        found = [] if state(opened) == world.after[_VERB] else ["the library is not that of an undisturbed run"]
        return found + [f"check finds {one.sentence}" for one in opened.maintenance.check().findings]


def meet(world: World, library: Path, indexers: int) -> tuple[int, list[str]]:
    """Return how many of the indexers were refused, and the problems in their output and their library."""
    shutil.rmtree(library, ignore_errors=True)
    runs = run_at_once([partial(_index, world, library)] * indexers)
    found = [] if any(run.status == 0 for _, run in runs) else ["none of them worked"]
    for _, run in runs:
        named = re.fullmatch(r"another recog \(pid (\d+)\) is writing to .*: wait for it or stop it\n", run.said)
        if run.status != 0 and (named is None or int(named[1]) not in {pid for pid, _ in runs}):
            found.append(f"one ends with {run.status} and says {run.said[-1000:]!r}")
    return sum(run.status == 1 for _, run in runs), found + apart(partial(_problems, world, library))


def main() -> int:
    """Run the rounds, print the failures, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200, help="of two, and as many of four")
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    began = time.monotonic()
    counts = {indexers: Counter[str]() for indexers in INDEXERS}
    with tempfile.TemporaryDirectory() as directory:
        world = load_what_loads(partial(make_world, Path(directory) / "world", (_VERB,)))
        for _ in range(options.rounds):
            for indexers in INDEXERS:
                refused, problems = meet(world, Path(directory) / "library", indexers)
                counts[indexers].update(rounds=1, met=int(refused > 0), refused=refused, wrong=int(bool(problems)))
                for problem in problems:
                    print(f"{indexers} indexers: {problem}", flush=True)  # noqa: T201 - a program
    kinds = ("rounds", "met", "refused", "wrong")
    rows = [(indexers, *(counts[indexers][kind] for kind in kinds)) for indexers in INDEXERS]
    if options.write:
        header = ("indexers at once", "rounds", "rounds in which one was refused", "refused", "left something wrong")
        extent = f"{options.rounds} rounds of each, {(time.monotonic() - began) / 60:.1f} min"
        write_results("faults_meeting.csv", extent, header, rows)
    met, wrong = (sum(count[kind] for count in counts.values()) for kind in ("met", "wrong"))
    print(f"{met} of {len(INDEXERS) * options.rounds} times they met, {wrong} left something wrong")  # noqa: T201
    return 1 if wrong or not met else 0


if __name__ == "__main__":
    sys.exit(main())
