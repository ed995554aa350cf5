"""Commands run beside a busy server; `make faults` does this for an hour."""

import re

from tests.faults.started import run_program


def test_no_acknowledged_act_is_lost_or_twice_in_the_history_whatever_runs_beside_the_server() -> None:
    done = run_program("beside", "--acts", "1000", "--kills", "10", "--minutes", "0.5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 problems, " in done.stdout
    counts = re.findall(r"\('(\w+)', '(\w+)', (\d+)\)", done.stdout)
    happened = {(what, whom) for what, whom, count in counts if int(count)}
    assert ("acknowledged", "client") in happened, "the client did nothing"
    assert "ended" in {what for what, _ in happened}, "no command came to its end"
    assert "killed" in {what for what, _ in happened}, "nothing was killed"
