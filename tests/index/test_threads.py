"""One index, several threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Condition, Event, Semaphore
from typing import TypeVar

import faiss
import numpy as np
import pytest

from recog.distance import unit_rows
from recog.index.device import few_threads
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, load, publish
from recog.index.sharing import ReadersWriterLock
from recog.index.structures import Kind
from recog.types import Embeddings
from tests.index.conftest import DIM, NETWORK, MakeIndex

T = TypeVar("T")
COUNT = 20_000
CHANGING = 500
CHANGES = 200


def rows(count: int, seed: int) -> Embeddings:
    """In one corner of the space: no two are farther apart than a right angle."""
    return unit_rows(np.abs(np.random.default_rng(seed).normal(size=(count, DIM))).astype(np.float32))


@pytest.fixture
def index(make_index: MakeIndex, request: pytest.FixtureRequest) -> FaceIndex:
    kind: Kind = request.param
    return make_index(kind, np.arange(COUNT, dtype=np.int64), rows(COUNT, 0))


@pytest.mark.parametrize("index", ["flat", "ivf"], indirect=True)
def test_searches_are_right_while_another_thread_adds_and_removes(index: FaceIndex) -> None:
    """Two sets of faces come and go in the same slots: an answer has the id and the distance of one of them."""
    probes = rows(40, 0)
    known = np.concatenate([rows(COUNT, 0), rows(CHANGING, 0), rows(CHANGING, 1)])
    sets = np.arange(COUNT, COUNT + 2 * CHANGING, dtype=np.int64).reshape(2, CHANGING)
    done = Event()

    def change() -> None:
        for number in range(CHANGES):
            coming = sets[number % 2]
            index.add(coming, known[coming])
            assert index.remove(coming) == CHANGING
        done.set()

    def ask(size: int) -> int:
        asked = 0
        while not done.is_set():
            start = asked * size % 40
            some = probes[start : start + size]
            squared, ids = index.nearest(some, 5)
            expected = ((some[:, np.newaxis] - known[ids]) ** 2).sum(axis=2)
            np.testing.assert_allclose(squared, expected, atol=1e-5)
            assert (ids == np.arange(start, start + size)[:, np.newaxis]).any(axis=1).all()
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, size) for size in (1, 1, 8)]
        threads.submit(change).result()
        assert all(one.result() for one in asking)
    assert index.count == COUNT


@pytest.mark.parametrize("index", ["flat", "ivf"], indirect=True)
def test_a_file_that_is_published_while_faces_come_is_whole(index: FaceIndex, tmp_path: Path) -> None:
    done = Event()

    def change() -> None:
        number = COUNT
        while not done.is_set():
            index.add(np.arange(number, number + 50, dtype=np.int64), rows(50, number))
            number += 50

    with ThreadPoolExecutor(1) as threads:
        changing = threads.submit(change)
        try:
            for _ in range(5):
                publish(index, tmp_path, library_id="mine", mark=IndexMark(1, 0))
                loaded, _ = load(tmp_path, library_id="mine", network_sha256=NETWORK, dim=DIM, device="cpu")
                assert COUNT <= loaded.count <= index.count
        finally:
            done.set()
        changing.result()


def test_a_thread_that_searches_for_few_leaves_the_threads_of_others_alone() -> None:
    """OpenMP keeps the number of threads for each thread that calls it."""
    usual = faiss.omp_get_max_threads()
    inside, looked = Event(), Event()

    def search() -> int:
        faiss.omp_set_num_threads(3)
        with few_threads(1):
            inside.set()
            assert looked.wait(60)
            return int(faiss.omp_get_max_threads())

    with ThreadPoolExecutor(1) as threads:
        one = threads.submit(search)
        assert inside.wait(60)
        assert faiss.omp_get_max_threads() == usual
        looked.set()
        assert one.result() == 1


def test_reading_is_shared_and_writing_is_not() -> None:
    lock = ReadersWriterLock()
    together = Barrier(3)
    written: list[int] = []

    def read() -> list[int]:
        with lock.reading():
            together.wait(60)  # broken if readers exclude each other
            before = list(written)
            together.wait(60)
            return before

    def write() -> None:
        with lock.writing():
            written.append(1)

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        together.wait(60)
        writer = threads.submit(write)
        assert not writer.done()
        assert not written
        together.wait(60)
        assert [one.result() for one in readers] == [[], []]
        writer.result()
    assert written == [1]


class Telling(Condition):
    """Releases `asked` when a thread begins to wait, or finds that it need not."""

    asked = Semaphore(0)

    def wait_for(self, predicate: Callable[[], T], timeout: float | None = None) -> T:
        self.asked.release()
        return super().wait_for(predicate, timeout)


def test_a_waiting_writer_goes_before_readers_that_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recog.index.sharing.Condition", Telling)
    lock = ReadersWriterLock()
    order: list[str] = []

    def write() -> None:
        with lock.writing():
            order.append("writer")

    def read() -> None:
        with lock.reading():
            order.append("reader")

    with ThreadPoolExecutor(2) as threads:
        with lock.reading():
            assert Telling.asked.acquire(timeout=60)
            writer = threads.submit(write)
            assert Telling.asked.acquire(timeout=60)
            reader = threads.submit(read)
            assert Telling.asked.acquire(timeout=60)
            assert order == []
        writer.result()
        reader.result()
    assert order == ["writer", "reader"]
