"""The program that counts sequences of steps counts those that break a law."""

from hypothesis.stateful import invariant

from tests.faults.model import run_sequences
from tests.store.test_model import CatalogAgainstDict


class Unlucky(CatalogAgainstDict):
    """Its law never holds."""

    @invariant()
    def somebody_is_there(self) -> None:
        assert self.catalog.people()


def test_sequences_and_their_steps_are_counted_and_repeat_by_their_seed() -> None:
    first = run_sequences(7, sequences=2, steps=4)
    assert first == {"sequences": 2, "steps": 8}
    assert run_sequences(7, sequences=2, steps=4) == first


def test_a_broken_law_is_counted() -> None:
    assert run_sequences(7, sequences=2, steps=4, machine=Unlucky)["broke a law"] == 1
