"""A continued sweep hits every place once, in the order of its seed."""

from collections import Counter

from tests.faults.results import read_results
from tests.faults.sweep import FULL_ONCE, KILL, RESULTS, SEED, Sweep, trials

CALLS = Counter({"write": 7, "rename": 2, "pread64": 9})


def test_every_call_of_the_kind_is_a_place_and_only_kills_come_twice() -> None:
    killed, starved = trials("merge", KILL, CALLS), trials("merge", FULL_ONCE, CALLS)
    assert sorted((one.call, one.number) for one in killed) == [
        *(("rename", n) for n in (1, 2)),
        *(("write", n) for n in range(1, 8)),
    ]
    assert {one.call for one in starved} == {"write"}
    assert all(one.again is None for one in starved)
    assert any(one.again for one in trials("merge", KILL, Counter({"write": 100})))


def test_what_an_earlier_sweep_tried_is_not_tried_again_and_all_the_rest_is() -> None:
    places = {("merge", fault): trials("merge", fault, CALLS) for fault in (KILL, FULL_ONCE)}
    whole = Sweep(places, {row: Counter() for row in places}, seed=1)
    stopped = Sweep(places, {row: Counter(tried=3) for row in places}, seed=1)
    first = Counter(trial for row in places.values() for trial in row[:3])
    assert Counter(whole.left(None)) == Counter(trial for row in places.values() for trial in row)
    assert Counter(stopped.left(None)) == Counter(whole.left(None)) - first
    assert Counter(whole.left(3)) == first
    assert stopped.left(3) == []


def test_a_sweep_of_one_fault_tries_that_one_and_keeps_what_is_known_of_other_verbs() -> None:
    places = {("merge", fault): trials("merge", fault, CALLS) for fault in (KILL, FULL_ONCE)}
    sweep = Sweep.plan(places, SEED, resumed=False)
    assert {trial.fault for trial in sweep.left(None, [KILL])} == {KILL}
    _, kept = read_results(RESULTS)
    assert {row: list(map(str, counted)) for row, counted in sweep.others.items()} == {
        (verb, fault): counted for verb, fault, *counted in kept if (verb, fault) not in places
    }
