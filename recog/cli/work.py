"""The verb that works on the queue which `index --queue` fills: work."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.exit_codes import INTERRUPTED
from recog.cli.failures import fail, warn
from recog.cli.progress import photo_bar
from recog.cli.session import Session, verb
from recog.errors import RecogError

if TYPE_CHECKING:  # what loads only when the verb runs
    from recog.config import Settings
    from recog.library.work.queue import Queue


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
    gpus: Annotated[int, typer.Option(min=0, metavar="N", help="Use one process on each of N GPUs.")] = 0,
    lease: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Let others take over what a dead worker left after this.")
    ] = 60.0,
) -> None:
    """Index the photos that `recog index --queue` has queued.

    Any number of workers, on any number of machines, may share the queue of a catalog on PostgreSQL; a worker takes
    photos that its machine can open. It ends when the queue is empty. You can stop it at any time: what it held goes
    to others. A photo on which three workers died is listed as a failure. A SQLite catalog takes one worker.

    Example:
      recog work --processes 4
    """
    from recog.library.work.processes import interrupt, places, work_in_processes
    from recog.render.text_work import worked

    signal.signal(signal.SIGTERM, interrupt)
    number = processes if processes is not None else 0 if gpus else 1
    if gpus + number == 0:
        fail("no process is to work: give --processes or --gpus at least 1")
    with session.open() as library:
        if gpus:
            _refuse_absent(gpus)
        if gpus + number > 1 and not library.context.catalog.on_server:
            raise RecogError(
                "a SQLite catalog takes one worker, because one process writes to it at a time: leave out --processes, "
                "or put the catalog into PostgreSQL"
            )
        if gpus + number == 1 and not gpus:
            with photo_bar() as progress:
                reports = [library.queue.work(lease=lease, progress=progress, told=warn)]
        else:
            where = places(library.context.settings, processes=number, gpus=gpus)
            reports = work_in_processes(where, lease=lease, told=warn, opener=open_queue)
    session.show_document(reports, worked(reports))
    if any(report.interrupted for report in reports):
        fail("interrupted; what was not stored is in the queue, and 'recog work' goes on", INTERRUPTED)


def _refuse_absent(gpus: int) -> None:
    from recog.weights.device import usable_gpus

    if (found := usable_gpus()) < gpus:
        raise RecogError(f"torch can use {found} GPUs of this machine, not {gpus}: ask for fewer, or for none")
