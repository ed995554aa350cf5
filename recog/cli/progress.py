"""Progress bars on stderr, drawn only where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recog.library.results import IngestProgress


@contextmanager
def photo_bar() -> Iterator[Callable[[IngestProgress], None] | None]:
    """A bar over photo files with rate and time left; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[found]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None, rate="", found="")

        def step(progress: IngestProgress) -> None:
            elapsed = bar.tasks[task].elapsed
            rate = f"{progress.done / elapsed:.1f} photos/s" if elapsed else ""
            failed = f", {progress.failed:,} failed" if progress.failed else ""
            found = f"{progress.faces:,} faces{failed}"
            bar.update(task, completed=progress.done, total=progress.total, rate=rate, found=found)

        yield step


@contextmanager
def bytes_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar over downloaded bytes, one a network; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import TaskID as Task

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        tasks: dict[str, Task] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total or None)
            bar.update(tasks[name], completed=done, total=total or None)

        yield step
