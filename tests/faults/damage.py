"""Damage the published index of a library: recog must notice, rebuild it, and never answer wrongly meanwhile.

`python -m tests.faults.damage --faces 2000 --bits 500 --cuts 50 --write` flips that many bits of the index file and of
its manifest, truncates each that often, and swaps, hides and deletes them. The counts go to
benchmarks/results/faults_damage.csv, where other numbers of faces keep their rows. After each damage the index is
opened as a command opens it; the seconds run from there to its answers, which are compared with the embeddings in the
catalog. Then one process damages and rebuilds the index again and again while this one opens and queries it.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.made_up_faces import INFO, MadeUpFaces
from recog.index.files import load, network_directory, publish
from recog.index.manifest import MANIFEST
from recog.index.shortlist import RECALL_AT_10
from recog.library.recognition.live_index import LiveIndex
from recog.store.engine import open_catalog
from recog.types import Embeddings
from tests.faults.privilege import bound_by_permissions
from tests.faults.results import read_results, write_results

RESULTS = "faults_damage.csv"
SEED = 20261123
NEAREST = 10
PROBES = 300
SAMPLING = 0.01
"""The recall of this few probes may be lower by this much than the index promises for all."""
LATE = 10
"""Faces that the older generation of the index lacks."""
BEHIND = "an older generation whole, which catches up"
HEADER = ("faces", "damage", "tried", "noticed", "wrong answers", "damaged after mending", "slowest, s", "least recall")

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A catalog, its published index, and the exact neighbours of the probes; row i is face i + 1."""

    library: Path
    embeddings: Embeddings
    probes: Embeddings
    nearest: NDArray[np.int64]
    files: dict[str, bytes]
    older: dict[str, bytes]

    @property
    def home(self) -> Path:
        """The folder of the index file and its manifest."""
        return network_directory(self.library / "index", INFO.sha256)

    @property
    def catalog(self) -> Path:
        """The database."""
        return self.library / "catalog.sqlite3"

    def put_back(self, files: dict[str, bytes]) -> None:
        """Restore exactly these files."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        for name, content in files.items():
            (self.home / name).write_bytes(content)


@dataclass(frozen=True, slots=True)
class Answer:
    """The state and the answers of an index that was just opened, and the seconds that they took."""

    problem: str
    wrong: bool
    recall: float
    seconds: float


def make_published(library: Path, count: int) -> Published:
    """Make a library of random faces and publish its index twice, the first time without the last faces."""
    faces = MadeUpFaces(count)
    probes = faces.probes(PROBES)
    late = range(count - LATE + 1, count + 1)
    library.mkdir(parents=True)
    with faces.catalog(library / "catalog.sqlite3") as catalog:
        catalog.embeddings.drop(late, INFO.sha256)
        LiveIndex(catalog, library / "index", INFO, device="cpu").publish()
        home = network_directory(library / "index", INFO.sha256)
        older = contents(home)
        with closing(sqlite3.connect(library / "catalog.sqlite3")) as raw, raw:
            rows = [(face_id, faces.embeddings[face_id - 1].tobytes()) for face_id in late]
            raw.executemany("INSERT INTO embeddings (face_id, network_id, vector) VALUES (?, 1, ?)", rows)
        LiveIndex(catalog, library / "index", INFO, device="cpu").publish()
        files = contents(home)
    nearest = np.argsort(2 - 2 * probes @ faces.embeddings.T, axis=1, kind="stable")[:, :NEAREST] + 1
    return Published(library, faces.embeddings, probes, nearest, files, older)


def contents(directory: Path) -> dict[str, bytes]:
    """Return its files by name."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def index_name(files: dict[str, bytes]) -> str:
    """Return the name of the index file."""
    (name,) = files.keys() - {MANIFEST}
    return name


def ask(world: Published) -> Answer:
    """Open catalog and index, and compare the answers to all probes with the catalog's embeddings."""
    began = time.perf_counter()
    with open_catalog(f"sqlite:///{world.catalog}", create=False) as catalog:
        fresh = LiveIndex(catalog, world.library / "index", INFO, device="cpu")
        index = fresh.current()
        squared, ids = index.nearest(world.probes, NEAREST)
        seconds = time.perf_counter() - began
    told = 2 - 2 * np.einsum("pd,pkd->pk", world.probes, world.embeddings[ids - 1])
    recall = float(np.mean([len(set(a) & set(b)) / NEAREST for a, b in zip(ids, world.nearest, strict=True)]))
    right = (
        np.array_equal(index.ids(), np.arange(1, len(world.embeddings) + 1))
        and np.allclose(squared, told, atol=1e-4)
        and recall >= (1.0 if index.kind == "flat" else RECALL_AT_10 - SAMPLING)
    )
    return Answer(fresh.problem, not right, recall, seconds)


def mended(world: Published) -> bool:
    """Return whether the index is sound after a writing command has published it."""
    with open_catalog(f"sqlite:///{world.catalog}", create=False) as catalog:
        LiveIndex(catalog, world.library / "index", INFO, device="cpu").publish()
        return not LiveIndex(catalog, world.library / "index", INFO, device="cpu").disagreement()


def flipped(data: bytes, choose: random.Random) -> bytes:
    """Flip one bit; in JSON, one that changes the meaning."""
    while True:
        out = bytearray(data)
        out[choose.randrange(len(out))] ^= 1 << choose.randrange(8)
        if not (data.startswith(b"{") and same_json(bytes(out), data)):
            return bytes(out)


def same_json(left: bytes, right: bytes) -> bool:
    """Return whether two JSON texts differ only in white space."""
    try:
        return bool(json.loads(left) == json.loads(right))
    except ValueError:
        return False


def damages(world: Published, bits: int, cuts: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield each kind of damage to a sound index."""
    choose = random.Random(SEED)
    name = index_name(world.files)
    older = world.older[index_name(world.older)]
    for called, path in (("the index", world.home / name), ("the manifest", world.home / MANIFEST)):
        good = world.files[path.name]
        for _ in range(bits):
            yield f"a bit of {called} flipped", partial(path.write_bytes, flipped(good, choose))
        for length in np.linspace(0, len(good) - 2, cuts).astype(int).tolist():
            yield f"{called} cut short", partial(path.write_bytes, good[:length])
        yield f"{called} gone", path.unlink
        yield f"{called} not to be read", partial(path.chmod, 0)
    yield "both gone", partial(shutil.rmtree, world.home)
    yield "the index of an older generation by the name of this one", partial((world.home / name).write_bytes, older)
    yield "other bytes in place of the index", partial((world.home / name).write_bytes, choose.randbytes(len(older)))
    yield "both of another library", partial(put_foreign, world, library_id="another")
    yield "both of another network", partial(put_foreign, world, network_sha256="ab" * 32)


def put_foreign(world: Published, *, library_id: str = "", network_sha256: str = INFO.sha256) -> None:
    """Replace the index with one that another library or network would publish for the same faces."""
    own = json.loads(world.files[MANIFEST])["library_id"]
    index, mark = load(world.library / "index", library_id=own, network_sha256=INFO.sha256, dim=INFO.dim, device="cpu")
    index.network_sha256 = network_sha256
    with tempfile.TemporaryDirectory() as directory:
        world.put_back(contents(publish(index, Path(directory), library_id=library_id or own, mark=mark).parent))


def damaged(world: Published, bits: int, cuts: int) -> list[Row]:
    """Return a row for each kind of damage, and one for a complete older generation."""
    found: dict[str, list[tuple[Answer, bool]]] = {}
    for what, damage in damages(world, bits, cuts):
        world.put_back(world.files)
        damage()
        found.setdefault(what, []).append((ask(world), mended(world)))
    world.put_back(world.older)
    found[BEHIND] = [(ask(world), mended(world))]
    return [_row(world, what, *zip(*answers, strict=True)) for what, answers in found.items()]


def _row(world: Published, what: str, answers: tuple[Answer, ...], sound: tuple[bool, ...]) -> Row:
    noticed, wrong = (sum(map(bool, said)) for said in zip(*((one.problem, one.wrong) for one in answers), strict=True))
    slowest, recall = max(one.seconds for one in answers), min(one.recall for one in answers)
    count = len(world.embeddings)
    return (count, what, len(answers), noticed, wrong, sound.count(False), f"{slowest:.2f}", f"{recall:.3f}")


def rebuild(world: Published, rounds: int) -> None:
    """Damage the published file and rebuild it, this many times; runs in its own process."""
    choose = random.Random(SEED)
    with open_catalog(f"sqlite:///{world.catalog}", create=False) as catalog:
        for _ in range(rounds):
            (path,) = world.home.glob("*.faiss")
            path.write_bytes(flipped(path.read_bytes(), choose))
            LiveIndex(catalog, world.library / "index", INFO, device="cpu").rebuild()


def asked_meanwhile(world: Published, rounds: int) -> Row:
    """Open and query the index, as each command does, while another process damages and rebuilds it."""
    world.put_back(world.files)
    builder = multiprocessing.get_context("spawn").Process(target=rebuild, args=(world, rounds))
    builder.start()
    answers = [ask(world)]
    while builder.is_alive():
        answers.append(ask(world))
    builder.join()
    if builder.exitcode:
        raise RuntimeError(f"the process that builds the index ended by {builder.exitcode}")
    return _row(world, f"asked while it is built anew {rounds} times", tuple(answers), (mended(world),))


def failed(row: Row) -> bool:
    """Return damage that was not noticed, wrong answers, and an index that stayed damaged."""
    _, what, tries, noticed, wrong, unsound, *_ = row
    expected = 0 if what == BEHIND else noticed if str(what).startswith("asked") else tries
    return noticed != expected or bool(wrong) or bool(unsound)


def main() -> int:
    """Damage the index, print the counts and keep them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--faces", type=int, default=2_000)
    parser.add_argument("--bits", type=int, default=500, help="flipped in the index, and as many in its manifest")
    parser.add_argument("--cuts", type=int, default=50, help="of each")
    parser.add_argument("--rebuilds", type=int, default=20, help="while this process asks")
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, bound_by_permissions():
        world = make_published(Path(directory) / "library", options.faces)
        rows = [*damaged(world, options.bits, options.cuts), asked_meanwhile(world, options.rebuilds)]
    for row in rows:
        print(*row, sep="  ")  # noqa: T201 - a program
    if options.write:
        _, kept = read_results(RESULTS)
        others: list[Row] = [tuple(row) for row in kept if int(row[0]) != options.faces]
        extent = f"made-up faces, {PROBES} probes an answer, seed {SEED}"
        write_results(RESULTS, extent, HEADER, sorted([*others, *rows], key=lambda row: int(str(row[0]))))
    return 1 if any(map(failed, rows)) else 0


if __name__ == "__main__":
    sys.exit(main())
