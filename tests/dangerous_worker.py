"""A decoding process that does what the name of its photo says: crash, hang, meet others, eat memory, lie or decode."""

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from recog.photos.decode import PhotoSource, decode_photo
from recog.photos.metadata import PhotoMetadata, read_metadata
from recog.photos.worker import main
from recog.types import DecodedPhoto


def decode(source: PhotoSource, longest: int | None = None) -> DecodedPhoto:
    """Do the deed in the photo's name, then decode it; `once` crashes the first time only."""
    deed = source.path.stem.split("-")[0]
    if deed == "once":
        marker = source.path.with_suffix(".tried")
        if marker.exists():
            return decode_photo(source, longest)
        marker.touch()  # creating an empty file is allowed, writing into it is not
        deed = "segfault"
    if deed == "meet":
        _meet(source.path)
    elif deed == "write":
        source.path.with_suffix(".written").write_bytes(b"x" * 100)
    elif deed in DEEDS:
        DEEDS[deed]()
    return decode_photo(source, longest)


def _meet(path: Path) -> None:
    """Wait until each of three photos is here: numbers 0 to 2, 3 to 5, and so on."""
    path.with_suffix(".here").touch()
    first = int(path.stem.split("-")[1]) // 3 * 3
    others = [path.with_name(f"meet-{number}.here") for number in range(first, first + 3)]
    while not all(other.exists() for other in others):
        time.sleep(0.01)


def _spin() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        pass


def _eat() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _end_unless_a_crash_dumps_core() -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        os._exit(0)


DEEDS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "alarm": lambda: os.kill(os.getpid(), 40),  # a real-time signal, which has no name
    "hang": lambda: time.sleep(3600),
    "spin": _spin,
    "eat": _eat,
    "lie": lambda: os.write(int(sys.argv[1]), b"\x00\x00\x00\x02{}"),
    "babble": lambda: os.write(int(sys.argv[1]), b"\xff" * 4096),
    "core": _end_unless_a_crash_dumps_core,
}


def look(source: PhotoSource) -> PhotoMetadata:
    """Do the same deed when the metadata are read."""
    decode(source)
    return read_metadata(source)


if __name__ == "__main__":
    main(decode, look)
