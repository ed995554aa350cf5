"""Outages are told once, and the queue is watched from beside."""

from itertools import count

from recog.errors import CatalogError, CatalogForbiddenError, CatalogUnusableError, LibraryDiskError
from recog.library.work.outage import BACK, SILENT_SECONDS, Outage, SharedOutage, passes
from recog.library.work.results import QueueProgress
from recog.library.work.watch import LOOK_SECONDS, PAUSE, QueueWatch
from recog.store.records import QueueOverview


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_outage_that_lasts_is_told_once_and_so_is_its_end() -> None:
    clock, told = Clock(), list[str]()
    outage = Outage(told.append, clock=clock)
    gone = CatalogUnusableError("the database recog cannot be reached (refused): check that the server runs")
    outage.met(gone)
    clock.now += SILENT_SECONDS / 2
    outage.met(gone)
    outage.ended()
    assert told == []
    for _ in range(5):
        outage.met(gone)
        clock.now += SILENT_SECONDS
    assert told == [f"waiting up to 5 minutes for the database (Ctrl-C ends the work): {gone}"]
    outage.ended()
    outage.ended()
    assert told[1:] == [BACK]


def test_the_outages_of_several_workers_are_told_as_one() -> None:
    told: list[str] = []
    outage = SharedOutage(told.append)
    for worker, sentence in ((1, "waiting 1"), (2, "waiting 2"), (1, BACK), (3, BACK), (2, BACK)):
        outage.heard(worker, sentence)
    assert told == ["waiting 1", BACK]
    outage.heard(1, "waiting again")
    outage.heard(2, "waiting too")
    outage.gone(1)
    assert told[2:] == ["waiting again"]
    outage.heard(2, BACK)
    assert told[3:] == [BACK]


def test_a_server_that_refuses_the_user_is_not_waited_for() -> None:
    assert passes(CatalogUnusableError("gone"))
    assert passes(LibraryDiskError("full"))
    assert not passes(CatalogForbiddenError("no right"))
    assert not passes(CatalogError("no"))


def test_the_watch_tells_how_far_all_workers_are() -> None:
    clock, seen, told = Clock(), list[tuple[int, int]](), list[str]()
    left = [QueueOverview(10, 4, 2, 1), QueueOverview(7, 3, 2, 1), QueueOverview(9, 3, 2, 2), QueueOverview(0, 0, 0, 0)]
    left += [QueueOverview(0, 0, 0, 0), QueueOverview(5, 0, 0, 0)]
    looks = count()
    watch = QueueWatch(lambda: left[next(looks)], progress=lambda *at: seen.append(at), told=told.append, clock=clock)
    assert watch.progress == QueueProgress()
    for _ in left:
        watch.look()
        watch.look()  # too soon for another one
        clock.now += LOOK_SECONDS
    assert seen == [(0, 10), (3, 10), (3, 12), (12, 12), (12, 12), (0, 5)]
    assert watch.progress == QueueProgress(0, 5, 0, 0, 0)


def test_a_look_that_takes_long_is_followed_by_a_long_pause() -> None:
    clock, looks = Clock(), list[float]()

    def slow() -> QueueOverview:
        looks.append(clock.now)
        clock.now += 1.0
        return QueueOverview(1, 0, 0, 0)

    watch = QueueWatch(slow, told=print, clock=clock)
    while clock.now < 2 * PAUSE:
        watch.look()
        clock.now += 0.5
    assert looks == [0.0, 1.0 + PAUSE]


def test_the_watch_waits_for_a_server_that_is_away() -> None:
    clock, told = Clock(), list[str]()

    def gone() -> QueueOverview:
        if clock.now < 10:
            raise CatalogUnusableError("gone")
        return QueueOverview(1, 0, 0, 0)

    watch = QueueWatch(gone, told=told.append, clock=clock)
    for second in range(12):
        clock.now = float(second)
        watch.look()
    assert len(told) == 2
    assert told[0].endswith("for the database (Ctrl-C ends the work): gone")
