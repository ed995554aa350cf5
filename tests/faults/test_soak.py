"""A short soak: no open or temporary file is left. `make soak` measures memory over two hours."""

from tests.faults.soak import Samples
from tests.faults.started import run_program


def test_a_process_that_indexes_asks_and_forgets_again_and_again_leaves_nothing_open() -> None:
    done = run_program("soak", "--minutes", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "libraries: 2" in done.stdout


def test_memory_that_grows_is_measured() -> None:
    """From 100 to 110 MB within an hour: 10 MB of 105."""
    samples = Samples([0.0, 1800.0, 3600.0], [100_000_000, 105_000_000, 110_000_000], [3, 3, 3])
    assert round(samples.growth(), 2) == round(100 * 10 / 105, 2)
