"""Recog's side of a process that decodes videos."""

import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from recog.errors import PhotoError
from recog.photos.decode import MAX_PIXELS
from recog.photos.decoder_process import DecodeLimits, KnownContent, LimitedProcess, digest_in, refusal_in
from recog.photos.reasons import Reason, given_up, out_of_memory, unreadable
from recog.photos.video.samples import Beat, Sample
from recog.photos.wire import fill, receive, send
from recog.types import DateSource, DecodedPhoto

WORKER = "recog.photos.video.worker"
LONGEST = 1280
"""Pixels of the longer side of the frames that are looked at; larger ones are reduced."""
MOST_SECONDS = 4 * 3600.0
"""A video that takes longer is a timeout, whatever duration it claims."""
_MOST_SIDE = 1 << 16
_MOST_DURATION = 1e7
_MOST_CLIP_BYTES = 2 << 30


class Video:
    """A video whose frames are being decoded; `frames` may be called once.

    duration in seconds; width and height of the upright video, whose frames may come reduced. incomplete is known
    after the last frame: some frames could not be decoded.
    """

    def __init__(
        self, sha256: str, said: dict[str, Any], frames: Callable[[], Iterator[dict[str, Any] | Sample]]
    ) -> None:
        self.sha256 = sha256
        self.duration = float(said["duration"])
        self.width, self.height = int(said["width"]), int(said["height"])
        if not (0 <= self.duration <= _MOST_DURATION and 0 < self.width < _MOST_SIDE and 0 < self.height < _MOST_SIDE):
            raise ValueError(f"a video of {self.width} x {self.height} pixels and {self.duration} seconds")
        self.taken_at = None if said["taken_at"] is None else datetime.fromisoformat(said["taken_at"])
        self.taken_from = None if said["taken_from"] is None else DateSource(said["taken_from"])
        self.incomplete = False
        self._frames = frames

    def frames(self) -> Iterator[Sample]:
        """Yield the frames to look at, in order; raises PhotoError."""
        for one in self._frames():
            if isinstance(one, Sample):
                yield one
            else:
                self.incomplete = int(one["errors"]) > 0


@contextmanager
def open_video(
    path: Path,
    limits: DecodeLimits,
    *,
    known: Container[str] = (),
    at: float | None = None,
    beat: Beat | None = None,
    most_seconds: float = MOST_SECONDS,
    worker: str = WORKER,
) -> Iterator[Video | KnownContent]:
    """Open a video, or an animated picture, in a process of its own, which ends with the context.

    A video whose digest is in `known` is not decoded. limits: the seconds are those of opening it, and of each frame.
    at: the second of the only frame that is wanted. beat: even frames of the beginning are wanted instead.
    most_seconds: those that all may take.

    Raises:
        PhotoError: it cannot be read, now or while its frames are read; the reasons are those of photos.
        ConfigError: no process can be started.
    """
    process = LimitedProcess(worker, limits)
    try:
        yield _Conversation(process, path, limits, most_seconds).begin(known, at, beat)
    finally:
        process.end()


def frame_of(
    path: Path, limits: DecodeLimits, *, at: float = 0.0, known: Container[str] = ()
) -> DecodedPhoto | KnownContent | PhotoError:
    """Return the frame of a video at a second, by default the first, as a photo, or the error."""
    try:
        with open_video(path, limits, known=known, at=at) as video:
            if isinstance(video, KnownContent):
                return video
            first = next(video.frames())
    except PhotoError as error:
        return error
    if first.pixels is None:
        return given_up(path, Reason.CRASHED, "came without its frame")
    return DecodedPhoto(video.sha256, first.pixels, "VIDEO", video.taken_at, taken_from=video.taken_from)


def clip_of(path: Path, limits: DecodeLimits, start: float, end: float) -> tuple[bytes, str]:
    """Cut the part from `start` to `end` seconds out of a video, in a process of its own, without encoding it anew.

    Return the content of a file, which begins with the key frame before, and its suffix. Raises as `open_video` does.
    """
    process = LimitedProcess(WORKER, limits)
    try:
        return _Conversation(process, path, limits).clip(start, end)
    finally:
        process.end()


class _Conversation:
    """What a process answers about one video; a process that dies or hangs is a PhotoError."""

    def __init__(
        self, process: LimitedProcess, path: Path, limits: DecodeLimits, most_seconds: float = MOST_SECONDS
    ) -> None:
        self._process, self._path, self._limits = process, path, limits
        self._end = time.monotonic() + most_seconds

    def begin(self, known: Container[str], at: float | None, beat: Beat | None) -> Video | KnownContent:
        """Ask for the digest, and for the video, or its frame at a second, if it is not known."""
        with self._guarded():
            evenly = None if beat is None else [beat.rate, beat.seconds]
            send(self._process.connection, {"path": str(self._path), "longest": LONGEST, "at": at, "beat": evenly})
            sha256 = digest_in(self._next()["sha256"])
            wanted = sha256 not in known
            send(self._process.connection, {"wanted": wanted})
            if not wanted:
                return KnownContent(sha256)
            return Video(sha256, self._next(), self._frames)

    def clip(self, start: float, end: float) -> tuple[bytes, str]:
        """Ask for a part of the video."""
        with self._guarded():
            send(self._process.connection, {"path": str(self._path), "clip": [start, end]})
            answer = self._next()
            if not 0 < int(answer["bytes"]) <= _MOST_CLIP_BYTES or answer["suffix"] not in (".mp4", ".mkv"):
                raise ValueError(f"a clip of {answer['bytes']} bytes")
            content = bytearray(int(answer["bytes"]))
            fill(self._process.connection, memoryview(content), self._deadline())
        return bytes(content), str(answer["suffix"])

    def _frames(self) -> Iterator[dict[str, Any] | Sample]:
        while True:
            with self._guarded():
                answer = self._next()
                if "end" in answer:
                    if answer["changed"]:
                        raise unreadable(self._path, Reason.CHANGED)
                    frame: dict[str, Any] | Sample = answer
                else:
                    frame = self._frame(answer)
            yield frame
            if not isinstance(frame, Sample):
                return

    def _frame(self, answer: dict[str, Any]) -> Sample:
        at = float(answer["at"])
        if not 0 <= at <= _MOST_DURATION:
            raise ValueError(f"a frame at {at} seconds")
        if "width" not in answer:
            return Sample(at, None, cut=False)
        width, height = int(answer["width"]), int(answer["height"])
        if width < 1 or height < 1 or width * height > MAX_PIXELS:
            raise ValueError(f"a frame of {width} x {height} pixels")
        pixels = np.empty((height, width, 3), np.uint8)
        fill(self._process.connection, pixels.data.cast("B"), self._deadline())
        return Sample(at, pixels, cut=bool(answer["cut"]))

    def _next(self) -> dict[str, Any]:
        answer = receive(self._process.connection, self._deadline())
        if "reason" in answer:
            raise refusal_in(answer)
        return answer

    def _deadline(self) -> float:
        return min(time.monotonic() + self._limits.seconds, self._end)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except PhotoError:
            raise
        except TimeoutError as error:
            why = f"was not decoded within {self._limits.seconds:g} seconds a frame"
            raise given_up(self._path, Reason.TIMEOUT, why) from error
        except MemoryError as error:
            raise out_of_memory(self._path) from error
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            # The process died, or code that a hostile video took over sent a message that ours never sends.
            how = self._process.end()
            raise given_up(self._path, Reason.CRASHED, f"ended the process that decoded it ({how})") from error
