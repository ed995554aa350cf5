"""Bring folders of photos into the catalog: find, read, detect, crop, embed, store.

A batch of photos is one transaction, so that a run killed at any moment leaves whole photos behind and the next run
goes on after them.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from recog.errors import PhotoError
from recog.library.indexing.decode_ahead import read_ahead
from recog.library.indexing.detect_ahead import CutPhoto, Found, find_ahead
from recog.library.indexing.edited import MovedEdits
from recog.library.indexing.results import FailedPhoto, IngestProgress, IngestReport, LostWord
from recog.library.indexing.survey import Survey, is_gone, survey
from recog.library.networks import Networks
from recog.library.probes import CutFaces, cut_faces, new_faces
from recog.library.recognition.matching import PeopleCounts, name_new
from recog.photos import SLOW_REASONS, DecodeLimits, KnownContent
from recog.store.catalog import Catalog
from recog.store.records import FailedFile, KnownFile, LostFact, ScannedPhoto
from recog.types import DecodedPhoto, FileStat

BATCH_FACES = 64
"""Faces embedded at once: 2 to 6 % more photos a second than with 32, for the finders are interrupted less often."""
BATCH_PHOTOS = 32
BATCH_FAILURES = 500
"""Files that cannot be used are noted so many in one transaction: each alone takes as long as a write to the disk."""
MANY_COPIES = 16
"""Files of one content from which on these are looked at once a run: of n copies not all for each."""
BATCH_SECONDS = 5.0
"""A batch is stored after so many photos or seconds at the latest: what a killed run must do again."""

ProgressCallback = Callable[[IngestProgress], None]


def ingest(
    catalog: Catalog,
    networks: Networks,
    folders: Sequence[Path],
    *,
    exclude: Sequence[str],
    verify: bool,
    limits: DecodeLimits,
    k: int,
    progress: ProgressCallback | None,
) -> IngestReport:
    """Index folders, and name faces by distance (see `name_new`) where some came or went. IngestReport says the counts.

    With verify the bytes of every file are held against the digest that is known of it. k: neighbours that vote on a
    name. The caller holds the writer's lock.
    """
    start = time.perf_counter()
    detector, network = networks.detector.sha256, networks.info
    roots = {root: catalog.files.under(root, detector=detector, network=network.sha256) for root in folders}
    found = survey(roots, exclude=exclude, verify=verify)
    run = Ingestion(catalog, networks, {path: file for known in roots.values() for path, file in known.items()})
    interrupted = False
    missing = 0
    matched: PeopleCounts = ()
    for root in folders:
        if not os.path.isfile(root):  # noqa: PTH113 - False, too, where the folder above may not be looked into
            catalog.files.add_root(root)
    try:
        run.take(found, limits, progress)
        missing = catalog.files.mark_missing(found.gone)
        run.find_again()
        catalog.photos.delete_orphans()
        matched = name_new(catalog, networks, k=k)
    except KeyboardInterrupt:
        interrupted = True
    recorded = {failure.stat.path: failure for root in folders for failure in catalog.files.failures(root)}
    return IngestReport(
        added=run.added,
        changed=run.changed,
        moved=run.moved,
        duplicates=run.duplicates,
        unchanged=found.unchanged + len(found.returned) + run.touched,
        missing=missing,
        faces=run.faces,
        failed=(*found.failed, *(FailedPhoto(one.stat.path, one.reason, one.detail) for one in recorded.values())),
        lost=run.lost,
        suspended=found.suspended,
        seconds=time.perf_counter() - start,
        dry_run=False,
        interrupted=interrupted,
        matched=matched,
        unreadable=found.unreadable,
        incomplete=tuple(run.incomplete),
        passed_over=found.passed_over,
    )


def plan(
    catalog: Catalog | None, networks: Networks, folders: Sequence[Path], *, exclude: Sequence[str], verify: bool
) -> IngestReport:
    """Of a dry run: what `ingest` would open, by file stats alone; nothing is written. None is a library not yet made.

    A moved photo or a copy still counts as added, for no file is opened.
    """
    start = time.perf_counter()
    roots: dict[Path, dict[Path, KnownFile]] = {root: {} for root in folders}
    if catalog is not None:
        detector, network = networks.detector.sha256, networks.info.sha256
        roots = {root: catalog.files.under(root, detector=detector, network=network) for root in folders}
    found = survey(roots, exclude=exclude, verify=verify)
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
    )


class Ingestion:
    """The work of one run, and its counts."""

    def __init__(self, catalog: Catalog, networks: Networks, known: Mapping[Path, KnownFile]) -> None:
        self._catalog = catalog
        self._networks = networks
        self._known = known
        self._gone: frozenset[Path] = frozenset()
        self._left_of: dict[int, list[Path]] = {}
        self._digests = catalog.photos.digests(detector=networks.detector.sha256, network=networks.info.sha256)
        self._waiting: dict[str, tuple[FileStat, CutPhoto]] = {}
        self._waiting_since = time.monotonic()
        self._failing: list[FailedFile] = []
        self._failing_since = time.monotonic()
        self.added = self.changed = self.moved = self.duplicates = self.faces = self.failed = self.touched = 0
        self._edits = MovedEdits(catalog, networks.info.sha256)
        self._lost: dict[int, list[tuple[Path, LostFact]]] = {}
        self._carried: set[int] = set()
        self.incomplete: list[Path] = []

    @property
    def lost(self) -> tuple[LostWord, ...]:
        """What was said of faces that are in no photo any more."""
        return tuple(
            LostWord(path, fact.kind, fact.person)
            for rows in self._lost.values()
            for path, fact in rows
            if fact.face_id not in self._carried
        )

    def find_again(self) -> None:
        """After the last file: a photo that turned up under another name (a chain of renames) lost nothing."""
        for photo_id in self._catalog.files.paths(self._lost):
            del self._lost[photo_id]

    def take(self, found: Survey, limits: DecodeLimits, progress: ProgressCallback | None) -> None:
        """Bring everything that the survey found into the catalog."""
        self._catalog.files.link_all(
            [(file.stat, file.photo_id) for file in found.returned if file.photo_id is not None]
        )
        done = found.total - len(found.todo)
        self._gone = frozenset(found.gone)
        with (
            closing(read_ahead(found.todo, known=self._digests, limits=limits)) as photos,
            closing(find_ahead(photos, known=self._digests, cut=self._cut)) as searched,
        ):
            try:
                for stat, photo in searched:
                    self._take_one(stat, photo)
                    done += 1
                    if progress is not None:
                        progress(IngestProgress(done, found.total, self.faces, self.failed, stat.path))
                self._store()
            except KeyboardInterrupt:
                self._store_failures()
                raise

    def _take_one(self, stat: FileStat, photo: Found) -> None:
        if isinstance(photo, PhotoError):
            self._fail(FailedFile(stat, photo.reason, str(photo)))
        elif isinstance(photo, KnownContent):
            if photo.sha256 in self._waiting:
                self._store()
            self._store_failures()  # the link drops what is noted of the path that the file had before
            self._link(stat, self._digests[photo.sha256])
        else:
            self._take(stat, photo)

    def _link(self, stat: FileStat, photo_id: int) -> None:
        """Known content at another path: moved if an old path of it is gone, wherever it was; else one more copy.

        What was on a disk that is not mounted counts as moved too, and is a copy once the disk is back: no name hangs
        on a path.
        """
        known = self._known.get(stat.path)
        if known is not None and (known.stat, known.photo_id, known.missing, known.failure) == (
            stat,
            photo_id,
            False,
            None,
        ):
            self.touched += 1  # there is nothing to write
            return
        known_elsewhere, left = True, self._left_of.get(photo_id)
        if left is None:
            others = [path for path in self._catalog.files.paths([photo_id]).get(photo_id, []) if path != stat.path]
            known_elsewhere, left = bool(others), [path for path in others if path in self._gone or is_gone(path)]
            if len(others) >= MANY_COPIES:
                self._left_of[photo_id] = left
        old = left.pop(0) if left else None
        self._catalog.files.link(stat, photo_id, moved_from=old)
        if known is not None and known.photo_id == photo_id:
            self.touched += 1
        elif known is not None:
            self.changed += 1
        elif old is not None or not known_elsewhere:
            self.moved += 1
        else:
            self.duplicates += 1

    def _cut(self, photo: DecodedPhoto) -> CutFaces:
        return cut_faces(photo, self._networks)

    def _fail(self, failed: FailedFile) -> None:
        """Let a failure wait until its batch is full; what took long to find out is noted at once."""
        if not self._failing:
            self._failing_since = time.monotonic()
        self._failing.append(failed)
        self.failed += 1
        if (
            len(self._failing) >= BATCH_FAILURES
            or failed.reason in SLOW_REASONS
            or time.monotonic() - self._failing_since >= BATCH_SECONDS
        ):
            self._store_failures()

    def _store_failures(self) -> None:
        """Note all waiting failures in one transaction."""
        if self._failing:
            self._catalog.files.record_failures(self._failing)
            self._failing.clear()

    def _take(self, stat: FileStat, photo: CutPhoto) -> None:
        """Let a photo wait until its batch is full."""
        if not self._waiting:
            self._waiting_since = time.monotonic()
        self._waiting[photo.sha256] = stat, photo
        if (
            len(self._waiting) >= BATCH_PHOTOS
            or sum(len(one.faces.boxes) for _, one in self._waiting.values()) >= BATCH_FACES
            or time.monotonic() - self._waiting_since >= BATCH_SECONDS
        ):
            self._store()

    def _store(self) -> None:
        """Embed the faces of all waiting photos at once, and commit the photos in one transaction, after failures."""
        self._store_failures()
        if not self._waiting:
            return
        waiting = list(self._waiting.values())
        embeddings = self._networks.embedder.embed(np.concatenate([one.faces.crops for _, one in waiting]))
        ends = np.cumsum([len(one.faces.boxes) for _, one in waiting])[:-1]
        photos = [
            ScannedPhoto(
                stat,
                one.sha256,
                one.width,
                one.height,
                one.taken_at,
                new_faces(one.faces, rows),
                incomplete=one.incomplete,
                taken_from=one.taken_from,
            )
            for (stat, one), rows in zip(waiting, np.split(embeddings, ends), strict=True)
        ]
        saved = self._catalog.photos.save(
            photos,
            detector=self._networks.detector.sha256,
            network=self._networks.info,
            moved_from=self._edits.earlier(photos),
        )
        for photo, result in zip(photos, saved, strict=True):
            self._digests[photo.sha256] = result.photo_id
            self.faces += result.new_faces
            self._carried.update(result.carried)
            if photo.incomplete:
                self.incomplete.append(photo.stat.path)
            if result.replaced_photo_id is not None:
                lost = [(photo.stat.path, fact) for fact in result.lost]
                self._lost.setdefault(result.replaced_photo_id, []).extend(lost)
            if photo.stat.path in self._known:
                self.changed += 1
            else:
                self.added += 1
        self._waiting.clear()
