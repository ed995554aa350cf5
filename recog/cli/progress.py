"""Progress bars on stderr, drawn only on a terminal, and only once there is something to show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recog.cli.failures import warn
from recog.printable import printable

if TYPE_CHECKING:  # rich and the records load only when a bar is drawn
    from rich.progress import Progress, TaskID

    from recog.library.indexing.results import IngestProgress
    from recog.library.styling.results import StylingProgress


@contextmanager
def photo_bar() -> Iterator[Callable[[IngestProgress], None] | None]:
    """Draw a bar of photo files with rate and remaining time; yield None if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[found]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    task: TaskID | None = None

    def step(progress: IngestProgress) -> None:
        nonlocal task
        if task is None:
            task = bar.add_task("", total=progress.total, rate="", found="")
            bar.start()
        elapsed = bar.tasks[task].elapsed
        rate = f"{progress.done / elapsed:.1f} photos/s" if elapsed else ""
        failed = f", {progress.failed:,} failed" if progress.failed else ""
        found = f"{progress.faces:,} faces{failed}"
        bar.update(task, completed=progress.done, total=progress.total, rate=rate, found=found)

    try:
        yield step
    finally:
        bar.stop()


@contextmanager
def counting_bar() -> Iterator[Callable[[int, int], None]]:
    """Draw a bar that takes (done, total); it draws nothing if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)

    def step(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)
        if done == total:
            bar.stop()

    try:
        yield step
    finally:
        bar.stop()


@contextmanager
def styling_bar() -> Iterator[Callable[[StylingProgress], None] | None]:
    """Draw a bar of pictures and one of the steps of the current picture; yield None if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    pictures = bar.add_task("pictures", total=None, said="")
    steps = bar.add_task("steps", total=None, said="")

    def step(progress: StylingProgress) -> None:
        bar.start()
        whole = progress.picture - 1 + progress.step / progress.steps
        manner = " + ".join(style.name for style in progress.styles)
        said = f"{printable(progress.photo.name)} as {printable(manner)}"
        bar.update(pictures, completed=round(whole, 2), total=progress.pictures, said=said)
        bar.update(steps, completed=progress.step, total=progress.steps, said=f"cost {progress.cost:.4g}")

    try:
        yield step
    finally:
        bar.stop()


class WeightsBar:
    """Report each downloaded file once; on a terminal, draw a bar of its bytes."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._bar: Progress | None = None

    def __call__(self, name: str, done: int, total: int) -> None:
        """Report that `done` of `total` bytes of the file `name` have arrived."""
        if name not in self._said:
            self._said.add(name)
            warn(f"downloading {name} ({total / 1e6:.0f} MB), once")
        if sys.stderr.isatty() and done < total:
            bar = self._drawn(total)
            bar.update(bar.task_ids[0], completed=done)
        else:
            self.close()

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _drawn(self, total: int) -> Progress:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

            columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=total)
            self._bar.start()
        return self._bar
