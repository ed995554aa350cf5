"""Send acts to a server while commands run on the same library, kill both at random, and look for lost acts.

`python -m tests.faults.beside --acts 1000 --kills 10 --minutes 60 --write` keeps the counts in
benchmarks/results/faults_beside.csv. The server is `recog serve` on a painted library, in its own process; each
command is another process, forked from here. SIGKILL ends one of the two at random moments. At the end the history must
hold every acknowledged act once, and the catalog every acknowledged photo. No process may ever hold a deleted file of
the library.
"""

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from recog.errors import RecogError
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.serve import listen, serve
from tests.faults.beside_commands import COMMANDS, Ack, faces_of, start_library, told
from tests.faults.forked import LONGEST_SECONDS, apart, end_of, fork, hung, load_what_loads, show_stacks
from tests.faults.results import write_results
from tests.painted import painted_library
from tests.web.client import TOKEN

SEED = 20261130
FOREIGN = 70
_ANSWER_SECONDS = 60.0


@dataclass
class Tally:
    """Counts of a run. acts: acknowledged acts by their source; problems: one sentence each."""

    acts: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Command:
    """A command that runs beside the server, with the file that lists what it acknowledged."""

    kind: str
    pid: int
    acknowledged: Path

    @classmethod
    def start(cls, kind: str, number: int, home: Path) -> "Command":
        """Fork it."""
        acknowledged = home / f"acknowledged-{number}"
        acknowledged.touch()
        pid = fork()
        if pid == 0:
            _end_after(partial(_run_command, kind, number, home, acknowledged), home / "said")
        return cls(kind, pid, acknowledged)

    def acks(self) -> list[Ack]:
        """Return what it acknowledged, without a line that a kill cut short."""
        lines = self.acknowledged.read_text().splitlines(keepends=True)
        return [Ack(*json.loads(line)) for line in lines if line.endswith("\n")]


@dataclass
class Server:
    """The server's process, and the connection of its only client."""

    pid: int
    connection: HTTPConnection

    @classmethod
    def start(cls, home: Path) -> "Server":
        """Fork it and wait until it listens."""
        reader, writer = os.pipe()
        pid = fork()
        if pid == 0:
            os.close(reader)
            _end_after(partial(_serve, home / "library", writer), home / "said")
        os.close(writer)
        with os.fdopen(reader) as told_port:
            if not select.select([told_port], [], [], LONGEST_SECONDS)[0]:
                raise hung(pid, home / "said", seconds=LONGEST_SECONDS)
            port = told_port.read()
        if not port:
            end_of(pid, home / "said")
            raise RuntimeError(f"the server did not start: {(home / 'said').read_text()}")
        return cls(pid, HTTPConnection("127.0.0.1", int(port), timeout=_ANSWER_SECONDS))

    def act(self, path: str, **given: object) -> tuple[int, Any]:
        """POST JSON; return the status and the document."""
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        self.connection.request("POST", path, json.dumps(given), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


class Run:
    """One library with its server and its commands, until enough acts are acknowledged or the time is over."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = home
        self.tally = Tally()
        self._choose = random.Random(seed)
        self._acks: list[Ack] = []
        self._people: list[str] = ["Ann"]
        self._number = 0
        load_what_loads(partial(start_library, home))
        self._faces = apart(partial(faces_of, home))
        self._server = Server.start(home)
        self._command: Command | None = None

    def until(self, *, acts: int, kills: int, seconds: float) -> Tally:
        """Act until the end; kills are spread over the acts, or over the time if it passes sooner."""
        began = time.monotonic()
        left = [(number + self._choose.random()) / kills for number in range(kills)]
        while (done := self.tally.acts.total() / acts) < 1 and (spent := (time.monotonic() - began) / seconds) < 1:
            if left and max(done, spent) > left[0]:
                left.pop(0)
                self._kill()
            self._advance()
        self._end()
        try:
            self.tally.problems += apart(partial(_lost, self.home, self._acks))
        except RuntimeError as error:
            self.tally.problems.append(f"the library cannot be read any more: {error}")
        return self.tally

    def _advance(self) -> None:
        """Make one act of the client, and start a command if the last one has ended."""
        if self._command is None:
            self._number += 1
            self._command = Command.start(self._choose.choice(list(COMMANDS)), self._number, self.home)
        elif os.waitpid(self._command.pid, os.WNOHANG) != (0, 0):
            self._take_in(self._command)
            self._command = None
        self._look_for_deleted_files()
        try:
            self._act()
        except TimeoutError:
            self.tally.problems.append(str(hung(self._server.pid, self.home / "said", seconds=_ANSWER_SECONDS)))
            self._server = Server.start(self.home)
        except (OSError, HTTPException) as error:
            self.tally.problems.append(f"the server did not answer: {error!r}")
            self._restart()

    def _act(self) -> None:
        self._number += 1
        name = f"S{self._number}"
        known = self._choose.choice(self._people)
        face = self._choose.choice(self._faces)
        possible: list[tuple[str, dict[str, object], tuple[str, dict[str, str]] | None]] = [
            ("/api/confirm", {"name": name, "face_ids": [face], "new": True}, ("enrol", {"person": name})),
            ("/api/rename", {"old": known, "new": name}, ("rename", {"before": known, "after": name})),
            ("/api/confirm", {"name": known, "face_ids": [face]}, None),
            ("/api/reject", {"name": known, "face_ids": [face]}, None),
            ("/api/undo", {}, None),
        ]
        path, given, expected = self._choose.choice(possible)
        status, document = self._server.act(path, **given)
        if status in (404, 409):  # a command holds the lock, or has undone the act
            self.tally.refused += 1
        elif status != 200:
            self.tally.problems.append(f"{path} is answered {status}: {document}")
        else:
            self.tally.acts["client"] += 1
            if expected is not None:
                self._acks.append(Ack(*expected))
                self._people.append(name)

    def _kill(self) -> None:
        """Send SIGKILL to the server or to the command."""
        command = self._command
        if command is not None and self._choose.random() < 0.5:
            os.kill(command.pid, signal.SIGKILL)
            os.waitpid(command.pid, 0)
            self.tally.kills["command"] += 1
            self._acks += command.acks()
            self._command = None
        else:
            os.kill(self._server.pid, signal.SIGKILL)
            self.tally.kills["server"] += 1
            self._restart()

    def _restart(self) -> None:
        self._server.connection.close()
        os.kill(self._server.pid, signal.SIGKILL)
        os.waitpid(self._server.pid, 0)
        self._server = Server.start(self.home)

    def _take_in(self, command: Command) -> None:
        """Record what a command that ended by itself acknowledged and reported."""
        acks = command.acks()
        self._acks += acks
        self.tally.acts["commands"] += len(acks)
        self.tally.commands[command.kind] += 1

    def _look_for_deleted_files(self) -> None:
        for pid in (self._server.pid, *([self._command.pid] if self._command else [])):
            self.tally.problems += [f"process {pid} holds {path}" for path in deleted_files(pid, self.home / "library")]

    def _end(self) -> None:
        """Let the command end, and stop the server as Ctrl-C does."""
        if self._command is not None:
            end_of(self._command.pid, self.home / "said")
            self._take_in(self._command)
        self._server.connection.close()
        os.kill(self._server.pid, signal.SIGINT)
        end_of(self._server.pid, self.home / "said")
        said = (self.home / "said").read_text(errors="replace")
        if said:
            self.tally.problems.append(f"a process ended with {said[-2000:]}")


def deleted_files(pid: int, folder: Path) -> list[str]:
    """Return the deleted files below a folder that a process still has open."""
    links = []
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                links.append(str(entry.readlink()))
            except FileNotFoundError:  # closed meanwhile
                continue
    except (FileNotFoundError, PermissionError, ProcessLookupError):  # the process has ended
        return []
    return [link for link in links if link.startswith(f"{folder}/") and link.endswith(" (deleted)")]


def _serve(library: Path, writer: int) -> None:
    with ServedLibrary(painted_library(library)) as opened:
        opened.open_catalog()
        listening, place = listen("127.0.0.1", 0)
        with listening:
            os.write(writer, str(place.port).encode())
            os.close(writer)
            serve(create_app(opened, access=Access(TOKEN), place=place), listening, tell=print)


def _run_command(kind: str, number: int, home: Path, acknowledged: Path) -> None:
    with painted_library(home / "library") as library, acknowledged.open("a", buffering=1) as file:
        for ack in COMMANDS[kind](library, number, home):
            file.write(f"{json.dumps([ack.kind, ack.people])}\n")


def _end_after(function: Callable[[], None], said: Path) -> None:
    """Run in a fork and never return. Sentences of recog are shown as to a user; all other output goes to `said`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    show_stacks(said)
    status = 0
    try:
        function()
    except (RecogError, KeyboardInterrupt):
        status = 1
    except BaseException:  # noqa: BLE001 - this process must not come back as a second parent
        status = FOREIGN
        with said.open("a") as file:
            file.write(traceback.format_exc())
    finally:
        os._exit(status)


def _lost(home: Path, acks: list[Ack]) -> list[str]:
    """Return acknowledged acts that are missing or doubled, and the findings of the library's own check."""
    with painted_library(home / "library") as library:
        found = [f"the database says {problem}" for problem in library.context.catalog.upkeep.quick_check()]
        acts = library.people.history().acts
        network, detector = library.networks.info.sha256, library.networks.detector.sha256
        photos = {path.name for path in library.context.catalog.files.under(home, detector=detector, network=network)}
        library.maintenance.check(fix=True)
        found += [f"check finds {one.sentence}" for one in library.maintenance.check().findings]
    counted = Counter(told(act.kind, act.people) for act in acts)
    for ack in acks:
        if ack.kind == "photo":
            found += [] if ack.people["name"] in photos else [f"{ack} was acknowledged and is lost"]
        elif (times := counted[told(ack.kind, ack.people)]) != 1:
            found.append(f"{ack} was acknowledged and is {times} times in the history")
    return found


def main() -> int:
    """Run, print what is wrong, keep the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--acts", type=int, default=1000, help="that are acknowledged")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=60.0, help="at most")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="keep the counts")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        run = Run(Path(directory), options.seed)
        tally = run.until(acts=options.acts, kills=options.kills, seconds=options.minutes * 60)
    for problem in tally.problems:
        print(problem)  # noqa: T201 - a program
    rows = [(kind, who, count) for kind, counts in _counts(tally) for who, count in sorted(counts.items())]
    minutes = (time.monotonic() - began) / 60
    extent = f"{tally.acts.total()} acts, {len(tally.problems)} problems, seed {options.seed}, {minutes:.1f} min"
    print(extent, *rows, sep="\n")  # noqa: T201
    if options.write:
        write_results("faults_beside.csv", extent, ("what", "of", "count"), rows)
    return 1 if tally.problems else 0


def _counts(tally: Tally) -> list[tuple[str, Counter[str]]]:
    return [("acknowledged", tally.acts), ("ended", tally.commands), ("killed", tally.kills)]


if __name__ == "__main__":
    sys.exit(main())
