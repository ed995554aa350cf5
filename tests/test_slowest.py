"""The slowest files of tests start first."""

import pytest

from tests.slowest import SLOWEST, TESTS, slowest_first


def test_the_slowest_files_are_there_and_come_first_whatever_was_named_first(request: pytest.FixtureRequest) -> None:
    assert [file for file in SLOWEST if not (TESTS / file).is_file()] == []
    items = request.session.items
    ranks = [SLOWEST.index(name) for item in items if (name := item.path.relative_to(TESTS).as_posix()) in SLOWEST]
    assert ranks == sorted(ranks)
    assert slowest_first(items) == items
