"""Ray, guarded by a token: one of this machine alone, or a cluster that runs."""

import logging
import os
import secrets
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from recog.config import Settings, as_environment
from recog.errors import ConfigError, RecogError
from recog.library.work.processes import Opener
from recog.scale.actor import AUTH_MODE, TOKEN, QueueActor, refuse_unguarded
from recog.scale.crew import Answer, Node, Seat

LOCAL = "local"
"""The address of a Ray of this machine alone, which ends with the work."""
REACH_SECONDS = 5.0
OBJECT_STORE_BYTES = 80_000_000
"""The least that Ray takes: no photo or face goes by Ray."""


class RayCluster:
    """The machines of a Ray that is connected (see `connected`), as a Cluster."""

    def __init__(self, ray: Any, opener: Opener, *, library_id: str, lease: float) -> None:
        """library_id: that of the catalog whose queue is meant. lease: see `Queue.work`."""
        self._ray = ray
        self._opener = opener
        self._library_id = library_id
        self._lease = lease

    def nodes(self) -> Sequence[Node]:
        """Return the machines that are there now."""
        return [
            Node(
                one["NodeID"], one["NodeManagerHostname"], *(int(one["Resources"].get(of, 0)) for of in ("CPU", "GPU"))
            )
            for one in self._ray.nodes()
            if one["Alive"]
        ]

    def start(self, seat: Seat) -> "RayWorker":
        """Start a worker; returns at once, even if there is no room for it yet."""
        there = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(seat.node.id, soft=False)
        room = {"num_cpus": 0, "num_gpus": 1} if seat.on_gpu else {"num_cpus": 1}
        actor = (
            self._ray.remote(QueueActor)
            .options(**room, scheduling_strategy=there, max_concurrency=3)  # one for each of its methods
            .remote(self._opener, library_id=self._library_id, place=seat.place, number=seat.number, on_gpu=seat.on_gpu)
        )
        return RayWorker(self._ray, actor, lease=self._lease)


class RayWorker:
    """A worker that Ray starts, as a RemoteWorker."""

    def __init__(self, ray: Any, actor: Any, *, lease: float) -> None:
        self._ray = ray
        self._actor = actor
        self._begun = actor.begun.remote()
        self._result = actor.work.remote(lease)

    def has_begun(self) -> bool:
        """Return whether the worker has been started."""
        return self._is_there(self._begun)

    def answer(self) -> Answer:
        """Return the report or the error of a worker that has ended, how it died, or None while it works."""
        if not self._is_there(self._result):
            return None
        try:
            answer: Answer = self._ray.get(self._result)
        except self._ray.exceptions.RayError as error:
            return _last_line(error)
        return answer

    def stop(self) -> None:
        """Ask the worker to end after the photo in hand."""
        self._actor.stop.remote()

    def kill(self) -> None:
        """End the worker by force."""
        self._ray.kill(self._actor)

    def _is_there(self, result: Any) -> bool:
        there, _ = self._ray.wait([result], timeout=0)
        return bool(there)


@contextmanager
def connected(address: str, settings: Settings) -> Iterator[Any]:
    """Connect to Ray, and yield its module.

    address: 'local' starts a Ray of this machine alone, which gets the settings; HOST:PORT is that of the head of a
    cluster which this machine has joined, and whose machines have settings of their own.

    Raises:
        ConfigError: the address is none, Ray is not installed, or is not guarded by a token.
        RecogError: the cluster cannot be reached, or refuses.
    """
    if address == LOCAL:
        refuse_unguarded("the Ray of this machine", {AUTH_MODE: TOKEN, **os.environ})
        way_out = "look at the memory and at the processes of this machine"
        arguments = {
            "num_cpus": len(os.sched_getaffinity(0)),
            "object_store_memory": OBJECT_STORE_BYTES,
            "include_dashboard": False,
        }
    else:
        _refuse_unreachable(address)
        refuse_unguarded(f"the Ray of {address}", os.environ)
        way_out = "join this machine to the cluster with 'ray start', with the token of the others"
        arguments = {}
    with _environment(_of_a_local_ray(settings) if address == LOCAL else {}):
        ray = _import()
        before = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **arguments)
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise RecogError(f"Ray at {address} cannot be used ({_last_line(error)}): {way_out}") from error
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, before)  # Ray has put its own in place, which ends without a word
        try:
            yield ray
        finally:
            ray.shutdown()


def _of_a_local_ray(settings: Settings) -> dict[str, str]:
    """Return the environment of a Ray of this machine alone: the settings, and a token that nobody else knows."""
    guarded = {AUTH_MODE: TOKEN, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    quiet = {"RAY_USAGE_STATS_ENABLED": "0"}  # else Ray reports to its makers
    return as_environment(settings) | guarded | quiet


def _refuse_unreachable(address: str) -> None:
    """Raise an error unless somebody listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(
            f"a Ray is 'local', or HOST:PORT of the head of a cluster, such as 10.0.0.5:6379, not {address!r}"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()
    except OSError as error:
        raise RecogError(
            f"nobody answers at {address} ({error.strerror or error}): check that the head of the cluster runs there"
        ) from error


def _import() -> Any:
    try:
        import ray
        import ray.util.scheduling_strategies
    except ModuleNotFoundError as error:
        raise ConfigError("Ray is not installed: pip install 'recog[scale]'") from error
    return ray


@contextmanager
def _environment(more: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment, which the processes that start meanwhile inherit."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _last_line(error: BaseException) -> str:
    """Return the last line of what Ray said: above it are numbers and traces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
