"""Who works where on a cluster: machines that come and go, workers that die, that wait, and that refuse."""

from collections.abc import Callable, Sequence

import pytest

from recog.errors import RecogError, WeightsDamagedError
from recog.library.work.results import WorkReport
from recog.scale.crew import END_SECONDS, START_SECONDS, Answer, Crew, Node, Seat
from recog.store.records import QueueCounts

REPORT = WorkReport(1, 0, 1, 0, (), (), QueueCounts(0, 0, 0, 0), 1.0, interrupted=False)
SMALL, LARGE, FAST = Node("s", "small", 1, 0), Node("l", "large", 4, 0), Node("f", "fast", 8, 2)


class Worker:
    """Ends as the test says; `waits`: for a free core."""

    def __init__(self, seat: Seat, *, waits: bool) -> None:
        self.seat = seat
        self.waits = waits
        self.now: Answer = None
        self.stopped = self.killed = False

    def has_begun(self) -> bool:
        return not self.waits

    def answer(self) -> Answer:
        return self.now

    def stop(self) -> None:
        self.stopped = True

    def kill(self) -> None:
        self.killed = True


class World:
    """A cluster, and a clock that runs while the crew sleeps; `events` happen at their seconds."""

    def __init__(self, *nodes: Node) -> None:
        self.there = list(nodes)
        self.workers: list[Worker] = []
        self.now = 0.0
        self.events: dict[int, Callable[[], object]] = {}
        self.full: set[str] = set()
        self.told: list[str] = []

    def nodes(self) -> Sequence[Node]:
        return list(self.there)

    def start(self, seat: Seat) -> Worker:
        self.workers.append(Worker(seat, waits=seat.node.id in self.full))
        return self.workers[-1]

    def sleep(self, seconds: float) -> None:
        before, self.now = self.now, self.now + seconds
        for second in [at for at in self.events if before < at <= self.now]:
            self.events.pop(second)()
        assert self.now < 1000, "the crew never ended"

    def crew(self, *, processes: int | None = None, gpus: int | None = None, most_deaths: int = 20) -> Crew:
        return Crew(
            self,
            processes=processes,
            gpus=gpus,
            told=self.told.append,
            look=lambda: None,
            most_deaths=most_deaths,
            clock=lambda: self.now,
            sleep=self.sleep,
        )

    def at(self, second: int, event: Callable[[], object]) -> None:
        self.events[second] = event

    def all_done(self) -> None:
        for worker in self.workers:
            if worker.now is None:
                worker.now = REPORT


@pytest.mark.parametrize(
    ("processes", "gpus", "seats"),
    [
        (None, None, [("l", False)] * 4 + [("f", True)] * 2),
        (2, None, [("l", False)] * 2 + [("f", True)] * 2 + [("f", False)] * 2),
        (0, 1, [("f", True)]),
        (9, 0, [("l", False)] * 4 + [("f", False)] * 8),
    ],
)
def test_there_is_a_worker_on_each_gpu_or_on_each_core(
    processes: int | None, gpus: int | None, seats: list[tuple[str, bool]]
) -> None:
    world = World(LARGE, FAST)
    world.at(1, world.all_done)
    assert len(world.crew(processes=processes, gpus=gpus).work()) == len(seats)
    assert [(one.seat.node.id, one.seat.on_gpu) for one in world.workers] == seats
    on_last = [one.seat for one in world.workers if one.seat.node is FAST]
    assert [seat.place for seat in on_last] == list(range(len(on_last)))
    assert {seat.number for seat in on_last} == {len(on_last)}


def test_a_worker_that_dies_is_started_anew_on_its_machine() -> None:
    world = World(SMALL)
    world.at(1, lambda: setattr(world.workers[0], "now", "signal 9"))
    world.at(2, world.all_done)
    assert world.crew().work() == [REPORT]
    assert [one.seat for one in world.workers] == [world.workers[0].seat] * 2
    assert world.told == ["a worker on small died (signal 9) and is started anew"]


def test_the_work_is_given_up_when_too_many_workers_died() -> None:
    world = World(SMALL)
    for second in range(1, 9):
        world.at(second, lambda: setattr(world.workers[-1], "now", "No module named 'recog'"))
    with pytest.raises(RecogError, match=r"4 workers died, the last one on small \(No module named 'recog'\)"):
        world.crew(most_deaths=3).work()


def test_a_machine_that_is_gone_is_left_and_one_that_joins_gets_workers() -> None:
    world = World(SMALL, LARGE)
    world.at(1, lambda: world.there.remove(LARGE))
    world.at(5, lambda: world.there.append(FAST))
    world.at(9, world.all_done)
    assert len(world.crew().work()) == 1 + 2
    assert world.told == ["the machine large is gone: others take over what its workers held"]


def test_workers_that_die_with_their_machine_are_no_deaths() -> None:
    world = World(SMALL, LARGE)

    def burn() -> None:
        world.there.remove(LARGE)
        for worker in world.workers:
            if worker.seat.node is LARGE:
                worker.now = "its machine died"

    world.at(1, burn)
    world.at(3, world.all_done)
    assert world.crew(most_deaths=0).work() == [REPORT]


def test_when_all_machines_are_gone_the_way_out_is_told() -> None:
    world = World(SMALL)
    world.at(1, world.there.clear)
    with pytest.raises(
        RecogError, match=r"all machines of the Ray cluster are gone: .* what is not done is in the queue"
    ):
        world.crew().work()
    with pytest.raises(RecogError, match="Ray offers no core and no GPU to workers"):
        World(Node("h", "head", 0, 0)).crew().work()


def test_a_worker_that_waits_for_a_core_is_told_once_and_not_waited_for() -> None:
    world = World(SMALL, LARGE)
    world.full = {"l"}
    world.at(200, world.all_done)
    world.crew(processes=1).work()
    late = f"Ray has not started a worker on large for {START_SECONDS:.0f} s"
    assert world.told == [f"{late}: it waits for a free core there; the others work on"]


def test_if_no_worker_is_started_at_all_the_work_ends_with_a_sentence() -> None:
    world = World(SMALL, LARGE)
    world.full = {"s", "l"}
    with pytest.raises(RecogError, match="nor any other: it waits for a free core, so end what else runs there"):
        world.crew().work()
    assert world.now == pytest.approx(START_SECONDS, abs=1.0)
    assert all(one.killed for one in world.workers)


def test_an_error_of_one_worker_ends_the_others_after_the_photo_in_hand() -> None:
    world = World(SMALL, LARGE)
    damaged = WeightsDamagedError("the weights are damaged", name="sface")
    world.at(1, lambda: setattr(world.workers[0], "now", damaged))
    world.at(3, world.all_done)
    with pytest.raises(WeightsDamagedError) as caught:
        world.crew().work()
    assert caught.value is damaged
    assert [one.stopped for one in world.workers] == [False, True, True, True, True]
    assert not any(one.killed for one in world.workers)
    assert world.told == ["a worker on small cannot go on, so all end"]


def test_ctrl_c_stops_all_and_kills_those_that_do_not_end() -> None:
    world = World(SMALL, LARGE)

    def interrupt() -> None:
        raise KeyboardInterrupt

    world.at(1, interrupt)
    world.at(2, lambda: setattr(world.workers[0], "now", REPORT))
    assert world.crew().work() == [REPORT]
    assert [one.stopped for one in world.workers] == [True] * 5
    assert [one.killed for one in world.workers] == [False] + [True] * 4
    assert world.now == pytest.approx(1 + END_SECONDS, abs=1.0)


def test_ctrl_c_before_anything_began_is_passed_on() -> None:
    world = World(SMALL)
    world.full = {"s"}

    def interrupt() -> None:
        raise KeyboardInterrupt

    world.at(1, interrupt)
    with pytest.raises(KeyboardInterrupt):
        world.crew().work()
    assert world.workers[0].killed
