"""Index folders of photos: survey them, process what is new, note what is gone, and name new faces."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from recog.library.context import LibraryContext
from recog.library.indexing.conclusion import conclude
from recog.library.indexing.decode_ahead import decoding_processes
from recog.library.indexing.index_run import IndexRun
from recog.library.indexing.results import FailedPhoto, IngestProgress, IngestReport, RunStopped
from recog.library.indexing.roots import note_roots, recognise
from recog.library.indexing.survey import Survey, survey
from recog.library.networks import Networks
from recog.library.recognition.matching import PeopleCounts
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.store.records import KnownFile


def ingest(
    context: LibraryContext,
    folders: Sequence[Path],
    *,
    exclude: Sequence[str],
    verify: bool,
    progress: Callable[[IngestProgress], None] | None,
) -> IngestReport:
    """Index folders, and conclude (see recog.library.indexing.conclusion). IngestReport has the counts.

    With verify the bytes of every file are compared with the digest that is known of it. The run is a job of the
    library: between its batches other threads may write.
    """
    start = time.perf_counter()
    pool = DecodePool(context.decode_limits, processes=decoding_processes())
    with context.job(create=True) as catalog, pool:
        networks = context.networks
        with context.turn():
            recognise(catalog, folders)
        roots = known_files(catalog, networks, folders)
        found = survey(roots, exclude=exclude, verify=verify)
        known = {path: file for below in roots.values() for path, file in below.items()}
        run = IndexRun(context, catalog, known, pool)
        with context.turn():
            note_roots(catalog, folders)
        interrupted, missing = False, 0
        matched: PeopleCounts = ()
        try:
            run.take(found, progress)
            with context.turn():
                missing = _settle(context, catalog, run, found, folders)
                matched = conclude(context, catalog)
        except (KeyboardInterrupt, RunStopped):
            interrupted = True
        failures = {failure.stat.path: failure for root in folders for failure in catalog.files.failures(root)}
        with context.turn():
            context.vector_index.publish()
    return IngestReport(
        added=run.added,
        changed=run.changed,
        moved=run.moved,
        duplicates=run.duplicates,
        unchanged=found.unchanged + len(found.returned) + run.touched,
        missing=missing,
        faces=run.faces,
        failed=(*found.failed, *(FailedPhoto(one.stat.path, one.reason, one.detail) for one in failures.values())),
        lost=run.lost,
        suspended=found.suspended,
        seconds=time.perf_counter() - start,
        dry_run=False,
        interrupted=interrupted,
        matched=matched,
        unreadable=found.unreadable,
        incomplete=tuple(run.incomplete),
        passed_over=found.passed_over,
        again=found.again,
    )


def _settle(context: LibraryContext, catalog: Catalog, run: IndexRun, found: Survey, folders: Sequence[Path]) -> int:
    """Note what a run found gone or hidden, and drop photos that no file shows; return how many files are missing."""
    missing = catalog.files.mark_missing(found.gone)
    run.find_again()
    catalog.files.drop_hidden(folders)
    if catalog.photos.delete_orphans():
        context.drop_outdated_thumbnails()
    return missing


def plan(
    catalog: Catalog | None, networks: Networks, folders: Sequence[Path], *, exclude: Sequence[str], verify: bool
) -> IngestReport:
    """Return what `ingest` would open, by file stats alone; nothing is written. None is a library not yet made.

    A moved photo or a copy still counts as added, because no file is opened.
    """
    start = time.perf_counter()
    roots: dict[Path, dict[Path, KnownFile]] = {root: {} for root in folders}
    if catalog is not None:
        roots = known_files(catalog, networks, folders)
    found: Survey = survey(roots, exclude=exclude, verify=verify)
    known = {path for files in roots.values() for path in files}
    changed = sum(stat.path in known for stat in found.todo)
    return IngestReport(
        added=len(found.todo) - changed,
        changed=changed,
        moved=0,
        duplicates=0,
        unchanged=found.unchanged + len(found.returned),
        missing=len(found.gone),
        faces=0,
        failed=found.failed,
        lost=(),
        suspended=found.suspended,
        seconds=time.perf_counter() - start,
        dry_run=True,
        interrupted=False,
        unreadable=found.unreadable,
        passed_over=found.passed_over,
        again=found.again,
    )


def known_files(catalog: Catalog, networks: Networks, folders: Sequence[Path]) -> dict[Path, dict[Path, KnownFile]]:
    """Return the files that the catalog knows below each folder, and whether these networks processed them."""
    detector, network = networks.detector.sha256, networks.info.sha256
    return {root: catalog.files.under(root, detector=detector, network=network) for root in folders}
