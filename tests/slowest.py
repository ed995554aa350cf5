"""The files of tests that take longest: they start first, so that no processor is idle at the end of the run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SLOWEST = (
    "faults/test_crash.py",
    "faults/test_power.py",
    "evaluate/test_shipped_head.py",
    "docs/test_examples.py",
    "faults/test_beside.py",
    "faults/test_contention.py",
    "faults/test_server.py",
    "faults/test_random_kills.py",
    "faults/test_style_kills.py",
    "faults/test_fuzz.py",
    "faults/test_soak.py",
    "faults/test_network_sweep.py",
    "web/test_pages_browser.py",
    "web/test_conformance.py",
    "embed/test_openvino.py",
    "cli/test_verbs.py",
    "library/exchange/test_exchange.py",
    "explain/test_fields.py",
    "detect/test_mtcnn.py",
    "embed/test_trunks.py",
    "cli/test_nasty_names.py",
    "library/exchange/test_embedded.py",
    "library/exchange/test_beside.py",
    "cli/test_umask.py",
)
"""About longest first; every other file takes less than 15 seconds of a processor."""


def slowest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests with those of the slowest files first; all others keep their order."""
    rank = {TESTS / file: number for number, file in enumerate(SLOWEST)}
    return sorted(items, key=lambda item: rank.get(item.path, len(rank)))
