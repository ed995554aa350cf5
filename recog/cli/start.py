"""Start the command `recog` so that Ctrl-C ends it in one line from the first moment, even while modules load.

An interrupt during an import would print a traceback, or leave a library half loaded. A standard stream that is closed
is replaced by /dev/null before any other file is opened.
"""

import atexit
import gc
import os
import signal
import sys
from types import FrameType

from recog.cli.exit_codes import INTERRUPTED, REFUSED

_OWNER = 0o700
"""The permissions that a umask must leave to the owner of a file."""
_OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""Python collects cycles after 700 new objects by default, and loading a command makes some hundred thousand that stay.

This saves 50 ms of the 490 that `recog people list` takes."""


def main() -> None:
    """Load the command line and run it."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    atexit.register(gc.freeze)  # else Python looks for cycles among all objects before it ends, for 0.2 s
    open_missing_streams()
    os.umask(os.umask(0) & ~_OWNER)  # files that recog, or a program it starts, creates must be readable by their owner
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # if not, the parent chose to ignore Ctrl-C
    if ours:
        signal.signal(signal.SIGINT, _leave)
    from recog.cli.app import main as run

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except MemoryError:  # while the command line loads: once it runs, a verb reports this itself
        os.write(2, b"recog: there is not enough memory: close other programs, or raise the limit (ulimit -v)\n")
        sys.exit(REFUSED)


def open_missing_streams() -> None:
    """Open /dev/null in place of each standard stream that the parent process left closed.

    The system gives the lowest free descriptor to the next file that is opened. Without this, that file may be a photo
    or the catalog, and a warning printed on standard error would be written into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:  # closed; all lower descriptors are taken, so the next file gets this one
            os.set_inheritable(os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY), True)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - never closed


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"recog: interrupted\n")
    os._exit(INTERRUPTED)
