"""Workers of one queue that are killed leave what one undisturbed run leaves; the long run is `queue_kills`."""

from pathlib import Path

import pytest

from tests.faults.queue_kills import compare, painted_photos
from tests.postgres import Databases

pytestmark = pytest.mark.postgres


def test_killed_workers_leave_what_an_undisturbed_run_leaves(databases: Databases, tmp_path: Path) -> None:
    painted_photos(tmp_path / "photos", 40)
    database = databases.new()
    kills, problems = compare(tmp_path, database, workers=2, every=1.0, most=4, seconds=0.2)
    databases.drop(database)
    assert problems == []
    assert kills > 0, "the workers ended before one of them was killed"
