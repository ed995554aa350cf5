"""Compare the catalog, and whole libraries, with plain dicts over many sequences of random steps, and count them.

`python -m tests.faults.model --sequences 1000 --steps 50` keeps the counts of the catalog's model in
benchmarks/results/faults_model.csv after every fifty sequences; `--of library` keeps those of the library's model. A
run with the same number of steps continues where the last one stopped (`--fresh` starts again). The steps are those of
tests/store/test_model.py and tests/library/test_another_network.py. Every fifty sequences have a seed; a sequence that
breaks a law is printed as its steps.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from tests.faults.results import commit, read_results, write_results
from tests.library.test_another_network import LibraryAgainstDict
from tests.store.test_model import CatalogAgainstDict

RESULTS = "faults_model.csv"
AT_ONCE = 50
_FIRST_STEP = 2
_COUNTED = ("sequences", "steps", "broke a law")
HEADER = ("model", *_COUNTED, "most steps", "seeds", "minutes", "code")
MODELS: dict[str, type[RuleBasedStateMachine]] = {"catalog": CatalogAgainstDict, "library": LibraryAgainstDict}


def run_sequences(
    number: int, *, sequences: int, steps: int, machine: type[RuleBasedStateMachine] = CatalogAgainstDict
) -> Counter[str]:
    """Run sequences of at most `steps` steps, drawn with this seed; return the counts, and what broke."""
    counts: Counter[str] = Counter()

    class Counted(machine):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.looked = 0

        @invariant()
        def counted(self) -> None:
            """Check the laws before the first step and after every step."""
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


@dataclass(slots=True)
class Kept:
    """The row of one model in the results file: its counts, and their seeds, minutes and commit."""

    counts: Counter[str]
    steps: int
    seeds: int = 0
    minutes: float = 0.0
    code: str = ""

    @classmethod
    def of_row(cls, row: list[str]) -> "Kept":
        """Read what `row` wrote."""
        *counted, steps, seeds, minutes, code = row
        counts = Counter(dict(zip(_COUNTED, map(int, counted), strict=True)))
        return cls(counts, int(steps), int(seeds.rpartition(" ")[2]), float(minutes), code)

    def row(self) -> tuple[object, ...]:
        """Return a row of the results file, without the model."""
        counted = (self.counts[what] for what in _COUNTED)
        return (*counted, self.steps, f"1 to {self.seeds}", f"{self.minutes:.1f}", self.code)

    def take(self, counts: Counter[str], minutes: float) -> None:
        """Add the counts of another seed."""
        first, now = self.code.partition(" ")[0], commit()
        self.code = now if first in ("", now) else f"{first} to {now}"
        self.counts, self.seeds, self.minutes = self.counts + counts, self.seeds + 1, self.minutes + minutes


def main() -> int:
    """Run the sequences, print what breaks, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--of", choices=sorted(MODELS), default="catalog", help="the model")
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=50, help="of a sequence, at most")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    options = parser.parse_args()
    began = time.monotonic()
    _, rows = read_results(RESULTS)
    kept = {model: Kept.of_row(row) for model, *row in rows}
    if options.fresh or kept.get(options.of, Kept(Counter(), 0)).steps != options.steps:
        kept[options.of] = Kept(Counter(), options.steps)
    own = kept[options.of]
    while own.counts["sequences"] < options.sequences and time.monotonic() - began < 60 * options.minutes:
        start = time.monotonic()
        machine = MODELS[options.of]
        found = run_sequences(own.seeds + 1, sequences=AT_ONCE, steps=options.steps, machine=machine)
        own.take(found, (time.monotonic() - start) / 60)
        written = [(model, *one.row()) for model, one in sorted(kept.items())]
        write_results(RESULTS, "random sequences of steps", HEADER, written)
    print(", ".join(f"{own.counts[what]} {what}" for what in _COUNTED))  # noqa: T201 - a program
    return 1 if own.counts["broke a law"] else 0


if __name__ == "__main__":
    sys.exit(main())
