"""Each sabotage finds the line of its defence; `make faults` shows the tests that notice the sabotage."""

import pytest

from tests.faults.defences import SABOTAGES, Sabotage
from tests.faults.tracing import ROOT


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.defence.replace(" ", "-"))
def test_the_line_of_each_defence_is_there_once(sabotage: Sabotage) -> None:
    assert (ROOT / sabotage.file).read_text(encoding="utf-8").count(sabotage.line) == 1
    assert (ROOT / sabotage.test.split()[0]).is_file()
