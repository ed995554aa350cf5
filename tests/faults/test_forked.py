"""No test forks the process of the tests, and a fork or a program that hangs says where."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.conftest import Fresh
from tests.faults.forked import HungError, apart
from tests.faults.started import ProgramHungError, run_program
from tests.unforked import ForkedTestsError


def fork_and_leave() -> None:
    """Fork without harm if nothing refuses it."""
    if os.fork() == 0:  # noqa: TID251 - must be refused
        os._exit(0)


def multiprocess() -> None:
    process = multiprocessing.get_context("fork").Process(target=int)
    process.start()
    process.join()


@pytest.mark.parametrize("forking", [fork_and_leave, multiprocess, partial(apart, int)])
def test_the_process_of_the_tests_cannot_be_forked(forking: Callable[[], object]) -> None:
    with pytest.raises(ForkedTestsError, match="may not fork"):
        forking()


def fork_beside_a_thread() -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait, name="other")
    other.start()
    try:
        apart(int)
    finally:
        over.set()
        other.join()


def test_a_process_of_several_threads_is_not_forked(fresh_process: Fresh) -> None:
    with pytest.raises(RuntimeError, match="may be forked, and here run other"):
        fresh_process(fork_beside_a_thread)
    assert fresh_process(partial(apart, int)) == 0


def wait_for_ever() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (wait_for_ever, HungError, r"did not end within 1 s(?s:.*)in wait_for_ever"),
        (partial(os._exit, 3), RuntimeError, "ended by 3 without an answer"),
        (os.abort, RuntimeError, r"ended by -6 without an answer(?s:.*)Fatal Python error: Aborted"),
        (partial(int, "x"), RuntimeError, "ValueError: invalid literal"),
    ],
)
def test_a_fork_that_hangs_or_dies_says_where(
    fresh_process: Fresh, function: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        fresh_process(partial(apart, function, seconds=1.0))


def test_a_program_that_hangs_says_where() -> None:
    with pytest.raises(ProgramHungError, match=r"soak did not end within 1 s(?s:.*)Fatal Python error: Aborted"):
        run_program("soak", "--minutes", "1", seconds=1.0)
