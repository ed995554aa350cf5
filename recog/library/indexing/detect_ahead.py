"""Find and cut out the faces of decoded photos in threads, while those of earlier ones are embedded and stored."""

from collections import deque
from collections.abc import Callable, Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from recog.errors import PhotoError
from recog.library.indexing.decode_ahead import Moving
from recog.library.probes import CutFaces, new_faces
from recog.photos import KnownContent, Opened
from recog.store.records import ScannedPhoto
from recog.types import DateSource, DecodedPhoto, Embeddings, FileStat
from recog.weights.device import cores

_MOST_THREADS = 8
_AHEAD = 12
"""Photos a thread that are taken ahead: a batch of faces is embedded meanwhile, and nobody then brings more."""
_MOST_BYTES = 256 * 1024 * 1024
"""Of pixels that wait for a thread; a larger photo waits alone."""


@dataclass(frozen=True, slots=True)
class CutPhoto:
    """A photo whose faces are cut out; its pixels are let go."""

    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    faces: CutFaces
    incomplete: bool = False
    taken_from: DateSource | None = None

    def scanned(self, stat: FileStat, embeddings: Embeddings) -> ScannedPhoto:
        """Return the photo as the catalog takes it; row i of embeddings, (n, dim), is that of its face i."""
        return ScannedPhoto(
            stat,
            self.sha256,
            self.width,
            self.height,
            self.taken_at,
            new_faces(self.faces, embeddings),
            incomplete=self.incomplete,
            taken_from=self.taken_from,
        )


Found = CutPhoto | KnownContent | Moving | PhotoError


def detect_ahead(
    photos: Iterable[tuple[FileStat, Opened | Moving]],
    *,
    known: Container[str],
    cut: Callable[[DecodedPhoto], CutFaces],
    threads: int | None = None,
) -> Generator[tuple[FileStat, Found], None, None]:
    """Cut the faces out of photos, in order; `cut` is called in threads.

    Contents whose digest is in `known`, which may grow meanwhile, or that came before are not searched again: they are
    KnownContent. `cut` may raise PhotoError. Close the iterator to end the threads.
    """
    count = threads or min(_MOST_THREADS, cores())
    jobs: dict[str, Future[Found]] = {}
    found: set[str] = set()
    waiting: deque[tuple[FileStat, int, Future[Found]]] = deque()
    held = 0
    pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="find")

    def handed_on() -> tuple[FileStat, Found]:
        nonlocal held
        stat, size, job = waiting.popleft()
        held -= size
        result = job.result()
        if isinstance(result, CutPhoto):
            found.add(result.sha256)
            jobs.pop(result.sha256, None)  # it holds the faces
        return stat, result

    try:
        for stat, opened in photos:
            job: Future[Found] = Future()
            size = 0
            if not isinstance(opened, DecodedPhoto):
                job.set_result(opened)
            elif opened.sha256 in known or opened.sha256 in found:
                job.set_result(KnownContent(opened.sha256))
            else:
                size = opened.pixels.nbytes
                job = jobs[opened.sha256] = pool.submit(_cut, opened, cut, jobs.get(opened.sha256))
            del opened
            waiting.append((stat, size, job))
            held += size
            while len(waiting) > _AHEAD * count or (held > _MOST_BYTES and waiting):
                yield handed_on()
        while waiting:
            yield handed_on()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cut(photo: DecodedPhoto, cut: Callable[[DecodedPhoto], CutFaces], earlier: Future[Found] | None) -> Found:
    """Return the photo with its faces, or why its full pixels cannot be had.

    earlier: the job of the same content under another name, which was begun before; if it succeeds, this is a copy.
    """
    if earlier is not None and not isinstance(earlier.result(), PhotoError):
        return KnownContent(photo.sha256)
    try:
        faces = cut(photo)
    except PhotoError as error:
        return error
    return CutPhoto(photo.sha256, photo.width, photo.height, photo.taken_at, faces, photo.incomplete, photo.taken_from)
