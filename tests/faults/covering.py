"""Record which test executes which lines of some files, how long it takes, and whether it starts other processes.

A test that neither executes a statement nor starts another process cannot notice a mutant of that statement, so it is
not run against it. Lines that a shared fixture executes count for every test that uses the fixture.
"""

import json
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

_STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec")


class Recorder:
    """A pytest plugin that writes the coverage of each test to a file: `{test: {"seconds", "starts", "lines"}}`."""

    def __init__(self, tree: Path, files: Collection[str], target: Path) -> None:
        self._names = {str(tree / file): file for file in files}
        self._target = target
        self._lines: set[tuple[str, int]] = set()
        self._started = False
        self._shared: dict[int, tuple[set[tuple[str, int]], bool]] = {}
        self._tests: dict[str, dict[str, Any]] = {}
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _arguments: object) -> None:
        if event in _STARTS:
            self._started = True

    @contextmanager
    def _recording(self) -> Iterator[None]:
        before, self._lines = self._lines, set()
        started, self._started = self._started, False
        try:
            yield
        finally:
            self._lines |= before
            self._started |= started

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        """Count the lines of a fixture for every test that uses it, not only for the first."""
        with self._recording():
            result = yield
            self._shared[id(fixturedef)] = (self._lines.copy(), self._started)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> Any:
        """Trace a test from its first fixture to the end of its last."""
        self._lines, self._started = set(), False
        began = time.perf_counter()
        sys.settrace(self._trace)
        threading.settrace(self._trace)
        try:
            result = yield
        finally:
            sys.settrace(None)
            threading.settrace(None)
        for fixtures in item._fixtureinfo.name2fixturedefs.values():  # noqa: SLF001 - pytest has no public way
            for fixture in fixtures:
                lines, started = self._shared.get(id(fixture), (set(), False))
                self._lines |= lines
                self._started |= started
        self._tests[item.nodeid] = {
            "seconds": time.perf_counter() - began,
            "starts": self._started,
            "lines": sorted(self._lines),
        }
        return result

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        self._target.write_text(json.dumps(self._tests), encoding="utf-8")

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        name = self._names.get(frame.f_code.co_filename)
        if name is None:
            return None
        lines = self._lines
        lines.add((name, frame.f_lineno))

        def local(frame: FrameType, event: str, _argument: object) -> Any:
            if event == "line":
                self._lines.add((name, frame.f_lineno))
            return local

        return local


class Chosen:
    """A pytest plugin that runs only these tests, in this order."""

    def __init__(self, tests: Collection[str]) -> None:
        self._rank = {test: rank for rank, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Select and sort after pytest's own order."""
        left = [item for item in items if item.nodeid not in self._rank]
        config.hook.pytest_deselected(items=left)
        items[:] = sorted(
            (item for item in items if item.nodeid in self._rank), key=lambda item: self._rank[item.nodeid]
        )


def tests_of(
    covered: dict[str, dict[str, Any]], file: str, lines: range | None, own: Collection[str]
) -> list[list[str]]:
    """Return the tests that can notice a change of these lines (None: any line) in two groups, own files first.

    In each group the quickest test comes first; tests that only start other processes come last.
    """
    wanted = {(file, line) for line in lines or ()}
    chosen = {
        test: lines is None or not wanted.isdisjoint(map(tuple, facts["lines"]))
        for test, facts in covered.items()
        if lines is None or facts["starts"] or not wanted.isdisjoint(map(tuple, facts["lines"]))
    }
    order = sorted(chosen, key=lambda test: (not chosen[test], covered[test]["seconds"]))
    near = [test for test in order if test.partition("::")[0] in own]
    return [group for group in (near, [test for test in order if test not in set(near)]) if group]
