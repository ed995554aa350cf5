"""The verdicts on the mutants that were tried: whether a test noticed each at the first try, and at the latest.

A mutant is identified by its file, its change and the number of equal changes before it, so its line may move. Tests
written for unnoticed mutants raise the second share, which then says nothing about mutants that were not tried.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from tests.faults.equivalents import EQUIVALENTS
from tests.faults.results import commit, figure, read_results, write_results

RESULTS = "faults_mutants.csv"
HEADER = ("mutant", "file", "line", "change", "noticed at first", "noticed now", "code", "why no test notices")
_WORDS = {True: "yes", False: "no"}
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one mutant; code is the commit of the latest try."""

    key: str
    file: str
    line: int
    change: str
    at_first: bool
    now: bool
    code: str


def key_of(file: str, before: str, text: str, number: int) -> str:
    """Return the key of a mutant; `number` equal changes come before it in the file."""
    return hashlib.sha256(f"{file}\0{before}\0{text}\0{number}".encode()).hexdigest()[:12]


def described(before: str, text: str) -> str:
    """Return the change on one line, cut short."""
    line = " ".join(f"{before} -> {text}".split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} ... {line[-_LONGEST // 2 :]}"


class Verdicts:
    """The verdicts in the results file on mutants that still exist."""

    def __init__(self, seed: int, lines: dict[str, int], name: str = RESULTS) -> None:
        """lines: the first line of each existing mutant, by key. Another seed starts again."""
        self._seed = seed
        self._lines = lines
        self._name = name
        facts, rows = read_results(name)
        kept = (_read(row) for row in rows) if figure(facts, r"seed (\d+)") == seed else ()
        self.known = {one.key: replace(one, line=lines[one.key]) for one in kept if one.key in lines}

    def unnoticed(self) -> list[str]:
        """Return the keys of the mutants that no test notices yet."""
        return [one.key for one in self.known.values() if not one.now]

    def untried(self) -> list[str]:
        """Return the keys of untried mutants in a random order of the seed, which code changes do not disturb."""
        left = self._lines.keys() - self.known.keys()
        return sorted(left, key=lambda key: hashlib.sha256(f"{self._seed} {key}".encode()).digest())

    def put(self, key: str, file: str, change: str, *, noticed: bool) -> None:
        """Record a try, and write the results file."""
        before = self.known.get(key)
        at_first = noticed if before is None else before.at_first
        self.known[key] = Verdict(key, file, self._lines[key], change, at_first, noticed, commit())
        rows = sorted(self.known.values(), key=lambda one: (one.file, one.line, one.key))
        write_results(self._name, self.extent(), HEADER, [_written(one) for one in rows])

    def extent(self) -> str:
        """Return the counts in one line."""
        tried, there = len(self.known), len(self._lines)
        at_first, now = (
            _share(one.at_first for one in self.known.values()),
            _share(one.now for one in self.known.values()),
        )
        explained = sum(one.key in EQUIVALENTS for one in self.known.values() if not one.now)
        return (
            f"{tried} of {there} mutants, {at_first} noticed when first tried, {now} now that tests were written for "
            f"some of the others, {explained} of the rest explained, seed {self._seed}"
        )


def _share(noticed: Iterable[bool]) -> str:
    counted = list(noticed)
    return f"{sum(counted)} ({100 * sum(counted) / max(1, len(counted)):.1f} %)"


def _written(one: Verdict) -> tuple[object, ...]:
    values = (_WORDS[value] if isinstance(value, bool) else value for value in astuple(one))
    return (*values, "" if one.now else EQUIVALENTS.get(one.key, ""))


def _read(row: list[str]) -> Verdict:
    key, file, line, change, at_first, now, code, *_ = row
    return Verdict(key, file, int(line), change, at_first == _WORDS[True], now == _WORDS[True], code)
