"""Suppression of the decoders' warnings about odd files, which would clutter the terminal."""

import ctypes
import logging
import threading
import warnings
from functools import cache
from pathlib import Path
from types import TracebackType

_DECODERS = r"(PIL|pillow_heif)(\.|$)"


class DecoderChatter:
    """A context that suppresses warnings of the decoders' own modules while at least one thread is in it.

    Pillow warns of odd metadata, and logs some errors, in photos that it then decodes or refuses properly. The warnings
    module's own guard (catch_warnings) is not safe if threads enter and leave it in any order. So the first thread to
    come enters the guard, and the last to go leaves it. Warnings of all other modules are untouched.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._guard = warnings.catch_warnings()
        self._handler = logging.NullHandler()

    def __enter__(self) -> None:
        with self._lock:
            self._readers += 1
            if self._readers == 1:
                self._guard = warnings.catch_warnings()
                self._guard.__enter__()
                warnings.filterwarnings("ignore", module=_DECODERS)
                # A logger with a handler does not write to stderr by default; handlers of the program stay.
                logging.getLogger("PIL").addHandler(self._handler)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                logging.getLogger("PIL").removeHandler(self._handler)
                self._guard.__exit__(kind, error, trace)


@cache
def silence_libtiff() -> None:
    """Stop libtiff from writing remarks on odd files to stderr, bypassing Python; errors still raise exceptions.

    Pillow does not offer that switch. Its copy of libtiff is found among the loaded libraries; if these cannot be
    listed (no /proc), the remarks stay.
    """
    maps = Path("/proc/self/maps")
    lines = maps.read_text(errors="surrogateescape").splitlines() if maps.exists() else []
    for library in {line.split(maxsplit=5)[-1] for line in lines if "/libtiff" in line}:
        libtiff = ctypes.CDLL(library)
        for switch in (libtiff.TIFFSetErrorHandler, libtiff.TIFFSetWarningHandler):
            switch.argtypes, switch.restype = [ctypes.c_void_p], ctypes.c_void_p
            switch(None)
