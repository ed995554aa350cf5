"""Every damage to the files of the index is noticed and repaired, and no answer is wrong."""

from pathlib import Path

import pytest

from tests.faults.damage import (
    BEHIND,
    Published,
    asked_meanwhile,
    damaged,
    failed,
    index_name,
    make_published,
    put_foreign,
)
from tests.faults.privilege import bound_by_permissions

FACES = 800
KINDS = 14


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return make_published(tmp_path_factory.mktemp("damage") / "library", FACES)


def test_damage_of_every_kind_is_noticed_and_mended_and_answers_stay_right(world: Published) -> None:
    with bound_by_permissions():
        rows = damaged(world, bits=15, cuts=5)
    assert len(rows) == KINDS
    assert [row for row in rows if failed(row)] == []


def test_whoever_asks_while_a_damaged_index_is_built_anew_gets_the_right_answer(world: Published) -> None:
    assert not failed(asked_meanwhile(world, rounds=4))


def test_what_is_swapped_in_is_what_it_says(world: Published) -> None:
    """The replacement must be a valid index of another library or an earlier day, or noticing it proves nothing."""
    own = world.files[index_name(world.files)]
    put_foreign(world, library_id="another")
    assert own in [path.read_bytes() for path in world.home.iterdir()]
    assert len(world.older[index_name(world.older)]) < len(own)


def test_a_file_that_may_not_be_read_cannot_be_even_by_root(tmp_path: Path) -> None:
    path = tmp_path / "closed"
    path.write_bytes(b"words")
    path.chmod(0)
    with bound_by_permissions(), pytest.raises(PermissionError):
        path.read_bytes()


@pytest.mark.parametrize("tries", [(2, 1, 0, 0), (2, 2, 1, 0), (2, 2, 0, 1)])
def test_damage_unnoticed_or_answered_wrongly_or_left_is_a_failure(tries: tuple[int, ...]) -> None:
    assert failed((FACES, "a bit flipped", *tries, "0.1", "1.000"))
    assert not failed((FACES, BEHIND, 1, 0, 0, 0, "0.1", "1.000"))
