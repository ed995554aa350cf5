"""A decoding process that does what its photo is named after: crash, hang, dawdle, eat memory, lie, look, or decode."""

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

from recog.photos.decode import PhotoSource, decode_photo
from recog.photos.metadata import PhotoMetadata, read_metadata
from recog.photos.worker import main
from recog.types import DecodedPhoto


def decode(source: PhotoSource) -> DecodedPhoto:  # noqa: C901, PLR0912 - a table of misdeeds
    """Do as the name says; `once` does it at the first time only."""
    marker = source.path.with_suffix(".tried")
    deed = source.path.stem.split("-")[0]
    if deed == "once":
        if marker.exists():
            return decode_photo(source)
        marker.touch()  # making an empty file is allowed, writing into it is not
        deed = "segfault"
    match deed:
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(0)
        case "alarm":
            os.kill(os.getpid(), 40)  # a real-time signal, which has no name
        case "hang":
            time.sleep(3600)
        case "slow":  # as a file on a slow disk is
            time.sleep(0.3)
        case "spin":
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            while True:
                pass
        case "eat":
            hoard = []
            while True:
                hoard.append(bytearray(16 << 20))
        case "lie":
            os.write(int(sys.argv[1]), b"\x00\x00\x00\x02{}")
        case "babble":
            os.write(int(sys.argv[1]), b"\xff" * 4096)
        case "core":  # ends unless a crash of this process would leave no core dump
            if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
                os._exit(0)
        case "write":
            Path(source.path.with_suffix(".written")).write_bytes(b"x" * 100)
    return decode_photo(source)


def look(source: PhotoSource) -> PhotoMetadata:
    """The same deeds where the metadata are asked for."""
    decode(source)
    return read_metadata(source)


if __name__ == "__main__":
    main(decode, look)
