"""The queue of a library: fill it by a survey of folders, and work on it."""

import os
import socket
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from recog.library.context import LibraryContext
from recog.library.indexing.ingest import known_files
from recog.library.indexing.results import IngestProgress
from recog.library.indexing.roots import note_roots, recognise
from recog.library.indexing.survey import survey
from recog.library.inputs import AnyPath, paths_of
from recog.library.work.results import QueueReport, WorkReport
from recog.library.work.worker import Worker
from recog.store.records import QueueCounts, QueueOverview

LEASE_SECONDS = 60.0


class Queue:
    """The queue of a library."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    @property
    def library_id(self) -> str:
        """What tells the catalog of the queue from all others."""
        return self._context.catalog.library_id

    def fill(
        self, folders: AnyPath | Sequence[AnyPath], *, exclude: Sequence[str] = (), verify: bool = False
    ) -> QueueReport:
        """Survey folders, and put into the queue what is new or has changed; no photo is opened.

        Files that are gone are marked as missing. The parameters are those of `PhotoLibrary.index`.
        """
        start, context = time.perf_counter(), self._context
        roots = paths_of(folders)
        with context.job(create=True) as catalog:
            networks = context.networks
            with context.turn():
                recognise(catalog, roots)
            found = survey(known_files(catalog, networks, roots), exclude=exclude, verify=verify)
            returned = [(file.stat, file.photo_id) for file in found.returned if file.photo_id is not None]
            with context.turn():
                note_roots(catalog, roots)
                catalog.files.link_all(returned)
                catalog.jobs.add(found.todo, detector=networks.detector.sha256, network=networks.info)
                missing = catalog.files.mark_missing(found.gone)
                catalog.files.mark_hidden(roots)
        return QueueReport(
            queued=len(found.todo),
            unchanged=found.unchanged + len(found.returned),
            missing=missing,
            unreadable=found.unreadable,
            again=found.again,
            failed=found.failed,
            suspended=found.suspended,
            passed_over=found.passed_over,
            queue=self.counts(),
            seconds=time.perf_counter() - start,
        )

    def counts(self) -> QueueCounts:
        """Return how many files are in the queue."""
        networks = self._context.networks
        return self._context.catalog.jobs.counts(detector=networks.detector.sha256, network=networks.info.sha256)

    def overview(self) -> QueueOverview:
        """Return what all machines have to do and are doing, for whichever networks; no network is loaded."""
        return self._context.catalog.jobs.overview()

    def work(
        self,
        *,
        lease: float = LEASE_SECONDS,
        progress: Callable[[IngestProgress], None] | None = None,
        told: Callable[[str], None] = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> WorkReport:
        """Take files from the queue until it is empty, find their faces and store them.

        Several processes, on several machines, may work on the queue of one PostgreSQL catalog. lease: seconds for
        which files are claimed at a time; when a worker dies, others take over what it held after so long. `told` gets
        a sentence when the catalog has not answered for some seconds, for which the worker waits, and when it does
        again. stop: asked after each photo; if it is true, the worker stores what is done and ends as if interrupted.

        Raises:
            LibraryBusyError: the catalog is SQLite, and another process writes to the library.
        """
        with self._context.working() as catalog:
            owner = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
            worker = Worker(self._context, catalog, owner=owner, lease=lease, progress=progress, told=told, stop=stop)
            return worker.run()
