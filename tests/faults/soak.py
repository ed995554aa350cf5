"""Index, identify, name, cluster and forget in one process for hours, and watch its memory and open files.

`python -m tests.faults.soak --minutes 120 --write` keeps the figures in benchmarks/results/faults_soak.csv. After a
warm-up of a fifth of the time, memory may grow by less than 1 % an hour (by a line through all samples), the number of
open files may not grow, and no temporary file may be left at the end.

Python's objects and malloc's heap are constant over 37 libraries. Resident memory is flat except for one step at the
sixteenth library: a block of 1.92 MB doubles, the size of a dict of strings with 2^17 slots, probably that of interned
strings. 40 minutes gave 2.95 % an hour; two hours, whose warm-up contains the step, gave -0.34 %.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recog.errors import NoFaceFoundError
from tests.faults.results import write_results
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library

WARM_UP = 0.2
MOST_GROWTH = 1.0
"""Limit of growth in percent of the resident memory an hour."""
PHOTOS = 40
KEPT = 80
"""Number of photos in the folder: each round replaces some."""
ROUNDS = 6
"""Rounds after which the library is measured, and the next one starts from nothing."""
_COLOURS = (RED, GREEN, BLUE, WHITE, (200, 200, 10), (10, 200, 200), (120, 40, 200))


@dataclass
class Samples:
    """Seconds since the start, resident bytes and open files, sampled when a library is complete."""

    seconds: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def take(self, began: float) -> None:
        self.seconds.append(time.monotonic() - began)
        self.resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
        self.files.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - of links that end while they are listed

    def after_warm_up(self) -> "Samples":
        first = next(n for n, at in enumerate(self.seconds) if at >= WARM_UP * self.seconds[-1])
        return Samples(self.seconds[first:], self.resident[first:], self.files[first:])

    def growth(self) -> float:
        """Return the growth in percent of the mean resident memory an hour, by least squares."""
        slope = np.polyfit(np.array(self.seconds) / 3600, np.array(self.resident, float), 1)[0]
        return float(100 * slope / np.mean(self.resident))


def one_round(library: PaintedLibrary, folder: Path, number: int) -> None:
    """Replace photos; name, identify, search, cluster and forget a person."""
    for place in range(PHOTOS):
        which = number * PHOTOS + place
        (folder / f"{which - KEPT}.png").unlink(missing_ok=True)
        paint(folder / f"{which}.png", _COLOURS[which % 7], _COLOURS[which // 7 % 7], noise=which)
    library.index([folder])
    photo = paint(folder.parent / f"probe-{number}.png", _COLOURS[number % 7], noise=60_000 - number % 60_000)
    library.people.enrol("Somebody", [photo])
    library.people.match_all()
    library.identify(photo)
    library.search(photo)
    library.groups.cluster(threshold=0.5)
    library.reports.duplicates()
    with suppress(NoFaceFoundError):
        library.search(paint(folder.parent / "nobody.png", None))
    library.people.forget("Somebody")
    photo.unlink()


def soak(home: Path, minutes: float) -> tuple[Samples, list[str]]:
    """Return the samples, and their problems."""
    samples, began = Samples(), time.monotonic()
    while time.monotonic() - began < 60 * minutes or len(samples.seconds) < 2:
        for name in ("photos", "library"):
            shutil.rmtree(home / name, ignore_errors=True)
        (home / "photos").mkdir()
        with painted_library(home / "library") as library:
            for number in range(ROUNDS):
                one_round(library, home / "photos", number)
            samples.take(began)
    steady = samples.after_warm_up()
    wrong = [f"{path} is left" for path in (home / "library").rglob("*.tmp*")]
    if max(steady.files) > max(samples.files[: len(samples.files) - len(steady.files)] or steady.files[:1]):
        wrong.append(f"open files grew: {samples.files[0]} at first, {max(steady.files)} at most")
    if minutes >= 30 and steady.growth() > MOST_GROWTH:
        wrong.append(f"memory grew by {steady.growth():.2f} % an hour")
    with painted_library(home / "library") as library:
        wrong += [one.sentence for one in library.maintenance.check().findings]
    return samples, wrong


def main() -> int:
    """Soak, print the problems, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--write", action="store_true", help="keep the figures")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    try:
        samples, wrong = soak(home, options.minutes)
    finally:
        shutil.rmtree(home)
    steady = samples.after_warm_up()
    row = (
        len(samples.seconds),
        f"{samples.seconds[-1] / 60:.0f}",
        f"{steady.resident[0] / 1e6:.1f}",
        f"{steady.resident[-1] / 1e6:.1f}",
        f"{steady.growth():.2f}",
        samples.files[0],
        samples.files[-1],
    )
    header = (
        "libraries",
        "minutes",
        "MB after warm-up",
        "MB at end",
        "growth % an hour",
        "files open at first",
        "at end",
    )
    print(*(f"{name}: {value}" for name, value in zip(header, row, strict=True)), *wrong, sep="\n")  # noqa: T201
    if options.write:
        write_results("faults_soak.csv", f"{len(wrong)} problems", header, [row])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
