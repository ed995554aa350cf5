"""What the command `recog` begins with: Ctrl-C ends it in one line from its first moment, while all the rest loads.

An interrupt in the middle of an import would be a traceback, or whatever a half-loaded library makes of it.
"""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""Ctrl-C, as a shell reports it: 128 + SIGINT."""


def main() -> None:
    """Load the command line and run it."""
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


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"recog: interrupted\n")
    os._exit(INTERRUPTED)
