"""Hold the catalog against plain dicts over many sequences of random steps, and count them.

`python -m tests.faults.model --sequences 1000 --steps 50 --write` keeps the counts in
benchmarks/results/faults_model.csv after each fifty sequences, and another run with as many steps goes on where that
one stopped (`--fresh`: begins anew). The steps are those of tests/store/test_model.py; each fifty sequences have a
seed, and one that breaks a law is printed as the steps that lead to it.
"""

import argparse
import sys
import time
import traceback
from collections import Counter

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.faults.results import earliest, figure, read_results, write_results
from tests.store.test_model import CatalogAgainstDict

RESULTS = "faults_model.csv"
AT_ONCE = 50
_FIRST_STEP = 2
_HEADER = ("sequences", "steps", "broke a law")


def run_sequences(
    number: int, *, sequences: int, steps: int, machine: type[CatalogAgainstDict] = CatalogAgainstDict
) -> Counter[str]:
    """So many sequences of at most so many steps, drawn by this seed: how many of each there were, what broke."""
    counts: Counter[str] = Counter()

    class Counted(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.looked = 0

        @invariant()
        def counted(self) -> None:
            """Laws are looked at before the first step and after each."""
            self.looked += 1
            counts["sequences"] += int(self.looked == _FIRST_STEP)
            counts["steps"] += int(self.looked >= _FIRST_STEP)

    limits = settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(Counted), settings=limits)
    except Exception:  # noqa: BLE001 - told and counted
        print(f"seed {number}:\n{traceback.format_exc()}", flush=True)  # noqa: T201 - a program
        counts["broke a law"] += 1
    return counts


def main() -> int:
    """Run them, print what breaks, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=50, help="of a sequence, at most")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--write", action="store_true", help="keep the counts, and go on from those that are kept")
    options = parser.parse_args()
    began = time.monotonic()
    facts, rows = read_results(RESULTS) if options.write and not options.fresh else ("", [])
    counts, minutes, seeds, since = Counter[str](), 0.0, 0, ""
    if rows and figure(facts, r"at most (\d+) steps") == options.steps:
        counts.update(dict(zip(_HEADER, map(int, rows[0]), strict=True)))
        minutes, seeds = figure(facts, r"([\d.]+) min") or 0.0, int(figure(facts, r"seeds 1 to (\d+)") or 0)
        since = earliest(facts)
    while counts["sequences"] < options.sequences and time.monotonic() - began < 60 * options.minutes:
        seeds += 1
        counts += run_sequences(seeds, sequences=AT_ONCE, steps=options.steps)
        if options.write:
            spent = minutes + (time.monotonic() - began) / 60
            extent = f"sequences of at most {options.steps} steps, seeds 1 to {seeds}, {spent:.1f} min"
            write_results(RESULTS, extent, _HEADER, [[counts[what] for what in _HEADER]], since=since)
    print(", ".join(f"{counts[what]} {what}" for what in _HEADER))  # noqa: T201
    return 1 if counts["broke a law"] else 0


if __name__ == "__main__":
    sys.exit(main())
