"""Start a program of tests.faults in a fresh process, as a test must do: the process of the tests may not be forked."""

import signal
import subprocess
import sys
from tempfile import TemporaryFile

from tests.faults.tracing import ROOT

LONGEST_SECONDS = 450.0
"""Shorter than pytest's own limit, which would not say where the program stands."""
_GRACE_SECONDS = 10.0


class ProgramHungError(AssertionError):
    """A program did not end in time; the message holds its output and the stacks of its threads."""


def run_program(name: str, *options: str, seconds: float = LONGEST_SECONDS) -> "subprocess.CompletedProcess[str]":
    """Run `python -m tests.faults.NAME OPTIONS` to its end; ProgramHungError after so many seconds."""
    command = [sys.executable, "-X", "faulthandler", "-m", f"tests.faults.{name}", *options]
    # Files and not pipes: a process that the program left behind would hold a pipe open.
    with TemporaryFile("w+", errors="replace") as out, TemporaryFile("w+", errors="replace") as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it writes the stacks before it dies
            process.wait(_GRACE_SECONDS)
            status = None
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        done = subprocess.CompletedProcess(command, status or 0, out.read(), err.read())
    if status is None:
        raise ProgramHungError(f"{name} did not end within {seconds:.0f} s\n{done.stdout}{done.stderr}")
    return done
