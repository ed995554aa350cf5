"""Measure how fast `recog serve` answers, idle and while another process indexes, and how that slows the indexer.

    python -m benchmarks.bench_serve ../shared/data/wider_dev

Writes benchmarks/results/serve.csv. The library holds --faces made-up faces (benchmarks/made_up_faces.py), one per
photo; a third of the faces of every 40th person are confirmed. The load is an open loop: --rate requests per second are
due at fixed times and each is timed from its due time, so that a server that falls behind shows (no coordinated
omission). 8 connections take turns: four of five requests ask for the 20 nearest faces of a face
(/api/faces/{id}/neighbours), one asks for all people (/api/people). An answer is an error if its status is not 200.
recall@1 is the share of answers whose nearest made-up face is that of exact search; the index promises 0.99.

Each round has three parts: requests alone for --seconds; `recog index` of --photos photos alone; both at once. Server
and indexer are separate processes on all cores. The photos of a run are those of the folder with some bytes appended,
which gives new content and equal work; if the folder has too few, they are used repeatedly. The indexer's seconds are
those of its report.
"""

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import faiss
import numpy as np

from benchmarks.grown_library import confirm_some, filled
from benchmarks.made_up_faces import MadeUpFaces
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.types import Embeddings

RECOG = str(Path(sys.executable).parent / "recog")
CONNECTIONS = 8
PEOPLE_EVERY = 5
ASKED = 1000
"""Number of different faces in the requests."""
WARM = 40
HEADER = [
    "when",
    "round",
    "questions",
    "errors",
    "recall@1",
    "p50, ms",
    "p99, ms",
    "p99 people, ms",
    "slowest, ms",
    "photos/s",
]


@dataclass(frozen=True, slots=True)
class Server:
    """The address and token of a server, and the nearest neighbour of each face in the requests."""

    port: int
    token: str
    nearest: dict[int, int]
    faces: int


@dataclass(slots=True)
class Tally:
    """Results of a load: milliseconds from the due time of each request, by kind of request."""

    neighbours: list[float] = field(default_factory=list)
    people: list[float] = field(default_factory=list)
    errors: int = 0
    right: int = 0

    def row(self, when: str, number: int, speed: str) -> list[object]:
        """Return the results as a row of the table."""
        everything = self.neighbours + self.people
        figures = (
            np.median(everything),
            np.quantile(everything, 0.99),
            np.quantile(self.people, 0.99),
            max(everything),
        )
        recall = f"{self.right / len(self.neighbours):.3f}"
        return [when, number, len(everything), self.errors, recall, *(f"{one:.1f}" for one in figures), speed]


async def ask(
    server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
) -> tuple[int, bytes]:
    """Send one request on a connection that stays open."""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


async def load(server: Server, *, rate: float, going_on: Callable[[int], bool]) -> Tally:
    """Send requests at fixed times as long as `going_on(number of requests so far)`."""
    tally, loop = Tally(), asyncio.get_running_loop()
    due_questions: asyncio.Queue[tuple[float, int] | None] = asyncio.Queue()
    faces = list(server.nearest)

    async def answered() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 22)
        while (question := await due_questions.get()) is not None:
            due, number = question
            face = faces[number % len(faces)]
            people = number % PEOPLE_EVERY == 0
            status, body = await ask(
                server, reader, writer, "/api/people" if people else f"/api/faces/{face}/neighbours?k=20"
            )
            (tally.people if people else tally.neighbours).append(1000 * (loop.time() - due))
            tally.errors += status != 200
            if not people and status == 200:
                found = [one["face"]["id"] for one in json.loads(body)["found"]]
                tally.right += next((one for one in found if one <= server.faces), 0) == server.nearest[face]
        writer.close()
        await writer.wait_closed()

    clients = [asyncio.create_task(answered()) for _ in range(CONNECTIONS)]
    start, number = loop.time(), 0
    while going_on(number):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - loop.time()))
        due_questions.put_nowait((due, number))
        number += 1
    for _ in clients:
        due_questions.put_nowait(None)
    await asyncio.gather(*clients)
    return tally


@contextmanager
def serving(library: Path, nearest: dict[int, int], faces: int) -> Iterator[Server]:
    """Run a server of the library and warm it up."""
    token = secrets.token_urlsafe(32)
    command = [RECOG, "--library", str(library), "serve", "--port", "0", "--json"]
    environment = os.environ | {"RECOG_SERVE_TOKEN": token}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            if process.stdout is None:
                raise SystemExit("the server says nothing")
            said = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            server = Server(int(said["url"].rstrip("/").rpartition(":")[2]), token, nearest, faces)
            asyncio.run(load(server, rate=20.0, going_on=lambda number: number < WARM))
            yield server
        finally:
            process.terminate()


def index(library: Path, folder: Path) -> "subprocess.Popen[str]":
    """Start a process that indexes and prints its report."""
    command = [RECOG, "--library", str(library), "index", str(folder), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _is_running(process: "subprocess.Popen[str]", _asked: int) -> bool:
    return process.poll() is None


def speed(process: "subprocess.Popen[str]") -> float:
    """Wait for a run to end; return its photos per second."""
    report = json.loads(process.communicate()[0])
    return float(report["added"] / report["seconds"])


def copies(photos: Sequence[Path], count: int, folder: Path) -> Iterator[Path]:
    """Yield folders of the same photos, with new content each time."""
    number = 0
    while True:
        number += 1
        own = folder / f"run{number}"
        own.mkdir()
        for place, photo in enumerate(islice(cycle(photos), count)):
            (own / f"{place:04}.jpg").write_bytes(photo.read_bytes() + f"{number} {place}".encode())
        yield own


def made_up_library(directory: Path, count: int) -> Embeddings:
    """Make a library of `count` faces; return their embeddings, where face i + 1 has row i."""
    faces = MadeUpFaces(count)
    with PhotoLibrary(read_settings(library=directory)) as library:
        face_ids = filled(library, faces.embeddings, 0)
        confirm_some(library, face_ids, faces.owners)
        library.maintenance.rebuild_index()
    return faces.embeddings


def measured(options: argparse.Namespace, folder: Path) -> Iterator[list[object]]:
    """Measure all rounds; yield their rows."""
    embeddings = made_up_library(folder / "library", options.faces)
    asked = np.random.default_rng(0).choice(options.faces, min(ASKED, options.faces), replace=False)
    near = faiss.knn(embeddings[asked], embeddings, 2)[1]
    nearest = {int(row) + 1: int(pair[pair != row][0]) + 1 for row, pair in zip(asked, near, strict=True)}
    runs = copies(sorted(options.photos_of.rglob("*.jpg")), options.photos, folder)
    with serving(folder / "library", nearest, options.faces) as server:
        for number in range(1, options.rounds + 1):
            alone = asyncio.run(
                load(server, rate=options.rate, going_on=lambda asked: asked < options.rate * options.seconds)
            )
            yield alone.row("alone", number, "")
            by_itself = speed(index(folder / "library", next(runs)))
            indexer = index(folder / "library", next(runs))
            both = asyncio.run(load(server, rate=options.rate, going_on=partial(_is_running, indexer)))
            beside = speed(indexer)
            yield both.row("beside an indexer", number, f"{beside:.2f}; alone {by_itself:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos_of", type=Path, help="folder of photos to index")
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(measured(options, Path(folder)))
    comment = machine(threads=os.cpu_count() or 1, connections=CONNECTIONS, faces=options.faces, seed=0)
    write_results("serve.csv", comment, HEADER, rows)


if __name__ == "__main__":
    main()
