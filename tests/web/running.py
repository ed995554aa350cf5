"""Run `recog serve` in its own process."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.web.client import TOKEN

RECOG = Path(sys.executable).parent / "recog"


@dataclass
class Running:
    """A process that serves: its port, the code of its address, and what it has printed so far."""

    process: subprocess.Popen[str]
    port: int
    code: str
    said: str

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send a request and return status, headers and body of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def end(self, by: signal.Signals) -> tuple[int, str]:
        """Send a signal and return the exit status and everything that was written."""
        self.process.send_signal(by)
        said, complained = self.process.communicate(timeout=60)
        return self.process.returncode, self.said + said + complained


@contextmanager
def running_server(library: Path, *, descriptors: int | None = None, before: Sequence[str] = ()) -> Iterator[Running]:
    """Serve a library. descriptors limits the open files; `before` is a command that starts the server."""
    limited = [] if descriptors is None else ["bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "bash"]
    command = [*before, *limited, str(RECOG), "--library", str(library), "serve", "--port", "0", "--json"]
    environment = os.environ | {"RECOG_SERVE_TOKEN": TOKEN}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            said = "".join(iter(process.stdout.readline, "}\n")) + "}"
            found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#([\w-]{43})", json.loads(said)["open"])
            assert found is not None
            yield Running(process, int(found[1]), found[2], said)
        finally:
            process.kill()
