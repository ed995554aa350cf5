"""Run the program under strace, which kills it or fails its system calls at a chosen one."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
"""Everything that changes what is on the disk."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program: its exit status (negative: the signal), what it acknowledged, said, and the trace."""

    status: int
    acknowledged: tuple[str, ...]
    said: str
    trace: tuple[str, ...]

    @property
    def injected(self) -> bool:
        """Did the fault happen?"""
        return any("(INJECTED" in line or "killed by SIGKILL" in line for line in self.trace)


@functools.cache
def obstacle() -> str:
    """Why faults cannot be injected here; empty where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip().splitlines()[-1]}"


def run_traced(arguments: Sequence[str], *options: str) -> Run:
    """Run the program under strace with these options, which say what is traced and injected."""
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "trace"
        # Without --seccomp-bpf, which is faster: it loses injected signals in strace 6.1.
        command = ["strace", "-f", "-qq", *options, "-o", str(log)]
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


def count_calls(arguments: Sequence[str]) -> Counter[str]:
    """How often the main thread makes each of CALLS in a run without faults: strace counts by thread."""
    run = run_traced(arguments, "-e", f"trace={','.join(CALLS)}")
    if run.status != 0:
        raise RuntimeError(f"the program failed without any fault: {run.said}")
    main = run.trace[0].split()[0]
    calls = Counter(line.split(None, 1)[1].partition("(")[0] for line in run.trace if line.split()[0] == main)
    return Counter({call: calls[call] for call in CALLS if calls[call]})


def inject(arguments: Sequence[str], call: str, fault: str, when: str) -> Run:
    """Run with a fault in strace's words: 'signal=KILL' or 'error=ENOSPC', at the n-th call '7' or from it on '7+'."""
    return run_traced(arguments, "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}")
