"""The child processes of a process, read from /proc."""

import os
from contextlib import suppress
from pathlib import Path


def child_processes(pid: int | None = None) -> set[int]:
    """Return the processes whose parent is `pid` (default: this process), zombies too; none if it has ended."""
    found: set[int] = set()
    for children in Path(f"/proc/{os.getpid() if pid is None else pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread may end between the listing and the reading
            found |= set(map(int, children.read_text().split()))
    return found
