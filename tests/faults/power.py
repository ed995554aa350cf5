"""Cut the power at every moment of a verb, on a model of a disk that keeps only what was synced.

`python -m tests.faults.power [--verbs VERB...] [--write]`. A verb runs under strace, and its calls tell what the disk
must hold at each moment: of a file, the content at its last fsync. For names there are two disks: "strict" keeps those
of a folder at its last fsync, as POSIX allows; "eager" keeps each name at once, so that a file renamed before it was
synced exists and is empty. Each state of such a disk becomes a library, which is checked like one after a kill, with
all that the verb had acknowledged by then. If `forget` was acknowledged, none of its files may hold the person, even
before recog opens it. `--write` keeps the counts in benchmarks/results/faults_power.csv.

Not in the model: torn sectors in the middle of a page, and a disk that reports a sync that it has not done.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

from tests.faults.forked import apart, load_what_loads, run_forked
from tests.faults.program import act
from tests.faults.results import write_results
from tests.faults.tracing import Run, obstacle
from tests.faults.world import ALL_VERBS, World, make_world
from tests.painted import painted_library

STRICT, EAGER = "strict", "eager"
RESULTS = "faults_power.csv"
_SYNCS = ("fsync", "fdatasync")
FOLLOWED = (
    "open", "openat", "creat", "close", "lseek", "write", "writev", "pwrite64", "ftruncate", *_SYNCS, "rename", "link",
    "unlink", "mkdir",
)  # fmt: skip
_UNKNOWN = (
    "renameat", "renameat2", "linkat", "unlinkat", "rmdir", "truncate", "pwritev", "pwritev2", "sendfile",
    "copy_file_range", "fallocate", "symlink", "symlinkat", "dup", "dup2", "dup3",
)  # fmt: skip
"""Calls that the model does not cover; a verb that makes one on the library is refused."""
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_KILLED = -9


@dataclass(slots=True, eq=False)
class File:
    """The content of a file as programs see it, and as the disk holds it."""

    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass(slots=True)
class Open:
    """An open descriptor: a file at an offset, or a folder."""

    file: File | None
    folder: Path
    offset: int = 0


class Disk:
    """The files below a folder as a traced program changes them, and what would survive a power cut."""

    def __init__(self, root: Path, *, eager: bool) -> None:
        self.root = root
        self.eager = eager
        self.acknowledged: list[str] = []
        self._names: dict[Path, File] = {}
        self._descriptors: dict[int, Open] = {}
        for path in root.rglob("*") if root.exists() else ():
            if path.is_file():
                self._names[path] = File(bytearray(path.read_bytes()), path.read_bytes())
        self._synced_names = dict(self._names)

    def holds(self) -> dict[Path, bytes]:
        """Return the files of the disk without SQLite's -shm files, which opening the database recreates."""
        names = self._names if self.eager else self._synced_names
        return {path: file.synced for path, file in names.items() if not path.name.endswith("-shm")}

    def follow(self, line: str) -> None:
        """Apply one line of a trace."""
        found = _CALL.match(line)
        if found is None or int(found[3]) < 0:
            return
        call, arguments, result = found[1], found[2], int(found[3])
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(arguments)]
        numbers = [int(number) for number in re.findall(r"(?<![\w\"])\d+", _TEXT.sub("", arguments))]
        if call in _UNKNOWN:
            if any(self._ours(text) for text in texts) or (numbers and numbers[0] in self._descriptors):
                raise RuntimeError(f"the model does not follow {line[:200]}")
        elif texts and call in ("open", "openat", "creat", "rename", "link", "unlink"):
            self._named(call, [Path(text.decode()) for text in texts], arguments, result)
        elif call == "writev" and numbers[0] == 1:
            self.acknowledged += b"".join(texts).decode().splitlines()
        elif numbers and numbers[0] in self._descriptors:
            self._described(call, self._descriptors[numbers[0]], numbers, texts, result)

    def _ours(self, path: bytes) -> bool:
        return path.startswith(bytes(self.root))

    def _named(self, call: str, paths: Sequence[Path], arguments: str, result: int) -> None:
        path = paths[0]
        if not path.is_relative_to(self.root.parent):
            return
        if call == "rename":
            self._names[paths[1]] = self._names.pop(path)
        elif call == "link":
            self._names[paths[1]] = self._names[path]
        elif call == "unlink":
            self._names.pop(path, None)
        elif path in self._names or "O_CREAT" in arguments or call == "creat":
            file = self._names.setdefault(path, File())
            if "O_TRUNC" in arguments or call == "creat":
                file.content.clear()
            self._descriptors[result] = Open(file, path.parent)
        else:
            self._descriptors[result] = Open(None, path)

    def _described(self, call: str, opened: Open, numbers: Sequence[int], texts: Sequence[bytes], result: int) -> None:
        file = opened.file
        if call == "close":
            del self._descriptors[numbers[0]]
        elif file is None:
            if call in _SYNCS:
                self._sync_names(opened.folder)
        elif call in _SYNCS:
            file.synced = bytes(file.content)
        elif call == "ftruncate":
            file.content[:] = bytes(file.content[: numbers[1]]).ljust(numbers[1], b"\0")
        elif call == "lseek":
            opened.offset = result
        elif call in ("write", "writev", "pwrite64"):
            offset = numbers[-1] if call == "pwrite64" else opened.offset
            if len(file.content) < offset:
                file.content.extend(bytes(offset - len(file.content)))
            file.content[offset : offset + result] = b"".join(texts)[:result]
            if call != "pwrite64":
                opened.offset += result

    def _sync_names(self, folder: Path) -> None:
        kept = {path: file for path, file in self._synced_names.items() if path.parent != folder}
        self._synced_names = kept | {path: file for path, file in self._names.items() if path.parent == folder}


def states(disk: Disk, trace: Sequence[str]) -> Iterator[tuple[dict[Path, bytes], tuple[str, ...]]]:
    """Yield each state of the disk, with what was acknowledged by its end."""
    held = disk.holds()
    for line in trace:
        acknowledged = tuple(disk.acknowledged)
        disk.follow(line)
        if (now := disk.holds()) != held:
            yield held, acknowledged
            held = now
    yield held, tuple(disk.acknowledged)


def traced(world: World, verb: str, library: Path) -> Run:
    """Trace a verb: every call that the model covers, with all its bytes."""

    def whole() -> None:
        with painted_library(library) as opened:
            act(opened, verb, world.folders(verb))

    calls = ",".join((*FOLLOWED, *_UNKNOWN))
    run = run_forked(whole, ["-e", f"trace={calls}", "-e", "signal=none", "-xx", "-s", "16777216"])
    if run.status != 0:
        raise RuntimeError(f"the program failed: {run.said}")
    return run


def cut(world: World, verb: str, directory: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield, after each cut of a verb, which disk it was and the problems; equal states are looked at once."""
    library = world.copy(verb, directory)
    if verb == "forget":  # a copy that a migration made, which goes with the person
        shutil.copyfile(library / "catalog.sqlite3", library / "catalog.sqlite3.before-0001")
    disks = {kind: Disk(library, eager=kind == EAGER) for kind in (STRICT, EAGER)}
    run = traced(world, verb, library)
    known: dict[str, list[str]] = {}
    for kind, disk in disks.items():
        for number, (held, acknowledged) in enumerate(states(disk, run.trace)):
            state = _digest(held, acknowledged)
            if state not in known:
                _restore(held, directory)
                known[state] = world.left_of_the_forgotten(library) if "forget" in acknowledged else []
                known[state] += apart(partial(world.problems, verb, library, Run(_KILLED, acknowledged, "", ())))
            yield kind, [f"{verb}, state {number}: {problem}" for problem in known[state]]


def _digest(held: Mapping[Path, bytes], acknowledged: Sequence[str]) -> str:
    """Return what two states have in common only if they are equal."""
    files = sorted((str(path), sha256(content).hexdigest()) for path, content in held.items())
    return sha256(repr((files, acknowledged)).encode()).hexdigest()


def _restore(held: Mapping[Path, bytes], directory: Path) -> None:
    """Let a folder hold what the disk held."""
    shutil.rmtree(directory)
    for path, content in held.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
    directory.mkdir(exist_ok=True)


def main() -> int:
    """Cut the power, print the failures, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--verbs", nargs="+", choices=ALL_VERBS, default=ALL_VERBS, help="of these verbs only")
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    if why := obstacle():
        sys.exit(f"nothing can be traced here: {why}")
    rows: list[tuple[str, str, int, int]] = []
    with tempfile.TemporaryDirectory() as directory:
        world = load_what_loads(partial(make_world, Path(directory) / "world", options.verbs))
        for verb in options.verbs:
            cuts = list(cut(world, verb, Path(directory) / "trial"))
            for disk in (STRICT, EAGER):
                of_disk = [problems for kind, problems in cuts if kind == disk]
                rows.append((verb, disk, len(of_disk), sum(map(bool, of_disk))))
                for problem in (problem for problems in of_disk for problem in problems):
                    print(f"{disk}: {problem}", flush=True)  # noqa: T201 - a program
    total, wrong = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print(f"{total} states of a disk whose power was cut, {wrong} left something wrong")  # noqa: T201
    if options.write:
        write_results(RESULTS, f"{total} states", ("verb", "disk", "states", "left something wrong"), rows)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
