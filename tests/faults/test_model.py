"""The program that counts sequences of steps counts those that break a law."""

from collections import Counter

import numpy as np
from hypothesis.stateful import invariant

from recog.types import Cluster
from tests.faults.model import MODELS, Kept, run_sequences
from tests.store.seen import NETWORK
from tests.store.test_model import CatalogAgainstDict


class Unlucky(CatalogAgainstDict):
    """Its law never holds."""

    @invariant()
    def somebody_is_there(self) -> None:
        assert self.catalog.people.all()


def test_sequences_and_their_steps_are_counted_and_repeat_by_their_seed() -> None:
    first = run_sequences(7, sequences=2, steps=4)
    assert first == {"sequences": 2, "steps": 8}
    assert run_sequences(7, sequences=2, steps=4) == first


def test_a_face_that_is_found_again_is_of_no_cluster() -> None:
    """Seed 4 of a thousand sequences led here, where the model knew it wrongly."""
    machine = CatalogAgainstDict()
    machine.scan(0, {0, 1}, 1)
    machine.clusters[NETWORK.sha256] = [{(0, 0), (0, 1)}]
    found = [Cluster(tuple(machine.ids.values()), np.eye(8, dtype=np.float32)[0])]
    machine.catalog.clusters.save(NETWORK.sha256, "identity", {}, found)
    for places in (set[int](), {0}):
        machine.scan(0, places, 2)
        machine.clusters_hold_who_is_left()
    machine.teardown()


def test_a_broken_law_is_counted() -> None:
    assert run_sequences(7, sequences=2, steps=4, machine=Unlucky)["broke a law"] == 1


def test_every_model_changes_its_network_among_its_steps() -> None:
    assert [hasattr(machine, "change_network") for machine in MODELS.values()] == [True, True]


def test_what_is_kept_of_a_model_goes_on_where_it_stopped() -> None:
    kept = Kept(Counter(), 50)
    kept.take(Counter({"sequences": 2, "steps": 90}), 1.5)
    again = Kept.of_row([str(one) for one in kept.row()])
    assert again == kept
    again.take(Counter({"sequences": 1, "steps": 7, "broke a law": 1}), 0.25)
    assert again.row() == (3, 97, 1, 50, "1 to 2", "1.8", kept.code)
