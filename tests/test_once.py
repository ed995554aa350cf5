import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest

from recog.once import Once


def test_threads_that_ask_at_the_same_time_get_the_same_value_made_once() -> None:
    made = count()
    ready = Barrier(8)

    def make() -> int:
        time.sleep(0.05)  # long enough for every thread to ask meanwhile
        return next(made)

    value = Once(make)

    def ask(_: int) -> int:
        ready.wait()
        return value.get()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {0}
    assert next(made) == 1


def test_an_error_is_not_kept() -> None:
    outcomes: Iterator[int] = iter([0, 1])

    def make() -> int:
        return 1 // next(outcomes)

    value = Once(make)
    with pytest.raises(ZeroDivisionError):
        value.get()
    assert value.get() == 1
    assert value.get() == 1


def test_none_is_a_value_as_any_other() -> None:
    asked: list[None] = []
    value = Once(lambda: asked.append(None))
    value.get()
    value.get()
    assert len(asked) == 1
