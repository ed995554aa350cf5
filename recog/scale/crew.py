"""Who works where: workers on the machines of a cluster, started anew when they die, until the queue is empty."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from recog.errors import RecogError
from recog.library.work.processes import MOST_DEATHS
from recog.library.work.results import WorkReport

POLL_SECONDS = 0.1
NODES_SECONDS = 2.0
"""Seconds after which the machines of the cluster are asked for again: some may have come, some gone."""
START_SECONDS = 60.0
"""A worker that Ray has not started after so long is told: Ray itself waits for a free core without a word."""
END_SECONDS = 60.0
"""How long workers may take to end after the photo in hand, before they are ended by force."""
Answer: TypeAlias = "WorkReport | RecogError | str | None"
"""The report or the error of a worker that has ended, how it died, or None while it works."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster: Ray's number of it, its name, and what Ray may use there."""

    id: str
    name: str
    cores: int
    gpus: int


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of one worker: the machine, its number of so many workers there, counted from 0, and if on a GPU."""

    node: Node
    place: int
    number: int
    on_gpu: bool


class RemoteWorker(Protocol):
    """A worker on some machine."""

    def has_begun(self) -> bool:
        """Return whether the worker has been started."""

    def answer(self) -> Answer:
        """Return the report or the error of a worker that has ended, how it died, or None while it works."""

    def stop(self) -> None:
        """Ask the worker to end after the photo in hand."""

    def kill(self) -> None:
        """End the worker by force."""


class Cluster(Protocol):
    """Machines that can start workers."""

    def nodes(self) -> Sequence[Node]:
        """Return the machines that are there now."""

    def start(self, seat: Seat) -> RemoteWorker:
        """Start a worker; returns at once, even if there is no room for it yet."""


@dataclass(slots=True, eq=False)
class _Member:
    seat: Seat
    worker: RemoteWorker
    since: float
    told_late: bool = False


class Crew:
    """The workers on the machines of a cluster: one on each GPU, or on each core of a machine without one."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        processes: int | None,
        gpus: int | None,
        told: Callable[[str], None],
        look: Callable[[], None],
        most_deaths: int = MOST_DEATHS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """processes, gpus: the most workers on each machine, without and with a GPU of their own; None: no limit.

        `told` gets sentences, `look` is called again and again (see QueueWatch). clock: seconds, which never go back.
        """
        self._cluster = cluster
        self._processes = processes
        self._gpus = gpus
        self._told = told
        self._look = look
        self._most_deaths = most_deaths
        self._clock = clock
        self._sleep = sleep
        self._nodes: dict[str, Node] = {}
        self._asked: float | None = None
        self._members: list[_Member] = []
        self._reports: list[WorkReport] = []
        self._deaths = 0

    def work(self) -> list[WorkReport]:
        """Work until the queue is empty; return the reports of the workers that ended by themselves.

        A worker that dies is started anew on its machine, and a machine that joins gets workers. Ctrl-C ends all after
        the photo in hand.

        Raises:
            RecogError: that of a worker; too many died; no worker could be started; or all machines are gone.
        """
        self._meet_nodes()
        if not self._members:
            raise RecogError("Ray offers no core and no GPU to workers: see what 'ray status' shows")
        try:
            while self._members:
                self._look()
                self._meet_nodes()
                for member in list(self._members):
                    self._hear(member)
                self._sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            self._stop()
            if not self._reports:
                raise
        except RecogError:
            self._stop()
            raise
        finally:
            for member in self._members:
                member.worker.kill()
        if not self._reports:
            raise RecogError(
                "all machines of the Ray cluster are gone: start Ray there again, then run the same again; what is not "
                "done is in the queue"
            )
        return self._reports

    def _meet_nodes(self) -> None:
        """Give workers to machines that are new, and let go of those that are gone."""
        if self._asked is not None and self._clock() - self._asked < NODES_SECONDS:
            return
        self._asked = self._clock()
        there = {node.id: node for node in self._cluster.nodes()}
        for node in [known for known in self._nodes.values() if known.id not in there]:
            self._told(f"the machine {node.name} is gone: others take over what its workers held")
            self._members = [member for member in self._members if member.seat.node.id != node.id]
        for node in [found for found in there.values() if found.id not in self._nodes]:
            for seat in self._seats(node):
                self._start(seat)
        self._nodes = there

    def _seats(self, node: Node) -> list[Seat]:
        gpus = node.gpus if self._gpus is None else min(node.gpus, self._gpus)
        others = 0 if gpus else node.cores
        if self._processes is not None:
            others = min(node.cores, self._processes)
        number = gpus + others
        return [Seat(node, place, number, place < gpus) for place in range(number)]

    def _start(self, seat: Seat) -> None:
        self._members.append(_Member(seat, self._cluster.start(seat), self._clock()))

    def _hear(self, member: _Member) -> None:
        """Take the answer of a worker that has ended, and start another one in the place of one that died."""
        if member not in self._members:  # its machine is known to be gone since
            return
        if (answer := member.worker.answer()) is None:
            self._tell_if_late(member)
            return
        self._members.remove(member)
        name = member.seat.node.name
        if isinstance(answer, RecogError):
            self._told(f"a worker on {name} cannot go on, so all end")
            raise answer
        if isinstance(answer, WorkReport):
            self._reports.append(answer)
            return
        self._asked = None
        self._meet_nodes()
        if member.seat.node.id not in self._nodes:
            return
        self._deaths += 1
        if self._deaths > self._most_deaths:
            raise RecogError(
                f"{self._deaths} workers died, the last one on {name} ({answer}): look at the memory and the system's "
                "log there, and whether the same recog is installed"
            )
        self._told(f"a worker on {name} died ({answer}) and is started anew")
        self._start(member.seat)

    def _tell_if_late(self, member: _Member) -> None:
        """Tell once of a worker that Ray does not start; raise RecogError if it has started none at all."""
        if member.told_late or self._clock() - member.since < START_SECONDS or member.worker.has_begun():
            return
        what = "GPU" if member.seat.on_gpu else "core"
        late = f"Ray has not started a worker on {member.seat.node.name} for {START_SECONDS:.0f} s"
        if not self._reports and not any(one.worker.has_begun() for one in self._members):
            raise RecogError(
                f"{late}, nor any other: it waits for a free {what}, so end what else runs there ('ray status' shows "
                "it), then run the same again"
            )
        member.told_late = True
        self._told(f"{late}: it waits for a free {what} there; the others work on")

    def _stop(self) -> None:
        """Ask all workers to end after the photo in hand, and wait for their reports."""
        for member in self._members:
            member.worker.stop()
        deadline = self._clock() + END_SECONDS
        while (waiting := [one for one in self._members if one.worker.has_begun()]) and self._clock() < deadline:
            for member in waiting:
                if (answer := member.worker.answer()) is None:
                    continue
                self._members.remove(member)
                if isinstance(answer, WorkReport):
                    self._reports.append(answer)
            self._sleep(POLL_SECONDS)
