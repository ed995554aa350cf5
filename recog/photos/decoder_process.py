"""One process that decodes photos, and recog's side of the connection to it."""

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from recog.errors import ConfigError, PhotoError, PhotoTooLargeError, UnreadablePhotoError
from recog.photos.decode import MAX_PIXELS
from recog.photos.metadata import MAX_PACKET_BYTES, PhotoMetadata
from recog.photos.reasons import REASONS, Reason
from recog.photos.turbo_jpeg import FACTORS
from recog.photos.wire import fill, receive, send
from recog.printable import printable
from recog.types import Area, DateSource, DecodedPhoto, Pixels, Reduced

START_SECONDS = 60.0
_PACKETS = 2
_SIGNALS = {one.value: one.name for one in signal.Signals}
_FIRST_FREE = 3
"""The first file descriptor that is not a standard stream."""
_PATIENCE_SECONDS = 0.5
"""Time for a process to end by itself before it is killed."""


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Limits for one photo: seconds from the first byte to the last pixel, and megabytes of address space."""

    seconds: float = 60.0
    megabytes: int = 4096


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A file with the bytes of a photo that is already known, so it was not decoded."""

    sha256: str


Opened = DecodedPhoto | KnownContent | PhotoError
Closer = Callable[[str, Sequence[Area]], list[Pixels]]
"""Decode areas of the photo with this digest, hexadecimal SHA-256, in full resolution; raises PhotoError."""


class LimitedProcess:
    """A process that runs a decoding program under limits, and the connection to it."""

    def __init__(self, program: str, limits: DecodeLimits) -> None:
        self.connection, theirs = (_above_the_standard_ones(one) for one in socket.socketpair())
        # -P: the current folder may hold a hostile json.py. -B: the process cannot write files, so no bytecode either.
        command = [sys.executable, "-P", "-B", "-m", program, str(theirs.fileno())]
        command += [str(limits.megabytes << 20), str(ceil(limits.seconds))]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=environment,
                )
            except OSError as error:
                self.connection.close()
                raise _not_started(error.strerror or type(error).__name__, limits) from error
        try:
            receive(self.connection, time.monotonic() + START_SECONDS)
        except (OSError, EOFError, ValueError) as error:
            raise _not_started(self.end(), limits) from error

    def end(self) -> str:
        """Kill the process unless it ends by itself; return how it ended, in words."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
        try:
            status = self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            # The kernel keeps a process that waits for a dead disk until the disk answers.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_SECONDS)
            return "killed by recog"
        finally:
            self.connection.close()
        return f"signal {_SIGNALS.get(-status, -status)}" if status < 0 else f"exit status {status}"


class DecoderProcess(LimitedProcess):
    """A process that decodes photos; `photos` counts those that it was asked for."""

    def __init__(self, program: str, limits: DecodeLimits) -> None:
        super().__init__(program, limits)
        self.photos = 0

    def open(
        self,
        path: Path,
        data: bytes | None,
        known: Container[str],
        limits: DecodeLimits,
        *,
        longest: int | None,
        closer: Closer,
    ) -> Opened:
        """Decode one photo: data, or the file at path if data is None; see decode_photo for `longest`.

        closer is how full pixels are got if the photo comes reduced. Raises TimeoutError after the limit; OSError,
        EOFError, ValueError, KeyError or TypeError if the process died or sent nonsense.
        """
        deadline = self._ask(path, data, limits, longest=longest)
        answer = receive(self.connection, deadline)
        if "reason" in answer:
            return refusal_in(answer)
        sha256 = digest_in(answer["sha256"])
        wanted = sha256 not in known
        send(self.connection, {"wanted": wanted})
        if not wanted:
            return KnownContent(sha256)
        answer = receive(self.connection, deadline)
        if "reason" in answer:
            return refusal_in(answer)
        width, height, factor = _size(answer, longest)
        date = None if answer["taken_at"] is None else datetime.fromisoformat(answer["taken_at"])
        pixels = np.empty((-(-height // factor), -(-width // factor), 3), np.uint8)
        fill(self.connection, pixels.data.cast("B"), deadline)
        return DecodedPhoto(
            sha256=sha256,
            pixels=pixels,
            format=str(answer["format"]),
            taken_at=date,
            incomplete=bool(answer["incomplete"]),
            taken_from=None if answer["taken_from"] is None else DateSource(answer["taken_from"]),
            reduced=Reduced(factor, width, height, partial(closer, sha256)) if factor > 1 else None,
            moves=bool(answer["moves"]),
        )

    def areas(
        self, path: Path, data: bytes | None, sha256: str, areas: Sequence[Area], limits: DecodeLimits
    ) -> list[Pixels] | PhotoError:
        """Decode areas of a photo in full resolution: (h, w, 3) uint8 each; raises as `open` does.

        If the file has another digest by now, the error says that it changed.
        """
        wanted = [[area.left, area.top, area.right, area.bottom] for area in areas]
        deadline = self._ask(path, data, limits, areas=wanted, sha256=sha256)
        answer = receive(self.connection, deadline)
        if "reason" in answer:
            return refusal_in(answer)
        if answer["areas"] != len(areas):
            raise ValueError(f"{answer['areas']} areas")
        shown = [np.empty((area.bottom - area.top, area.right - area.left, 3), np.uint8) for area in areas]
        for pixels in shown:
            fill(self.connection, pixels.data.cast("B"), deadline)
        return shown

    def metadata(self, path: Path, limits: DecodeLimits) -> PhotoMetadata | PhotoError:
        """Read the metadata of the file at path; raises as `open` does."""
        deadline = self._ask(path, None, limits, metadata=True)
        answer = receive(self.connection, deadline)
        if "reason" in answer:
            return refusal_in(answer)
        packets = [bytearray(length) for length in _lengths(answer)]
        for packet in packets:
            fill(self.connection, memoryview(packet), deadline)
        orientation = int(answer["orientation"])
        if orientation not in range(1, 9):
            raise ValueError(f"an orientation {orientation}")
        by_format = bool(answer["turned_by_format"])
        return PhotoMetadata(digest_in(answer["sha256"]), orientation, by_format, tuple(map(bytes, packets)))

    def _ask(self, path: Path, data: bytes | None, limits: DecodeLimits, **wanted: object) -> float:
        """Send a request, and the photo's bytes if given; returns the deadline of the answer by time.monotonic()."""
        self.photos += 1
        deadline = time.monotonic() + limits.seconds
        if data is None:
            send(self.connection, {"path": str(path), **wanted})
        else:
            send(self.connection, {"path": str(path), "bytes": len(data), **wanted})
            self.connection.settimeout(limits.seconds)
            self.connection.sendall(data)
        return deadline


def _above_the_standard_ones(connection: socket.socket) -> socket.socket:
    """Move a connection off the number of a closed standard stream, because the child's own streams use that number."""
    if connection.fileno() >= _FIRST_FREE:
        return connection
    with connection:
        return socket.socket(fileno=fcntl.fcntl(connection.fileno(), fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE))


def _not_started(how: str, limits: DecodeLimits) -> ConfigError:
    return ConfigError(
        f"no process that decodes photos could be started ({how}): "
        f"it may need more than the {limits.megabytes} MB of RECOG_DECODE_MEMORY, or the machine is out of memory"
    )


def refusal_in(answer: dict[str, Any]) -> PhotoError:
    """Rebuild the error that the process reported."""
    reason, message = answer["reason"], printable(answer["message"])
    if reason not in REASONS:
        raise ValueError(f"a reason {reason!r}")
    return (PhotoTooLargeError if reason == Reason.TOO_LARGE else UnreadablePhotoError)(message, reason=reason)


def digest_in(sha256: str) -> str:
    """Return a digest that the process sent; a ValueError if it is none."""
    if len(bytes.fromhex(sha256)) != hashlib.sha256().digest_size:
        raise ValueError("a digest of another length")
    return sha256


def _lengths(answer: dict[str, Any]) -> list[int]:
    lengths = [int(length) for length in answer["packets"]]
    if len(lengths) > _PACKETS or not all(0 < length <= MAX_PACKET_BYTES + 1 for length in lengths):
        raise ValueError(f"packets of {lengths} bytes")
    return lengths


def _size(answer: dict[str, Any], longest: int | None) -> tuple[int, int, int]:
    """Return width and height of the full photo, and the factor by which it was reduced."""
    width, height, factor = int(answer["width"]), int(answer["height"]), int(answer["factor"])
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        raise ValueError(f"{width} x {height} pixels")
    if factor not in (FACTORS if longest else (1,)):
        raise ValueError(f"a photo reduced {factor} times")
    return width, height, factor
