"""Keep a decoder's chatter about odd files off the terminal while photos are read."""

import ctypes
import logging
import threading
import warnings
from functools import cache
from pathlib import Path
from types import TracebackType

_DECODERS = r"(PIL|pillow_heif)(\.|$)"


class DecoderChatter:
    """Count the readers; while there is one, warnings of the decoders' own modules are not shown.

    Pillow warns of odd metadata, and logs an error or two, about photos that it then decodes or refuses properly.
    The warnings module's own guard (catch_warnings) is not safe when threads enter and leave it in any order, so the
    first reader to come enters it and the last to go leaves it. Warnings of every other module are untouched.
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
                # A logger with a handler does not fall back to writing on stderr; what the program set up stays.
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
    """Stop libtiff from writing its own remarks on odd files to stderr, past Python; its errors still come as errors.

    Pillow does not reach that switch. Its copy of libtiff is found among the libraries that are loaded already; where
    they cannot be listed (no /proc), the remarks stay.
    """
    maps = Path("/proc/self/maps")
    lines = maps.read_text(errors="surrogateescape").splitlines() if maps.exists() else []
    for library in {line.split(maxsplit=5)[-1] for line in lines if "/libtiff" in line}:
        libtiff = ctypes.CDLL(library)
        for switch in (libtiff.TIFFSetErrorHandler, libtiff.TIFFSetWarningHandler):
            switch.argtypes, switch.restype = [ctypes.c_void_p], ctypes.c_void_p
            switch(None)
