"""Kill an indexer at random moments, again and again, and compare what is left with an undisturbed run.

`python -m tests.faults.random_kills --kills 1000 --photos 500 --write` keeps the counts after each minute in
benchmarks/results/faults_kills.csv; a run with the same number of photos continues where the last one stopped
(`--fresh` starts again).

Each run is its own process group, forked from here to save the imports. A kill hits the group, or the main process
alone, or a decoding process first and then the group. It hits at a random moment of the work, while the run opens what
the last kill left, or while it publishes the index. After each kill the database is sound; earlier faces keep their
numbers and vectors; nothing exists twice, or that the undisturbed run lacks; at most one batch must be done again; and
the index holds what the catalog holds. A run that ends must leave the library of the undisturbed run; the next one then
starts from nothing.
"""

import argparse
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from recog.errors import RecogError
from recog.index.files import strays
from recog.library.indexing.index_run import BATCH_PHOTOS
from tests.child_processes import child_processes
from tests.faults.forked import apart, end_of, fork, hung, load_what_loads, show_stacks
from tests.faults.results import earliest, figure, read_results, write_results
from tests.faults.world import State, state
from tests.held_index import held_faces
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library, tell

SEED = 20261122
KINDS = ("group", "main process", "decoding process, then group", "while it opens", "while it publishes")
RESULTS = "faults_kills.csv"
_KEPT_AFTER = 60.0
_COLOURS = (RED, GREEN, BLUE, WHITE, (200, 200, 10), (10, 200, 200), (120, 40, 200))
_END_SECONDS = 300.0
_ORPHAN_SECONDS = 60.0
_OPENING_SECONDS = 0.6

Known = dict[int, tuple[str, float, bytes]]
"""Face number -> name of its photo, left side of its box, vector."""


@dataclass
class Tally:
    """Counts of the runs. kills counts those that hit a living run, by kind; problems holds one sentence each.

    minutes and failed belong to earlier runs, and since is the commit of the first.
    """

    kills: Counter[str] = field(default_factory=Counter)
    ends: int = 0
    problems: list[str] = field(default_factory=list)
    minutes: float = 0.0
    failed: int = 0
    since: str = ""

    @classmethod
    def kept(cls, photos: int) -> "Tally":
        """Return the counts of the results file for runs over this many photos."""
        facts, rows = read_results(RESULTS)
        if figure(facts, r"over (\d+) photos") != photos:
            return cls()
        ends, failed = (int(figure(facts, word) or 0) for word in (r"(\d+) libraries", r"(\d+) problems"))
        counts = Counter({kind: int(count) for kind, count in rows})
        return cls(counts, ends, minutes=figure(facts, r"([\d.]+) min") or 0.0, failed=failed, since=earliest(facts))

    def write(self, photos: int, seed: int, minutes: float) -> None:
        """Keep the counts."""
        extent = (
            f"{self.kills.total()} kills over {photos} photos, {self.ends} libraries brought to their end, "
            f"{self.failed + len(self.problems)} problems, seed {seed}, {self.minutes + minutes:.1f} min"
        )
        rows = [(kind, self.kills[kind]) for kind in KINDS]
        write_results(RESULTS, extent, ("killed", "kills that landed"), rows, since=self.since)


def paint_photos(folder: Path, count: int) -> None:
    """Paint photos with one, two or no faces; every tenth is a copy of the one before."""
    for number in range(count):
        copy = number % 10 == 9
        which = number - copy
        faces = [_COLOURS[which % 7], *([_COLOURS[which // 7 % 7]] if which % 3 == 0 else [])]
        paint(folder / f"{number:04}.png", *(faces if which % 13 else [None]), noise=which)


@dataclass(slots=True)
class Run:
    """An indexer in its own process group; done is the number of photos that it reported."""

    pid: int
    output: int
    stacks: Path
    done: int = 0
    said: bytes = b""

    @classmethod
    def start(cls, library: Path, folder: Path) -> "Run":
        reader, writer = os.pipe()
        stacks = library.with_name("stacks")
        pid = fork()
        if pid == 0:
            show_stacks(stacks)
            _index_and_exit(library, folder, reader, writer)
        os.close(writer)
        return cls(pid, reader, stacks)

    def read(self, until: float) -> bool:
        """Read its output until this time of time.monotonic(); return False at its end."""
        left = max(0.0, until - time.monotonic())
        ready, _, _ = select.select([self.output], [], [], left)
        if not ready:
            return True
        said = os.read(self.output, 1 << 16)
        self.said += said
        numbers = [line for line in self.said.split(b"\n")[:-1] if line.isdigit()]
        self.done = int(numbers[-1]) if numbers else 0
        return bool(said)

    def wait(self) -> int:
        """Return its exit status, negative for a signal; its child processes must end with it."""
        status = end_of(self.pid, self.stacks)
        os.close(self.output)
        return status

    def children(self) -> list[int]:
        """Return the decoding processes."""
        return sorted(child_processes(self.pid))


def _index_and_exit(library: Path, folder: Path, reader: int, writer: int) -> None:
    """Run in the fork and never return."""
    try:
        os.setsid()
        os.close(reader)
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        with painted_library(library) as photos:
            photos.index([folder], progress=tell)
        os._exit(0)
    except RecogError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)
    except BaseException as error:  # noqa: BLE001 - this process must not come back as a second test run
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(70)


def known_faces(library: PaintedLibrary) -> Known:
    """Return all faces with what must never change about them."""
    catalog = library.context.catalog
    found: Known = {}
    for rows in catalog.embeddings.batches(library.networks.info.sha256):
        faces = catalog.faces.by_ids(rows.face_ids.tolist())
        paths = catalog.files.paths({face.photo_id for face in faces.values()})
        for face_id, vector in zip(rows.face_ids.tolist(), rows.embeddings, strict=True):
            face = faces[face_id]
            found[face_id] = (paths[face.photo_id][0].name, face.box.left, vector.tobytes())
    return found


def strike(run: Run, kind: str, choose: random.Random, *, photos: int, seconds: float) -> int:
    """Kill the run in this way; return its exit status, which shows no kill if the run had ended.

    A run at work is killed within this many seconds after its first photo.
    """
    began = time.monotonic()
    if kind == "while it opens":
        at = began + choose.uniform(0.0, _OPENING_SECONDS)
    else:
        publishes = kind == "while it publishes"
        while run.done < (photos if publishes else 1) and run.read(began + _END_SECONDS):
            if time.monotonic() > began + _END_SECONDS:
                raise hung(run.pid, run.stacks, seconds=_END_SECONDS)
        at = time.monotonic() + choose.uniform(0.0, 0.05 if publishes else seconds)
    while time.monotonic() < at and run.read(at):
        pass
    if kind == "decoding process, then group" and (children := run.children()):
        with suppress(ProcessLookupError):
            os.kill(choose.choice(children), signal.SIGKILL)
        at = time.monotonic() + choose.uniform(0.0, seconds)
        while time.monotonic() < at and run.read(at):
            pass
    with suppress(ProcessLookupError):
        (os.kill if kind == "main process" else os.killpg)(run.pid, signal.SIGKILL)
    return run.wait()


def group_ends(group: int) -> bool:
    """Return whether all processes of a killed run end within some seconds."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def problems_after(
    library: Path, before: Known, done: int, expected: Collection[object], photos: int
) -> tuple[Known, list[str]]:
    """Return the faces of the library, and its problems. done: photos that the killed run reported."""
    with painted_library(library) as opened:
        if not opened.context.exists():
            return {}, ["the library is gone"] if before else []
        catalog = opened.context.catalog
        found = [f"the database says {one}" for one in catalog.upkeep.quick_check()]
        now = known_faces(opened)
        found += [f"face {one} was there and is gone or other" for one in before if now.get(one) != before[one]]
        found += [f"a face of {one[0]} should not be there" for one in now.values() if one not in expected]
        twice = Counter((name, left) for name, left, _ in now.values())
        found += [f"a face of {name} is there {count} times" for (name, _), count in twice.items() if count > 1]
        if catalog.upkeep.counts().files < min(done, photos) - BATCH_PHOTOS:
            found.append(f"the run was past {done} photos, and only {catalog.upkeep.counts().files} are there")
        if sorted(now) != held_faces(opened):
            found.append("the index does not hold what the catalog holds")
    return now, found


def index_undisturbed(library: Path, folder: Path) -> tuple[State, set[tuple[str, float, bytes]]]:
    """Return what a run without kills leaves: its state, and what must never change about its faces."""
    with painted_library(library) as opened:
        opened.index([folder])
        return state(opened), set(known_faces(opened).values())


def problems_at_end(library: Path, folder: Path, undisturbed: State) -> list[str]:
    """Return the problems of a library whose indexing ended after many kills."""
    with painted_library(library) as opened:
        opened.index([folder])  # the last kill may have come before the index was published
        found = [] if state(opened) == undisturbed else ["the library is not that of an undisturbed run"]
        found += [f"check finds {one.sentence}" for one in opened.maintenance.check().findings]
    found += [f"{path} is left" for path in (*strays(library / "index"), *library.glob(".*"))]
    return found


def kill_often(home: Path, tally: Tally, *, kills: int, photos: int, seconds: float, seed: int) -> Iterator[Tally]:
    """Yield the tally after each run until enough kills have landed, counting those of earlier runs."""
    folder, library = home / "photos", home / "library"
    paint_photos(folder, photos)
    undisturbed, expected = load_what_loads(partial(index_undisturbed, home / "undisturbed", folder))
    choose = random.Random(f"{seed} {tally.kills.total()}")
    before = Known()
    while tally.kills.total() < kills:
        kind = choose.choices(KINDS, (8, 3, 3, 4, 2))[0]
        run = Run.start(library, folder)
        status = strike(run, kind, choose, photos=photos, seconds=seconds)
        if status == -signal.SIGKILL:
            tally.kills[kind] += 1
        elif status != 0:
            tally.problems.append(f"a run ended by itself: {run.said.decode()[-300:]}")
        if not group_ends(run.pid):
            tally.problems.append(f"after {kind}: processes are left")
        before, found = apart(partial(problems_after, library, before, run.done, expected, photos))
        tally.problems += [f"after kill {tally.kills.total()} ({kind}, seed {seed}): {one}" for one in found]
        if status == 0 or len(before) == len(expected):
            tally.problems += apart(partial(problems_at_end, library, folder, undisturbed))
            tally.ends += 1
            shutil.rmtree(library)
            before = {}
        yield tally


def main() -> int:
    """Kill, print the failures, write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=0.5, help="the longest that a run works before it is killed")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--write", action="store_true", help="keep the counts, and go on from those that are kept")
    options = parser.parse_args()
    began = kept = time.monotonic()
    tally = Tally.kept(options.photos) if options.write and not options.fresh else Tally()
    with tempfile.TemporaryDirectory() as directory:
        for _ in kill_often(
            Path(directory),
            tally,
            kills=options.kills,
            photos=options.photos,
            seconds=options.seconds,
            seed=options.seed,
        ):
            now = time.monotonic()
            if now - began > 60 * options.minutes:
                break
            if options.write and now - kept > _KEPT_AFTER:
                tally.write(options.photos, options.seed, (now - began) / 60)
                kept = now
    for problem in tally.problems:
        print(problem)  # noqa: T201 - a program
    if options.write:
        tally.write(options.photos, options.seed, (time.monotonic() - began) / 60)
    failed = tally.failed + len(tally.problems)
    print(f"{tally.kills.total()} kills, {tally.ends} ends, {failed} problems")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
