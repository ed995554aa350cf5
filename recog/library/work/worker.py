"""One worker: claim files, run them through the steps of indexing, store them, and start again."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from recog.errors import CatalogError, RecogError
from recog.library.context import LibraryContext
from recog.library.indexing.conclusion import conclude
from recog.library.indexing.decode_ahead import decoding_processes
from recog.library.indexing.index_run import BATCH_PHOTOS, IndexRun
from recog.library.indexing.results import IngestProgress, RunStopped
from recog.library.recognition.matching import PeopleCounts
from recog.library.work.outage import PATIENCE_SECONDS, RETRY_SECONDS, Outage, passes
from recog.library.work.results import WorkReport
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.store.jobs import Claimed
from recog.types import FileStat

POLL_SECONDS = 0.5
"""Seconds after which a worker without work looks again, because another one may die and leave some."""
RENEWALS = 3
"""How often a lease is renewed while it runs."""
Result = TypeVar("Result")


class Worker:
    """A worker of the queue, and what it has done; `owner` is its name in the queue."""

    def __init__(
        self,
        context: LibraryContext,
        catalog: Catalog,
        *,
        owner: str,
        lease: float,
        progress: Callable[[IngestProgress], None] | None,
        told: Callable[[str], None],
        stop: Callable[[], bool],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._context = context
        self._catalog = catalog
        self._owner = owner
        self._lease = lease
        self._progress = progress
        self._outage = Outage(told)
        self._stop = stop
        self._patience = patience
        networks = context.networks
        self._networks = {"detector": networks.detector.sha256, "network": networks.info.sha256}
        self._stored: list[Path] = []
        self._next = Claimed((), alone=False)
        self._done = self._total = self._number_stored = 0
        self._pool = self._new_pool()
        self._runs = [self._new_run()]  # the last one works; those before ended in an error

    def run(self) -> WorkReport:
        """Work until the queue holds nothing that this machine can open, and nobody else holds any of it."""
        start, interrupted = time.perf_counter(), False
        matched: PeopleCounts = ()
        self._total = self._catalog.jobs.counts(**self._networks).waiting
        try:
            with self._renewing(), closing(self):
                while self._patiently(self._step):
                    pass
                matched = self._patiently(self._finish)
        except (KeyboardInterrupt, RunStopped):
            interrupted = True
            self._give_back()
        except RecogError:
            with suppress(CatalogError):
                self._give_back()
            raise
        return WorkReport(
            added=sum(run.added for run in self._runs),
            known=sum(run.moved + run.duplicates + run.changed + run.touched for run in self._runs),
            faces=sum(run.faces for run in self._runs),
            failed=sum(run.failed for run in self._runs),
            matched=matched,
            lost=tuple(word for run in self._runs for word in run.lost),
            queue=self._catalog.jobs.counts(**self._networks),
            seconds=time.perf_counter() - start,
            interrupted=interrupted,
        )

    def _step(self) -> bool:
        """Work on what can be claimed; return False when nothing is left for anybody."""
        self._stop_if_asked()
        claimed = self._next if self._next.files else self._claim()
        self._next = Claimed((), alone=False)
        if claimed.files:
            self._take(claimed)
            return True
        if not self._catalog.jobs.counts(**self._networks).claimed:
            return False
        time.sleep(POLL_SECONDS)
        return True

    def _take(self, claimed: Claimed) -> None:
        """Run claimed files through the steps, and all that are claimed meanwhile; one that is held alone by itself.

        If a step fails for another reason than a photo's, the files that were held are blamed.
        """
        files = iter(claimed.files) if claimed.alone else self._stream(claimed.files)
        try:
            self._runs[-1].take_files(files, self._tell)
        except (RecogError, KeyboardInterrupt, RunStopped):
            self._begin_anew()
            raise
        except Exception as error:  # noqa: BLE001 - whatever a photo makes a network or a decoder do
            self._begin_anew()
            self._give_back(blame=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """End the decoding processes."""
        self._pool.close()

    def _begin_anew(self) -> None:
        self._pool.close()
        self._pool = self._new_pool()
        self._runs.append(self._new_run())

    def _new_run(self) -> IndexRun:
        turn = self._context.turn_of_worker
        return IndexRun(self._context, self._catalog, {}, self._pool, turn=turn, stored=self._note_stored)

    def _note_stored(self, paths: Iterable[Path]) -> None:
        before = len(self._stored)
        self._stored.extend(paths)
        self._outage.ended()
        self._number_stored += len(self._stored) - before

    def _new_pool(self) -> DecodePool:
        return DecodePool(self._context.decode_limits, processes=decoding_processes())

    def _stream(self, files: Sequence[FileStat]) -> Iterator[FileStat]:
        """Yield claimed files, then claim more, as the steps ask for them."""
        claimed = Claimed(tuple(files), alone=False)
        while claimed.files and not claimed.alone:
            yield from claimed.files
            claimed = self._claim()
        self._next = claimed

    def _claim(self) -> Claimed:
        """Claim files, and take what was stored out of the queue."""
        stored = list(self._stored)
        claimed = self._catalog.jobs.claim(
            self._owner, most=BATCH_PHOTOS, seconds=self._lease, done=stored, **self._networks
        )
        del self._stored[: len(stored)]
        return claimed

    def _give_back(self, *, blame: str | None = None) -> None:
        self._catalog.jobs.release(self._owner, done=self._stored, blame=blame)
        self._stored.clear()
        self._next = Claimed((), alone=False)

    def _finish(self) -> PeopleCounts:
        """When the queue is empty, do what `index` does at its end: drop what no file shows, conclude, publish."""
        matched: PeopleCounts = ()
        with self._context.turn_of_worker():
            if self._catalog.jobs.are_done():
                for run in self._runs:
                    run.find_again()
                self._catalog.files.drop_marked()
                if self._catalog.photos.delete_orphans():
                    self._context.drop_outdated_thumbnails()
                matched = conclude(self._context, self._catalog)
        with self._context.turn_of_worker():
            self._context.vector_index.publish()
        return matched

    def _patiently(self, act: Callable[[], Result]) -> Result:
        """Act; if the catalog cannot be reached, give back what is held when it can be, and act again.

        The patience starts anew whenever files were stored, because one act may take a whole queue.
        """
        begun: float | None = None
        stored = self._number_stored
        while True:
            try:
                if begun is not None:
                    self._give_back()
                result = act()
            except CatalogError as error:
                if not passes(error):
                    raise
                if begun is None or self._number_stored > stored:
                    begun, stored = time.monotonic(), self._number_stored
                if time.monotonic() - begun > self._patience:
                    raise
                self._stop_if_asked()
                self._outage.met(error)
                time.sleep(min(RETRY_SECONDS, self._patience))
            else:
                self._outage.ended()
                return result

    def _tell(self, step: IngestProgress) -> None:
        self._done += 1
        if self._progress is not None:
            faces, failed = (sum(run.faces for run in self._runs), sum(run.failed for run in self._runs))
            self._progress(IngestProgress(self._done, max(self._total, self._done), faces, failed, step.path))
        self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        """Raise RunStopped if the worker shall end; photos that are done are stored, and the others given back."""
        if self._stop():
            raise RunStopped

    @contextmanager
    def _renewing(self) -> Iterator[None]:
        """Renew the worker's leases in a thread."""
        ended = Event()

        def renew() -> None:
            while not ended.wait(self._lease / RENEWALS):
                with suppress(CatalogError):  # the worker itself meets it too, and tells
                    self._catalog.jobs.renew(self._owner, seconds=self._lease)

        thread = Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
