"""The verb that works on the queue which `index --queue` fills: work."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.exit_codes import INTERRUPTED
from recog.cli.failures import fail, warn
from recog.cli.progress import counting_bar, photo_bar
from recog.cli.session import Session, verb
from recog.errors import RecogError

if TYPE_CHECKING:  # what loads only when the verb runs
    from recog.config import Settings
    from recog.library.photo_library import PhotoLibrary
    from recog.library.work.queue import Queue
    from recog.library.work.results import WorkReport


@contextmanager
def open_queue(settings: Settings) -> Iterator[Queue]:
    """Open the queue of the library that settings name, in a process of its own."""
    from recog.library.photo_library import PhotoLibrary

    with PhotoLibrary(settings) as library:
        yield library.queue


@verb
def work(
    session: Session,
    *,
    processes: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Work in N processes.", show_default=False),
    ] = None,
    gpus: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Use one process on each of N GPUs.", show_default=False),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray", metavar="ADDRESS", help="Let Ray start the processes on all machines.", show_default=False
        ),
    ] = None,
    lease: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Let others take over what a dead worker left after this.")
    ] = 60.0,
) -> None:
    """Index the photos that `recog index --queue` has queued.

    Any number of workers, on any number of machines, may share the queue of a catalog on PostgreSQL; a worker takes
    photos that its machine can open. It ends when the queue is empty. You can stop it at any time: what it held goes
    to others. A photo on which three workers died is listed as a failure. A SQLite catalog takes one worker.

    With --ray, Ray starts a process on each GPU of each machine, or on each core of a machine without one, and starts
    those anew that die; --gpus and --processes are then the most on each machine. ADDRESS is 'local' for this machine
    alone, or HOST:PORT of a Ray cluster that this machine has joined.

    Example:
      recog work --processes 4
      recog work --ray 10.0.0.5:6379
    """
    from recog.library.work.processes import interrupt
    from recog.render.text_work import worked

    signal.signal(signal.SIGTERM, interrupt)
    if processes == 0 and (gpus == 0 or (gpus is None and ray is None)):
        fail("no process is to work: give --processes or --gpus at least 1")
    with session.open() as library:
        if ray is not None:
            reports = _on_cluster(library, ray, processes=processes, gpus=gpus, lease=lease)
        else:
            number = processes if processes is not None else 0 if gpus else 1
            reports = _here(library, processes=number, gpus=gpus or 0, lease=lease)
    session.show_document(reports, worked(reports))
    if any(report.interrupted for report in reports):
        fail("interrupted; what was not stored is in the queue, and 'recog work' goes on", INTERRUPTED)


def _here(library: PhotoLibrary, *, processes: int, gpus: int, lease: float) -> list[WorkReport]:
    """Work in processes of this machine, or in this one."""
    from recog.library.work.processes import places, work_in_processes

    if gpus:
        _refuse_absent(gpus)
    if gpus + processes > 1:
        _refuse_sqlite(library, "--processes")
    if gpus + processes == 1 and not gpus:
        with photo_bar() as progress:
            return [library.queue.work(lease=lease, progress=progress, told=warn)]
    where = places(library.context.settings, processes=processes, gpus=gpus)
    with _watched(library, told=lambda _: None) as look:  # the workers tell it
        return work_in_processes(where, lease=lease, told=warn, opener=open_queue, look=look)


def _on_cluster(
    library: PhotoLibrary, address: str, *, processes: int | None, gpus: int | None, lease: float
) -> list[WorkReport]:
    """Work in processes that Ray starts."""
    from recog.scale.cluster import RayCluster, connected
    from recog.scale.crew import Crew

    _refuse_sqlite(library, "--ray")
    with connected(address, library.context.settings) as ray, _watched(library, told=warn) as look:
        cluster = RayCluster(ray, open_queue, library_id=library.queue.library_id, lease=lease)
        return Crew(cluster, processes=processes, gpus=gpus, told=warn, look=look).work()


@contextmanager
def _watched(library: PhotoLibrary, *, told: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Draw a bar of the work of all machines; yields what looks into the queue, and tells if it does not answer."""
    from recog.library.work.watch import QueueWatch

    with counting_bar() as step:
        yield QueueWatch(library.queue.overview, progress=step, told=told).look


def _refuse_sqlite(library: PhotoLibrary, option: str) -> None:
    if not library.context.catalog.on_server:
        raise RecogError(
            "a SQLite catalog takes one worker, because one process writes to it at a time: leave out "
            f"{option}, or put the catalog into PostgreSQL"
        )


def _refuse_absent(gpus: int) -> None:
    from recog.weights.device import usable_gpus

    if (found := usable_gpus()) < gpus:
        raise RecogError(f"torch can use {found} GPUs of this machine, not {gpus}: ask for fewer, or for none")
