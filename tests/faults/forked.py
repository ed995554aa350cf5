"""Run functions in forks of this process: a verb under strace, and checks that need a fresh process.

A fork inherits the loaded modules of its parent, which saves a second of imports. The parent itself must never run what
is tested: a fork would inherit its threads, connections and thread pools broken.
"""

import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from recog.errors import RecogError
from tests.faults.tracing import Run, strace

T = TypeVar("T")
FOREIGN = 70
"""Exit status of a fork that raised an exception other than a RecogError."""
_ATTACH_SECONDS = 10.0


def apart(function: Callable[[], T]) -> T:
    """Return the answer of a function run in a fork; RuntimeError with its traceback if it raised."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(theirs, function))
    process.start()
    theirs.close()
    try:
        done, what = ours.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"the process ended by {process.exitcode} without an answer") from None
    process.join()
    if not done:
        raise RuntimeError(what)
    return what  # type: ignore[no-any-return]


def _answer(connection: Connection, function: Callable[[], object]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what is acknowledged here
    try:
        connection.send((True, function()))
    except Exception:  # noqa: BLE001 - told to the parent
        connection.send((False, traceback.format_exc()))


def load_what_loads(function: Callable[[], T]) -> T:
    """Return the answer of a function run in a fork, and load here every module that it loaded."""

    def answer() -> tuple[T, list[str]]:
        before = set(sys.modules)
        result = function()
        return result, sorted(set(sys.modules) - before)

    result, names = apart(answer)
    for name in names:
        with suppress(ImportError):  # a submodule that only its own package can load
            importlib.import_module(name)
    return result


def run_forked(function: Callable[[], None], options: Sequence[str]) -> Run:
    """Run a function in a fork whose main thread strace follows with these options."""
    with tempfile.TemporaryDirectory() as directory:
        said, acknowledged, log = (Path(directory) / name for name in ("said", "acknowledged", "trace"))
        waiting, go = os.pipe()
        pid = os.fork()
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
        _, status = os.waitpid(pid, 0)
        _, complaint = tracer.communicate()
        if not attached:
            raise RuntimeError(f"strace did not attach: {complaint.decode(errors='replace')}")
        return Run(
            os.waitstatus_to_exitcode(status),
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
            pid = os.fork()
            if pid == 0:
                os.close(go)
                _run_and_exit(function, waiting, acknowledged, said)
            pids.append(pid)
        os.close(waiting)
        os.write(go, b"\n" * len(functions))
        os.close(go)
        ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        return [
            (pid, Run(end, tuple(acknowledged.read_text().splitlines()), said.read_text(errors="replace"), ()))
            for pid, end, (acknowledged, said) in zip(pids, ends, places, strict=True)
        ]


def _run_and_exit(function: Callable[[], None], waiting: int, acknowledged: Path, said: Path) -> None:
    """Run in the fork and never return."""
    status = FOREIGN
    try:
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
