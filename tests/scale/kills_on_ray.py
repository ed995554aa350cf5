"""Kill the driver, a worker and a machine of a Ray cluster: `python -m tests.scale.kills_on_ray`.

To be run in a network of its own, because Ray listens on all interfaces. The cluster has two machines of one core, both
here. RECOG_DATABASE names a catalog with a full queue. What was killed goes to standard output, and at the end what the
driver told.
"""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import text

from recog.store.connection.url import parse_url
from tests.databases import database_at

LEASE_SECONDS = 4.0
PATIENCE_SECONDS = 120.0
SET_FLAGS, UP = 0x8914, 1  # of linux/sockios.h and linux/if.h


def main() -> None:
    """Start the cluster and the driver, and kill."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP))  # a new network has its loopback down
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": 80_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
    second = cluster.add_node(**small)
    try:
        first_driver = driver(cluster.address)
        until("both machines work", lambda: len(at_work()) == 2)
        first_driver.kill()
        first_driver.wait()
        told("killed the driver")
        until("its workers are gone", lambda: not any(parent_of(one) for one in workers()))
        last_driver = driver(cluster.address)
        until("both machines work again", lambda: len(at_work()) == 2)
        by_machine, doomed = at_work(), raylet_of(second)
        (at_head,) = [one for machine, one in by_machine.items() if machine != doomed]
        os.kill(at_head, signal.SIGKILL)
        told("killed a worker")
        until("it is started anew", lambda: at_work().keys() == by_machine.keys() and at_head not in at_work().values())
        if leaks := [one for one in command_lines() if secret() in one]:
            told(f"the password is in {leaks}")
        cluster.remove_node(second, allow_graceful=False)
        told("killed a machine")
        said, _ = last_driver.communicate(timeout=PATIENCE_SECONDS)
        told(said)
        sys.exit(last_driver.returncode)
    finally:
        cluster.shutdown()


def driver(address: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.scale.painted_driver", address, str(LEASE_SECONDS)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def workers() -> set[int]:
    """Return the processes that hold leases which have not ended."""
    held = "SELECT DISTINCT owner FROM jobs WHERE state = 'claimed' AND lease_until > extract(epoch FROM now())"
    with database_at(os.environ["RECOG_DATABASE"]) as opened, opened.reading() as connection:
        return {int(owner.split("/")[1]) for owner in connection.scalars(text(held))}


def at_work() -> dict[int, int]:
    """Return a living worker of each machine, by the process that runs the machine."""
    return {machine: one for one in workers() if (machine := parent_of(one))}


def command_lines() -> list[bytes]:
    """Return how the processes of this machine were started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return found


def secret() -> bytes:
    """Return the password of the database."""
    return str(parse_url(os.environ["RECOG_DATABASE"]).password).encode()


def parent_of(process: int) -> int:
    """Return the parent of a process, which for a worker is what runs its machine; 0 if the process is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def raylet_of(node: object) -> int:
    from ray._private.ray_constants import PROCESS_TYPE_RAYLET

    (process,) = node.all_processes[PROCESS_TYPE_RAYLET]  # type: ignore[attr-defined] # Ray has no types
    return int(process.process.pid)


def until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain until {what}")
        time.sleep(0.05)


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
