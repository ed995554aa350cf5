"""Refuse every fork of the process that runs the tests.

It has run other tests before. A fork inherits their thread pools and locks as they are at that moment, without the
threads that would release them, so it may wait for ever. `subprocess` and multiprocessing's "spawn" are not forks.
"""

import sys


class ForkedTestsError(AssertionError):
    """A test forked the process that runs the tests."""


def watch() -> None:
    """From now on, a fork of this process raises ForkedTestsError."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in {"os.fork", "os.forkpty"}:
        raise ForkedTestsError(
            "a test may not fork the process that runs the tests: start `python -m` of a program of tests.faults, or "
            "fork a fresh process (the fixture `fresh_process`)"
        )
