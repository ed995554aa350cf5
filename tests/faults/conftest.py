"""The world that faults hit, made once a session, and a process that may be forked."""

import multiprocessing
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import pytest

from tests.faults.forked import LONGEST_SECONDS
from tests.faults.world import World, make_world

T = TypeVar("T")


class Fresh(Protocol):
    """Runs a function in a process that has run no test."""

    def __call__(self, function: Callable[[], T]) -> T: ...


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("faults") / "world")


@pytest.fixture(scope="module")
def fresh_process() -> Iterator[Fresh]:
    """Start an interpreter for the tests of this file, which may fork it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:

        def run(function: Callable[[], T]) -> T:
            return pool.apply_async(function).get(2 * LONGEST_SECONDS)

        yield run
