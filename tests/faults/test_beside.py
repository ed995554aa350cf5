"""Commands run beside a busy server; `make faults` does this for an hour."""

from pathlib import Path

from tests.faults.beside import SEED, Run


def test_no_acknowledged_act_is_lost_or_twice_in_the_history_whatever_runs_beside_the_server(tmp_path: Path) -> None:
    tally = Run(tmp_path, SEED).until(acts=1000, kills=10, seconds=60)
    assert tally.problems == []
    assert tally.acts["client"], "the client did nothing"
    assert tally.commands, "no command came to its end"
    assert tally.kills.total(), "nothing was killed"
