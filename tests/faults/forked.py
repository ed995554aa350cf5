"""Run functions in forks of this process: a verb under strace, and checks that need a fresh process.

A fork inherits the loaded modules of its parent, which saves a second of imports. It also inherits every lock, thread
pool and connection as they are at that moment, without the threads that would release them. So the parent must never
run what is tested; nor may a test fork pytest, which has run other tests before (see tests.unforked). Such a test
starts one of the programs here with `python -m`, or forks a fresh process (see tests/faults/conftest.py).
"""

import faulthandler
import importlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from recog.errors import RecogError
from tests.faults.tracing import Run, strace

T = TypeVar("T")
FOREIGN = 70
"""Exit status of a fork that raised an exception other than a RecogError."""
LONGEST_SECONDS = 120.0
"""How long one function may run in a fork before the fork is ended, with its stacks in the error."""
_ATTACH_SECONDS = 60.0


class HungError(RuntimeError):
    """A fork that did not end in time; the message holds the stacks of all its threads."""


def fork() -> int:
    """Fork this process; RuntimeError if it runs other threads, whose locks the fork would never see released."""
    if threading.active_count() > 1:
        others = sorted(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
        raise RuntimeError(f"only a process of one thread may be forked, and here run {', '.join(others)}")
    return os.fork()  # noqa: TID251 - the one place


def end_of(pid: int, stacks: Path, *, seconds: float = LONGEST_SECONDS) -> int:
    """Return the exit status of a fork, negative for a signal; HungError if it runs longer than these seconds.

    stacks: the file that the fork named to `show_stacks`.
    """
    descriptor = os.pidfd_open(pid)
    try:
        ended, _, _ = select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)
    if not ended:
        raise hung(pid, stacks, seconds=seconds)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def hung(pid: int, stacks: Path, *, seconds: float) -> HungError:
    """End a fork; return the error that shows where its threads stood."""
    os.kill(pid, signal.SIGABRT)  # it writes the stacks before it dies
    os.waitpid(pid, 0)
    where = stacks.read_text(errors="replace") if stacks.exists() else "no place that it could name"
    return HungError(f"process {pid} did not end within {seconds:.0f} s; it stood at\n{where}")


def show_stacks(stacks: Path) -> None:
    """Let this process append the stacks of all its threads to a file if it crashes or is ended as hung."""
    faulthandler.enable(os.open(stacks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def apart(function: Callable[[], T], *, seconds: float = LONGEST_SECONDS) -> T:
    """Return the answer of a function run in a fork; RuntimeError with its traceback if it raised, died or hung."""
    ours, theirs = Pipe(duplex=False)
    with ours, tempfile.TemporaryDirectory() as directory:
        stacks = Path(directory) / "stacks"
        pid = fork()
        if pid == 0:
            _answer(theirs, function, stacks)
        theirs.close()
        if not ours.poll(seconds):
            raise hung(pid, stacks, seconds=seconds)
        try:
            done, what = ours.recv()
        except EOFError:
            end = end_of(pid, stacks)
            where = stacks.read_text(errors="replace")
            raise RuntimeError(f"the process ended by {end} without an answer\n{where}".strip()) from None
        end_of(pid, stacks)
    if not done:
        raise RuntimeError(what)
    return what  # type: ignore[no-any-return]


def _answer(connection: Connection, function: Callable[[], object], stacks: Path) -> None:
    """Send the answer in the fork and never return."""
    try:
        show_stacks(stacks)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what is acknowledged here
        connection.send((True, function()))
    except BaseException:  # noqa: BLE001 - told to the parent
        connection.send((False, traceback.format_exc()))
    finally:
        os._exit(0)


def load_what_loads(function: Callable[[], T]) -> T:
    """Return the answer of a function run in a fork, and load here every module that it loaded, those of recog first.

    Only recog loads OpenVINO in such a way that it starts no thread, which would send an event to its makers.
    """

    def answer() -> tuple[T, list[str]]:
        before = set(sys.modules)
        result = function()
        return result, sorted(set(sys.modules) - before, key=lambda name: (not name.startswith("recog."), name))

    result, names = apart(answer)
    for name in names:
        with suppress(ImportError):  # a submodule that only its own package can load, or what recog makes absent
            importlib.import_module(name)
    return result


def run_forked(function: Callable[[], None], options: Sequence[str]) -> Run:
    """Run a function in a fork whose main thread strace follows with these options."""
    with tempfile.TemporaryDirectory() as directory:
        said, acknowledged, log = (Path(directory) / name for name in ("said", "acknowledged", "trace"))
        waiting, go = os.pipe()
        pid = fork()
        if pid == 0:
            os.close(go)
            _run_and_exit(function, waiting, acknowledged, said)
        os.close(waiting)
        # Without -f: the main thread makes the calls that count, and decoding processes run at full speed.
        tracer = subprocess.Popen([*strace(), *options, "-o", str(log), "-p", str(pid)], stderr=subprocess.PIPE)
        attached = _attached(pid, tracer)
        if attached:
            os.write(go, b"\n")
        os.close(go)  # the fork ends when it reads nothing
        status = end_of(pid, said)
        _, complaint = tracer.communicate()
        if not attached:
            raise RuntimeError(f"strace did not attach: {complaint.decode(errors='replace')}")
        return Run(
            status,
            tuple(acknowledged.read_text().splitlines()),
            said.read_text(errors="replace"),
            tuple(log.read_text(errors="replace").splitlines()),
        )


def run_at_once(functions: Sequence[Callable[[], None]]) -> list[tuple[int, Run]]:
    """Run functions in forks that start at the same moment; return process id and run of each, without a trace."""
    with tempfile.TemporaryDirectory() as directory:
        places = [(Path(directory) / f"acknowledged-{n}", Path(directory) / f"said-{n}") for n in range(len(functions))]
        waiting, go = os.pipe()
        pids = []
        for function, (acknowledged, said) in zip(functions, places, strict=True):
            pid = fork()
            if pid == 0:
                os.close(go)
                _run_and_exit(function, waiting, acknowledged, said)
            pids.append(pid)
        os.close(waiting)
        os.write(go, b"\n" * len(functions))
        os.close(go)
        ends = [end_of(pid, said) for pid, (_, said) in zip(pids, places, strict=True)]
        return [
            (pid, Run(end, tuple(acknowledged.read_text().splitlines()), said.read_text(errors="replace"), ()))
            for pid, end, (acknowledged, said) in zip(pids, ends, places, strict=True)
        ]


def _run_and_exit(function: Callable[[], None], waiting: int, acknowledged: Path, said: Path) -> None:
    """Run in the fork and never return."""
    status = FOREIGN
    try:
        show_stacks(said)
        for number, path in ((1, acknowledged), (2, said)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(descriptor, number)
            os.close(descriptor)
        if os.read(waiting, 1):
            function()
            status = 0
    except RecogError as error:
        os.writev(2, [f"{error}\n".encode()])
        status = 1
    except BaseException:  # noqa: BLE001 - this process must not come back as a second parent
        os.writev(2, [traceback.format_exc().encode()])
    finally:
        os._exit(status)


def _attached(pid: int, tracer: "subprocess.Popen[bytes]") -> bool:
    """Return whether strace has attached to the process, waiting for it a while."""
    deadline = time.monotonic() + _ATTACH_SECONDS
    while time.monotonic() < deadline and tracer.poll() is None:
        if f"TracerPid:\t{tracer.pid}" in Path(f"/proc/{pid}/status").read_text():
            return True
        time.sleep(0.001)
    return False
