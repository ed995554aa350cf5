"""Kill a batch of styled pictures at random moments, and compare what is left with an undisturbed run.

`python -m tests.faults.style_kills --kills 50 --photos 20 --write` keeps the counts in
benchmarks/results/faults_style.csv.

Each run is its own process group, forked from here; a kill hits the group or the main process alone. After each kill
every picture under its final name has the bytes of the undisturbed run, every earlier picture is the same file (so none
is made twice), every finished job has its picture, and the database is sound. A run that ends must leave all pictures
and nothing else; the next one then starts from nothing.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import recog.library.styling.batch  # noqa: F401 - loads torch once, here, and not in every run
from recog.errors import RecogError
from recog.photos import photo_digest
from recog.store.styling import JobState
from tests.faults.forked import apart, end_of, fork, show_stacks
from tests.faults.random_kills import SEED, group_ends
from tests.faults.results import write_results
from tests.library.styling.styled import QUICK, paint_style
from tests.painted import BLUE, GREEN, RED, WHITE, paint, painted_library

PLACES = (
    "before or between pictures",
    "while it paints",
    "painted, not yet under its name",
    "under its name, not yet done",
)
# A run is killed before this share of the time that an undisturbed one takes.
_LONGEST = 0.8
_COLOURS = (RED, GREEN, BLUE, WHITE)
_END_SECONDS = 300.0

Pictures = dict[str, tuple[int, int, str]]
"""Name of a picture -> its inode, modification time (ns), and the digest of its bytes."""


@dataclass
class Tally:
    """Counts of the runs. kills: those that landed, by the state of the jobs; kept: pictures found after a kill."""

    kills: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    half: Counter[str] = field(default_factory=Counter)
    ends: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """The paths of a run."""

    home: Path

    @property
    def library(self) -> Path:
        return self.home / "library"

    @property
    def out(self) -> Path:
        return self.home / "out"

    @property
    def stacks(self) -> Path:
        return self.home / "stacks"

    def paint(self, photos: int) -> None:
        """Paint photos and two styles."""
        for number in range(photos):
            paint(self.home / "photos" / f"{number:02}.png", _COLOURS[number % 4], noise=number)
        for name, colour in (("sun", RED), ("waves", BLUE)):
            paint_style(self.home / "styles" / f"{name}.png", colour)

    def style(self, library: Path, out: Path) -> None:
        """Style the whole batch."""
        with painted_library(library) as opened:
            opened.styles.run(
                sorted((self.home / "styles").iterdir()), out, folder=self.home / "photos", settings=QUICK
            )


def start(world: World, library: Path, out: Path) -> int:
    """Start the batch in its own process group; return the group's id."""
    pid = fork()
    if pid:
        return pid
    try:
        show_stacks(world.stacks)
        os.setsid()
        world.style(library, out)
        os._exit(0)
    except RecogError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)
    except BaseException as error:  # noqa: BLE001 - this process must not come back as a second run of its parent
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(70)


def pictures_in(out: Path) -> Pictures:
    """Return all finished pictures by name; unfinished ones start with a dot."""
    if not out.is_dir():
        return {}
    named = sorted(path for path in out.iterdir() if not path.name.startswith("."))
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns, photo_digest(path)) for path in named}


def place_of(world: World) -> tuple[str, list[str]]:
    """Return where the kill struck according to the jobs, and the problems of the jobs."""
    if not (world.library / "catalog.sqlite3").exists():
        return PLACES[0], []
    with painted_library(world.library) as opened:
        if not opened.context.exists():
            return PLACES[0], []
        found = [f"the database says {one}" for one in opened.context.catalog.upkeep.quick_check()]
        jobs = opened.styles.jobs().jobs
    digests = Counter(job.what.digest for job in jobs)
    found += [f"the picture {digest[:12]} has {number} jobs" for digest, number in digests.items() if number > 1]
    place = PLACES[0]
    for job in jobs:
        there = job.what.output_path.is_file()
        if job.state is JobState.DONE and not (there and photo_digest(job.what.output_path) == job.output_sha256):
            found.append(f"{job.what.output_path.name} is done and not there")
        if job.state is JobState.FAILED:
            found.append(f"{job.what.output_path.name} failed: {job.message}")
        if job.state is JobState.RUNNING:
            place = PLACES[1] if job.output_sha256 is None else PLACES[3] if there else PLACES[2]
    return place, found


def kill_often(home: Path, *, kills: int, photos: int, seed: int) -> Iterator[Tally]:
    """Yield the tally after each run until enough kills have landed."""
    world = World(home)
    world.paint(photos)
    began = time.monotonic()
    if end_of(start(world, home / "undisturbed", home / "expected"), world.stacks, seconds=_END_SECONDS) != 0:
        raise RuntimeError("the undisturbed run failed")
    whole = time.monotonic() - began
    expected = {name: digest for name, (_, _, digest) in pictures_in(home / "expected").items()}
    choose, tally, before = random.Random(seed), Tally(), Pictures()
    if len(expected) != 2 * photos:
        tally.problems.append(f"the undisturbed run made {len(expected)} pictures of {2 * photos}")
    while tally.kills.total() < kills:
        pid = start(world, world.library, world.out)
        time.sleep(choose.uniform(0.0, _LONGEST * whole))
        with suppress(ProcessLookupError):
            (os.killpg if choose.random() < 0.7 else os.kill)(pid, signal.SIGKILL)
        status = end_of(pid, world.stacks)
        if not group_ends(pid):
            tally.problems.append("processes are left")
        now = pictures_in(world.out)
        place, found = apart(partial(place_of, world))
        again = [name for name in before if now.get(name) != before[name]]
        broken = [name for name, (_, _, digest) in now.items() if expected.get(name) != digest]
        found += [f"{name} was there and is gone or made again" for name in again]
        found += [f"{name} is not what it should be" for name in broken]
        if status == -signal.SIGKILL:
            tally.kills[place] += 1
            tally.kept[place] += len(before) - len(again)
            tally.twice[place] += len(again)
            tally.half[place] += len(broken)
        elif status != 0:
            found.append(f"a run ended by itself with {status}")
        tally.problems += [f"after kill {tally.kills.total()} ({place}, seed {seed}): {one}" for one in found]
        before = now
        if status == 0:
            tally.problems += apart(partial(problems_at_end, world, expected))
            tally.ends += 1
            shutil.rmtree(world.library)
            shutil.rmtree(world.out)
            before = {}
        yield tally


def problems_at_end(world: World, expected: dict[str, str]) -> list[str]:
    """Return the problems of a batch that ended after many kills."""
    found = []
    if {path.name: photo_digest(path) for path in world.out.iterdir()} != expected:
        found.append("the pictures are not those of an undisturbed run, or something is left beside them")
    with painted_library(world.library) as opened:
        states = Counter(job.state for job in opened.styles.jobs().jobs)
    if states != {JobState.DONE: len(expected)}:
        found.append(f"the jobs are {dict(states)}")
    return found


def main() -> int:
    """Kill, print the failures and the table, write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    began, tally = time.monotonic(), Tally()
    with tempfile.TemporaryDirectory() as directory:
        for after_one in kill_often(Path(directory), kills=options.kills, photos=options.photos, seed=options.seed):
            tally = after_one
    header = ("killed", "kills that landed", "finished pictures found again", "made twice", "half")
    rows = [(place, tally.kills[place], tally.kept[place], tally.twice[place], tally.half[place]) for place in PLACES]
    for line in (*tally.problems, *(", ".join(map(str, row)) for row in (header, *rows))):
        print(line)  # noqa: T201 - a program
    minutes = (time.monotonic() - began) / 60
    if options.write:
        write_results(
            "faults_style.csv",
            f"{tally.kills.total()} kills over {options.photos} photos x 2 styles, {tally.ends} batches brought to "
            f"their end, {len(tally.problems)} problems, seed {options.seed}, {minutes:.0f} min",
            header,
            rows,
        )
    print(f"{tally.kills.total()} kills, {tally.ends} ends, {len(tally.problems)} problems")  # noqa: T201
    return 1 if tally.problems else 0


if __name__ == "__main__":
    sys.exit(main())
