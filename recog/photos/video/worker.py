"""The program of a process that decodes videos: it sends the frames that are looked at, one after the other.

Run it as `python -P -m recog.photos.video.worker DESCRIPTOR MEMORY SECONDS`. Its limits are those of
recog.photos.worker: it holds no catalog and no lock, writes no file, and its memory is bounded. The seconds are those
of one step: opening the file, or decoding the next frame.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING

from recog.errors import PhotoError
from recog.photos.dates import undated
from recog.photos.decode import read_source
from recog.photos.files import photo_digest, stat_photo
from recog.photos.reasons import Reason, out_of_memory, unreadable
from recog.photos.video.animation import AnimationReader
from recog.photos.video.formats import ANIMATION_SUFFIXES
from recog.photos.video.samples import Beat, Sample, VideoFacts
from recog.photos.wire import receive, send
from recog.photos.worker import GRACE_SECONDS, run, tell_refusal
from recog.types import DateSource

if TYPE_CHECKING:
    from recog.photos.video.frames import VideoReader

_AHEAD = 2
"""Frames that are decoded while recog looks at an earlier one."""


def main() -> None:
    """Serve the recog process that started this one until it closes the connection."""
    run(serve)


def serve(connection: socket.socket, seconds: int) -> None:
    """Answer requests in turn: the digest, and then, if recog wants the video, its facts and frames."""
    send(connection, {"ready": True})
    while True:
        request = receive(connection)
        path = Path(request["path"])
        signal.alarm(seconds + GRACE_SECONDS)
        try:
            if "clip" in request:
                _clip(connection, path, *map(float, request["clip"]))
            else:
                beat = None if request["beat"] is None else Beat(*map(float, request["beat"]))
                _answer(connection, path, seconds, longest=int(request["longest"]), at=request["at"], beat=beat)
        except PhotoError as error:
            tell_refusal(connection, error)
        except MemoryError:
            tell_refusal(connection, out_of_memory(path))
        signal.alarm(0)


def _answer(
    connection: socket.socket, path: Path, seconds: int, *, longest: int, at: float | None, beat: Beat | None
) -> None:
    send(connection, {"sha256": photo_digest(path)})
    if not receive(connection)["wanted"]:
        return
    before = stat_photo(path)
    if before.size == 0:
        raise unreadable(path, Reason.EMPTY)
    with _reader(path, longest, at, beat) as reader:
        facts = reader.facts
        date, source = _taken(facts, path, before.mtime_ns, reader)
        said = {"duration": facts.duration, "width": facts.width, "height": facts.height}
        send(connection, said | {"taken_at": date, "taken_from": source})
        for sample in _ahead(reader.samples(), seconds):
            told = {"at": sample.at, "cut": sample.cut}
            if sample.pixels is None:
                send(connection, told)
            else:
                height, width = sample.pixels.shape[:2]
                send(connection, told | {"width": width, "height": height})
                connection.sendall(sample.pixels.data.cast("B"))
        send(connection, {"end": True, "errors": reader.errors, "changed": stat_photo(path) != before})


def _clip(connection: socket.socket, path: Path, start: float, end: float) -> None:
    from recog.photos.video.clip import cut_clip  # noqa: PLC0415 - an animation needs no PyAV

    with path.open("rb") as file:
        content, suffix = cut_clip(path, file, start, end)
    send(connection, {"bytes": len(content), "suffix": suffix})
    connection.sendall(content)


@contextmanager
def _reader(path: Path, longest: int, at: float | None, beat: Beat | None) -> Iterator["VideoReader | AnimationReader"]:
    if path.suffix.lower() in ANIMATION_SUFFIXES:
        yield AnimationReader(read_source(path), at=at)
        return
    from recog.photos.video.frames import VideoReader  # noqa: PLC0415 - an animation needs no PyAV

    with path.open("rb") as file:
        yield VideoReader(path, file, longest=longest, at=at, beat=beat)


def _taken(
    facts: VideoFacts, path: Path, mtime_ns: int, reader: "VideoReader | AnimationReader"
) -> tuple[str | None, str | None]:
    """Return the date and its source: the container, the file's name, or the time of its last change."""
    if isinstance(reader, AnimationReader):
        taken_from = reader.taken_from
        return (None, None) if facts.taken_at is None else (facts.taken_at.isoformat(), taken_from)
    if facts.taken_at is not None:
        return facts.taken_at.isoformat(), DateSource.CONTAINER
    date, source = undated(path, mtime_ns)
    return None if date is None else date.isoformat(), source


def _ahead(samples: Iterator[Sample], seconds: int) -> Iterator[Sample]:
    """Yield samples while a thread decodes the next ones; an alarm ends this process if one takes too long."""
    queue: Queue[Sample | BaseException | None] = Queue(_AHEAD)

    def decode() -> None:
        try:
            for sample in samples:
                queue.put(sample)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that sends
            queue.put(error)
        else:
            queue.put(None)

    thread = Thread(target=decode, daemon=True)
    thread.start()
    while True:
        signal.alarm(seconds + GRACE_SECONDS)
        got = queue.get()
        signal.alarm(0)
        if isinstance(got, BaseException):
            raise got
        if got is None:
            return
        yield got


if __name__ == "__main__":
    main()
