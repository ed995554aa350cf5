"""What the command `recog` begins with: Ctrl-C ends it in one line from its first moment, while all the rest loads.

An interrupt in the middle of an import would be a traceback, or whatever a half-loaded library makes of it.
A standard stream that is closed is replaced by /dev/null before anything else is opened.
"""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""Ctrl-C, as a shell reports it: 128 + SIGINT."""
_OWNER = 0o700
"""What a umask must leave to the owner of a file."""


def main() -> None:
    """Load the command line and run it."""
    open_missing_streams()
    os.umask(os.umask(0) & ~_OWNER)  # a file that its owner cannot read is of no use, whoever makes it for recog
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else who started it wants no interrupts
    if ours:
        signal.signal(signal.SIGINT, _leave)
    from recog.cli.app import main as run

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except MemoryError:  # while the command line loads: a verb tells of it by itself
        os.write(2, b"recog: there is not enough memory: close other programs, or raise the limit (ulimit -v)\n")
        sys.exit(1)


def open_missing_streams() -> None:
    """Open /dev/null at each of the descriptors 0, 1 and 2 that whoever started recog left closed.

    The system gives the lowest free number to the next file that is opened. Without this, that file may be a photo or
    the catalog, and a warning written to standard error would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:  # closed, and all lower numbers are taken: the next file gets this one
            os.set_inheritable(os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY), True)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"recog: interrupted\n")
    os._exit(INTERRUPTED)
