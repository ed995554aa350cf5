"""Run the program under strace, which lists its system calls or makes some fail."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
"""Every system call that changes the disk."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program: its exit status (negative: the signal), acknowledgements, errors and trace."""

    status: int
    acknowledged: tuple[str, ...]
    said: str
    trace: tuple[str, ...]

    @property
    def injected(self) -> bool:
        """Return whether the fault happened."""
        return any("(INJECTED" in line or "killed by SIGKILL" in line for line in self.trace)


@functools.cache
def obstacle() -> str:
    """Return why faults cannot be injected here; empty if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip().splitlines()[-1]}"


def strace() -> list[str]:
    """Return the command of strace, without --seccomp-bpf: it is faster, but loses injected signals in strace 6.1."""
    return ["strace", "-qq"]


def run_traced(arguments: Sequence[str], *options: str) -> Run:
    """Run the program under strace with these options for tracing and injection."""
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "trace"
        command = [*strace(), "-f", *options, "-o", str(log)]
        command += [sys.executable, "-m", "tests.faults.program", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        return Run(
            done.returncode,
            tuple(done.stdout.splitlines()),
            done.stderr,
            tuple(log.read_text(errors="replace").splitlines()),
        )
