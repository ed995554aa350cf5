"""Fixtures for every test: the shared photos, and a loud word on what was skipped without them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import opened_twice, unforked
from tests.slowest import slowest_first

if "PYTEST_XDIST_WORKER" in os.environ:  # several share the cores: OpenMP's threads would wait for each other, spinning
    os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest_plugins = ["tests.postgres"]

opened_twice.watch()

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure() -> None:
    """Let Hypothesis try the same examples in every run, however slow the machine is.

    `--hypothesis-profile default` tries others, within Hypothesis's own times.
    """
    from hypothesis import HealthCheck, settings  # not above: programs of tests.faults import this file too

    settings.register_profile(
        "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    settings.load_profile("same")


def pytest_sessionstart() -> None:
    """Refuse forks only where tests run: programs of tests.faults import this file too, and fork."""
    unforked.watch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that take longest start first."""
    items[:] = slowest_first(items)


@pytest.fixture(scope="session")
def data() -> Path:
    """Directory of the shared photos; the test is skipped, and the run says so at its end, where there is none."""
    if not DATA.is_dir():
        pytest.skip("the shared photos (../shared/data) are not on this machine")
    return DATA


@pytest.fixture(scope="session", autouse=True)
def signals_reach_children() -> Iterator[None]:
    """Let programs that tests start meet signals as usual, though the tests were started with some of them ignored.

    `nohup` and a shell's `&` let a program ignore SIGHUP, SIGINT or SIGQUIT, and programs that it starts inherit that.
    They do not inherit a handler: one that does nothing lets the tests themselves ignore these signals as before.
    """
    by_python = {signal.SIGPIPE, signal.SIGXFSZ}  # ignored by every Python; `subprocess` gives them back by itself
    ignored = {one for one in signal.valid_signals() - by_python if signal.getsignal(one) is signal.SIG_IGN}
    for one in ignored:
        signal.signal(one, lambda _number, _frame: None)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what a machine without the shared photos, or without a tool, has not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section(f"{len(skipped)} TESTS WERE NOT RUN ON THIS MACHINE", sep="!", red=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.write_line(f"{report.nodeid}: {reason}")
