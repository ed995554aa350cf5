"""Decoding of photos in separate processes, so that a file that kills its decoder costs only that photo."""

import threading
from collections.abc import Callable, Container, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

from recog.errors import ConfigError, PhotoError
from recog.photos.decode import PhotoSource
from recog.photos.decoder_process import DecodeLimits, DecoderProcess, Opened
from recog.photos.metadata import PhotoMetadata
from recog.photos.reasons import Reason, given_up, out_of_memory
from recog.photos.video.formats import is_video
from recog.photos.video.process import poster
from recog.types import Area, DecodedPhoto, Pixels

T = TypeVar("T")

WORKER = "recog.photos.worker"
PHOTOS_A_WORKER = 1000
"""A process is replaced after this many photos, so that memory leaked by decoders does not add up."""
_TRIES = 2


class DecodePool:
    """A pool of decoding processes, started on demand; use it in `with`, which ends them all.

    processes is the number of photos that are decoded at once at most, None for as many as there are calling threads.
    worker is the module that each process runs (see recog.photos.worker).
    """

    def __init__(self, limits: DecodeLimits, *, processes: int | None = None, worker: str = WORKER) -> None:
        self._limits = limits
        self._places = nullcontext() if processes is None else threading.BoundedSemaphore(processes)
        self._program = worker
        self._lock = threading.Lock()
        self._idle: list[DecoderProcess] = []
        self._all: set[DecoderProcess] = set()
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, path: Path, *, known: Container[str] = (), longest: int | None = None) -> Opened:
        """Decode one photo, or return the error. Thread-safe: each calling thread gets a process of its own.

        A photo whose long side exceeds `longest` may come reduced (see recog.photos.decode.decode_photo).
        A photo whose digest is in `known` is not decoded. If a process dies, it is replaced and the photo tried once
        more, because the system may have run out of memory; after that the reason is 'crashed'. After the time limit
        the reason is 'timeout'. Raises ConfigError if no process can be started.
        A video is shown by its first frame, which may come reduced.
        """
        if is_video(path):
            return poster(path, self._limits, known=known)
        return self._opened(path, None, known, longest)

    def decode(self, source: PhotoSource, *, longest: int | None = None) -> DecodedPhoto:
        """Decode bytes as `open` does, but raise the error instead of returning it."""
        opened = self._opened(source.path, source.data, (), longest)
        if isinstance(opened, PhotoError):
            raise opened
        return cast("DecodedPhoto", opened)  # nothing is known, so it is decoded

    def metadata(self, path: Path) -> PhotoMetadata | PhotoError:
        """Read the metadata of one photo file, or return the error, under the limits of `open`."""
        return self._asked(path, lambda worker: worker.metadata(path, self._limits))

    def _opened(self, path: Path, data: bytes | None, known: Container[str], longest: int | None) -> Opened:
        closer = partial(self._areas, path, data)
        return self._asked(
            path, lambda worker: worker.open(path, data, known, self._limits, longest=longest, closer=closer)
        )

    def _areas(self, path: Path, data: bytes | None, sha256: str, areas: Sequence[Area]) -> list[Pixels]:
        """Decode areas of a photo in full resolution; a recog.photos.decoder_process.Closer."""
        shown = self._asked(path, lambda worker: worker.areas(path, data, sha256, areas, self._limits))
        if isinstance(shown, PhotoError):
            raise shown
        return shown

    def _asked(self, path: Path, ask: "Callable[[DecoderProcess], T | PhotoError]") -> T | PhotoError:
        with self._places:
            return self._tried(path, ask)

    def _tried(self, path: Path, ask: "Callable[[DecoderProcess], T | PhotoError]") -> T | PhotoError:
        ended = ""
        for _ in range(_TRIES):
            worker = self._hire()
            try:
                answer = ask(worker)
            except TimeoutError:
                self._dismiss(worker)
                return given_up(path, Reason.TIMEOUT, f"was not decoded within {self._limits.seconds:g} seconds")
            except MemoryError:
                self._dismiss(worker)
                return out_of_memory(path)
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                # The process died, or code that a hostile photo took over sent a message that ours never sends.
                ended = self._dismiss(worker)
            else:
                self._release(worker)
                return answer
        return given_up(path, Reason.CRASHED, f"ended the process that decoded it, {_TRIES} times ({ended})")

    def close(self) -> None:
        """End every process; threads that wait in `open` get a RuntimeError."""
        with self._lock:
            self._closed.set()
            workers = list(self._all)
            self._all.clear()
            self._idle.clear()
        for worker in workers:
            worker.end()

    def _hire(self) -> DecoderProcess:
        with self._lock:
            if self._closed.is_set():
                raise RuntimeError("the pool is closed")
            if self._idle:
                return self._idle.pop()
        worker = self._started()
        with self._lock:
            if not self._closed.is_set():
                self._all.add(worker)
                return worker
        worker.end()
        raise RuntimeError("the pool is closed")

    def _started(self) -> DecoderProcess:
        """Start a process; try again if it ends before it is ready, for example because memory is short."""
        for _ in range(_TRIES - 1):
            with suppress(ConfigError):
                return DecoderProcess(self._program, self._limits)
        return DecoderProcess(self._program, self._limits)

    def _release(self, worker: DecoderProcess) -> None:
        with self._lock:
            if worker.photos < PHOTOS_A_WORKER and not self._closed.is_set():
                self._idle.append(worker)
                return
        self._dismiss(worker)

    def _dismiss(self, worker: DecoderProcess) -> str:
        with self._lock:
            self._all.discard(worker)
        return worker.end()
