"""Fixtures for every test: the shared photos, and a loud word on what was skipped without them."""

import os
from pathlib import Path

import pytest

from tests import opened_twice

if "PYTEST_XDIST_WORKER" in os.environ:  # several share the cores: OpenMP's threads would wait for each other, spinning
    os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest_plugins = ["tests.postgres"]

opened_twice.watch()

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """Directory of the shared photos; the test is skipped, and the run says so at its end, where there is none."""
    if not DATA.is_dir():
        pytest.skip("the shared photos (../shared/data) are not on this machine")
    return DATA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what a machine without the shared photos, or without a tool, has not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section(f"{len(skipped)} TESTS WERE NOT RUN ON THIS MACHINE", sep="!", red=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.write_line(f"{report.nodeid}: {reason}")
