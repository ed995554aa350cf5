"""How quickly `recog serve` answers, idle and while another process indexes, and what that costs the indexer.

    python -m benchmarks.bench_serve ../shared/data/wider_dev

Writes benchmarks/results/serve.csv. The library holds --faces made-up faces (benchmarks/made_up_faces.py), one a photo;
a third of the faces of every 40th person are confirmed. An open loop: --rate questions a second are due at times that
are fixed beforehand, and each is timed from when it was due, so that a server that falls behind is seen to (no
coordinated omission). 8 connections take them in turn: four of five ask for the 20 faces nearest to one
(/api/faces/{id}/neighbours), one for everybody (/api/people). An answer is an error if its status is not 200. recall@1
is how often the nearest of the made-up faces is the one that exact search finds: the index' own, of 0.99, or more.

Each round: questions alone for --seconds; `recog index` of --photos photos alone; both at once. Server and indexer are
processes of their own, on all cores. The photos of a run are those of the folder with some bytes at their end: new
content, equal work; fewer are taken again and again. The indexer's seconds are its report's.
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
"""Different faces that are asked about."""
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
    """Where it listens, its token, and of each face that is asked about the nearest other one."""

    port: int
    token: str
    nearest: dict[int, int]
    faces: int


@dataclass(slots=True)
class Tally:
    """What came of one load: milliseconds from when a question was due, by what was asked."""

    neighbours: list[float] = field(default_factory=list)
    people: list[float] = field(default_factory=list)
    errors: int = 0
    right: int = 0

    def row(self, when: str, number: int, speed: str) -> list[object]:
        """As the table has it."""
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
    """One question on a connection that stays open."""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


async def load(server: Server, *, rate: float, going_on: Callable[[int], bool]) -> Tally:
    """Ask at times fixed beforehand as long as `going_on(how many were asked)`."""
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
    """A server of the library, warm."""
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
    """A process that indexes; it answers with its report."""
    command = [RECOG, "--library", str(library), "index", str(folder), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _is_running(process: "subprocess.Popen[str]", _asked: int) -> bool:
    return process.poll() is None


def speed(process: "subprocess.Popen[str]") -> float:
    """Photos a second of a run that has ended, or ends now."""
    report = json.loads(process.communicate()[0])
    return float(report["added"] / report["seconds"])


def copies(photos: Sequence[Path], count: int, folder: Path) -> Iterator[Path]:
    """Folders of the same photos with another content each time."""
    number = 0
    while True:
        number += 1
        own = folder / f"run{number}"
        own.mkdir()
        for place, photo in enumerate(islice(cycle(photos), count)):
            (own / f"{place:04}.jpg").write_bytes(photo.read_bytes() + f"{number} {place}".encode())
        yield own


def made_up_library(directory: Path, count: int) -> Embeddings:
    """A library of so many faces; face i + 1 has row i."""
    faces = MadeUpFaces(count)
    with PhotoLibrary(read_settings(library=directory)) as library:
        face_ids = filled(library, faces.embeddings, 0)
        confirm_some(library, face_ids, faces.owners)
        library.maintenance.rebuild_index()
    return faces.embeddings


def measured(options: argparse.Namespace, folder: Path) -> Iterator[list[object]]:
    """The rows of all rounds."""
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
