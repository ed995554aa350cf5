"""Bring the files of one run into the catalog: open, detect, crop, embed, store, batch by batch.

A batch of photos is one transaction, so a run that is killed at any moment leaves whole photos behind and the next run
goes on after them. Each batch takes a turn of the library's writers, so other threads may write between batches.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import numpy as np

from recog.errors import PhotoError
from recog.library.close_up import longest_side
from recog.library.context import LibraryContext
from recog.library.indexing.decode_ahead import Moving, decode_ahead, decoding_processes
from recog.library.indexing.detect_ahead import CutPhoto, Found, detect_ahead
from recog.library.indexing.drawn_edits import DrawnEdits
from recog.library.indexing.edited import MovedEdits
from recog.library.indexing.results import IngestProgress, LostWord, RunStopped
from recog.library.indexing.survey import Survey, is_gone
from recog.library.indexing.videos import read_moving
from recog.library.probes import CutFaces, cut_faces
from recog.photos import SLOW_REASONS, DecodePool, KnownContent, Opened
from recog.store.catalog import Catalog
from recog.store.records import FailedFile, KnownFile, LostFact, ScannedPhoto
from recog.types import DecodedPhoto, FaceBox, FileStat

BATCH_FACES = 64
"""Faces embedded at once: 2 to 6 % more photos a second than with 32, because detection is interrupted less often."""
BATCH_PHOTOS = 32
BATCH_FAILURES = 500
"""Unusable files noted in one transaction, because each transaction waits for the disk."""
MANY_COPIES = 16
"""Copies of one content from which their paths are read once a run, so that n copies do not take n * n steps."""
BATCH_SECONDS = 5.0
"""Seconds after which a batch is stored at the latest: the work that a killed run must repeat."""


class IndexRun:
    """The work of one run, and its counts; the caller began a job of the library.

    Another thread may write between two batches. Whatever the run knows of the catalog is then read again.
    """

    def __init__(
        self,
        context: LibraryContext,
        catalog: Catalog,
        known: Mapping[Path, KnownFile],
        pool: DecodePool,
        *,
        turn: Callable[[], AbstractContextManager[int]] | None = None,
        stored: Callable[[Iterable[Path]], None] | None = None,
    ) -> None:
        """turn: how to take a turn at writing, by default the library's. stored: told what is in the catalog by now."""
        self._context = context
        self._take_turn = context.turn if turn is None else turn
        self._stored = stored
        self._catalog = catalog
        self._networks = context.networks
        self._known = known
        self._pool = pool
        self._drawn: dict[str, list[FaceBox]] = {}
        self._gone: frozenset[Path] = frozenset()
        self._left_of: dict[int, list[Path]] = {}
        self._last_turn = 0
        self._digests: dict[str, int] = {}
        self._waiting: dict[str, tuple[FileStat, CutPhoto]] = {}
        self._waiting_since = time.monotonic()
        self._failing: list[FailedFile] = []
        self._failing_since = time.monotonic()
        self.added = self.changed = self.moved = self.duplicates = self.faces = self.failed = self.touched = 0
        self._edits = MovedEdits(catalog, self._networks.info.sha256)
        self._drawn_edits = DrawnEdits(catalog, self._networks)
        self._lost: dict[int, list[tuple[Path, LostFact]]] = {}
        self._carried: set[int] = set()
        self.incomplete: list[Path] = []

    @property
    def lost(self) -> tuple[LostWord, ...]:
        """What was said of faces that are in no photo any more, because their photos were edited."""
        return tuple(
            LostWord(path, fact.kind, fact.person)
            for rows in self._lost.values()
            for path, fact in rows
            if fact.face_id not in self._carried
        )

    def find_again(self) -> None:
        """Forget, after the last file, losses of photos that turned up under another name, as in a chain of renames."""
        for photo_id in self._catalog.files.paths(self._lost):
            del self._lost[photo_id]

    def take(self, found: Survey, progress: Callable[[IngestProgress], None] | None) -> None:
        """Bring everything that the survey found into the catalog."""
        returned = [(file.stat, file.photo_id) for file in found.returned if file.photo_id is not None]
        with self._turn():
            self._catalog.files.link_all(returned)
        self._gone = frozenset(found.gone)
        self.take_files(found.todo, progress, done=found.total - len(found.todo), total=found.total)

    def take_files(
        self,
        files: Iterable[FileStat],
        progress: Callable[[IngestProgress], None] | None,
        *,
        done: int = 0,
        total: int = 0,
    ) -> None:
        """Bring files into the catalog, in order; progress counts from `done`."""
        with (
            closing(self._decoded(files)) as photos,
            closing(detect_ahead(photos, known=self._digests, cut=self._cut)) as searched,
        ):
            try:
                for stat, photo in searched:
                    self._take_one(stat, photo)
                    done += 1
                    if progress is not None:
                        progress(IngestProgress(done, total, self.faces, self.failed, stat.path))
                self._store()
            except RunStopped:
                self._store()
                raise
            except KeyboardInterrupt:
                self._store_failures()
                raise

    def _decoded(self, todo: Iterable[FileStat]) -> Generator[tuple[FileStat, Opened | Moving], None, None]:
        """Decode the files ahead, reduced if the detector would reduce them anyway."""
        longest = longest_side(self._networks.detector) if todo else None
        processes = decoding_processes()
        return decode_ahead(todo, known=self._digests, pool=self._pool, processes=processes, longest=longest)

    def _decoded_again(self, photo: ScannedPhoto) -> DecodedPhoto | None:
        """Return the pixels of a photo once more; None if the file is gone, or has other bytes by now."""
        opened = self._pool.open(photo.stat.path, longest=longest_side(self._networks.detector))
        return opened if isinstance(opened, DecodedPhoto) and opened.sha256 == photo.sha256 else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Take a turn at writing; if another thread had one since the last, read again what it may have changed."""
        with self._take_turn() as number:
            if number != self._last_turn + 1:
                # In place, because threads that decode and detect look up digests meanwhile.
                self._digests |= self._catalog.photos.digests(
                    detector=self._networks.detector.sha256, network=self._networks.info.sha256
                )
                self._drawn = self._catalog.faces.drawn()
                self._edits = MovedEdits(self._catalog, self._networks.info.sha256)
                self._left_of.clear()
            self._last_turn = number
            yield

    def _take_one(self, stat: FileStat, photo: Found) -> None:
        if isinstance(photo, Moving):
            self._take_moving(photo)
        elif isinstance(photo, PhotoError):
            self._fail(FailedFile(stat, photo.reason, str(photo)))
        elif isinstance(photo, KnownContent):
            if photo.sha256 in self._waiting:
                self._store()
            self._store_failures()  # the link drops what is noted of the path that the file had before
            with self._turn():
                self._link(stat, self._digests[photo.sha256])
            self._tell_stored([stat.path])
        else:
            self._take(stat, photo)

    def _take_moving(self, moving: Moving) -> None:
        """Read a video, which may take a while, and store it at once."""
        read = read_moving(moving, self._networks, self._context.decode_limits, known=self._digests)
        if isinstance(read, ScannedPhoto):
            self._store()
            self._put([read])
        else:
            self._take_one(moving.stat, read)

    def _link(self, stat: FileStat, photo_id: int) -> None:
        """Note known content at another path: moved if an old path of it is gone, else one more copy.

        A photo whose disk is not mounted counts as moved too, and as a copy once the disk is back. No name depends on
        a path.
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
            paths = self._catalog.files.paths([photo_id], elsewhere=False).get(photo_id, [])
            others = [path for path in paths if path != stat.path]
            known_elsewhere = bool(others) or photo_id in self._catalog.files.elsewhere([photo_id])
            left = [path for path in others if path in self._gone or is_gone(path)]
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
        return cut_faces(photo, self._networks, drawn=self._drawn.get(photo.sha256, ()))

    def _fail(self, failed: FailedFile) -> None:
        """Let a failure wait until its batch is full; one that took long to find is noted at once."""
        if not self._failing:
            self._failing_since = time.monotonic()
        self._failing.append(failed)
        self.failed += 1
        full = len(self._failing) >= BATCH_FAILURES or time.monotonic() - self._failing_since >= BATCH_SECONDS
        if full or failed.reason in SLOW_REASONS:
            self._store_failures()

    def _store_failures(self) -> None:
        """Note all waiting failures in one transaction."""
        if self._failing:
            with self._turn():
                self._catalog.files.record_failures(self._failing)
            self._tell_stored([failed.stat.path for failed in self._failing])
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
            one.scanned(stat, rows) for (stat, one), rows in zip(waiting, np.split(embeddings, ends), strict=True)
        ]
        self._put(photos)
        self._waiting.clear()

    def _put(self, photos: Sequence[ScannedPhoto]) -> None:
        """Commit photos in one transaction."""
        with self._turn():
            for photo in photos:
                if (photo_id := self._digests.get(photo.sha256)) is not None:  # another thread has enrolled it by now
                    self._link(photo.stat, photo_id)
            if fresh := [photo for photo in photos if photo.sha256 not in self._digests]:
                self._save(fresh)
        self._tell_stored([photo.stat.path for photo in photos])

    def _tell_stored(self, paths: Iterable[Path]) -> None:
        if self._stored is not None:
            self._stored(paths)

    def _save(self, photos: list[ScannedPhoto]) -> None:
        """Commit photos in one transaction, and count what became of each."""
        earlier = self._edits.earlier(photos)
        if self._drawn:
            photos = self._drawn_edits.completed(photos, earlier, self._decoded_again)
        saved = self._catalog.photos.save(
            photos,
            detector=self._networks.detector.sha256,
            network=self._networks.info,
            moved_from=earlier,
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
