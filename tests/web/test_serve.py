"""`recog serve` as a process: where it listens, whom it admits, what it prints, how it ends."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recog.cli.app import app
from recog.web.serve import listen
from tests.child_processes import child_processes
from tests.cli.conftest import open_painted
from tests.web.client import TOKEN
from tests.web.running import Running, running_server

needs_proc = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no /proc to look into")


@pytest.fixture
def running(tmp_path: Path, faces: list[int]) -> Iterator[Running]:
    with running_server(tmp_path / "library") as running:
        yield running


def listening(process: int) -> set[str]:
    """Return where a process listens, as in /proc/net: hexadecimal address and port."""
    sockets = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            sockets.add(str(entry.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == "0A" and f"socket:[{rest[5]}]" in sockets:
                found.add(local)
    return found


@needs_proc
def test_it_listens_on_the_loopback_alone(running: Running) -> None:
    assert listening(running.process.pid) == {f"0100007F:{running.port:04X}"}


def test_the_address_lets_one_browser_in_and_nothing_secret_is_written(running: Running) -> None:
    own = {"Origin": f"http://127.0.0.1:{running.port}"}
    assert running.ask("GET", "/")[0] == 401
    assert running.ask("POST", "/enter", "no code", **own)[0] == 401
    status, headers, _ = running.ask("POST", "/enter", running.code, **own)
    assert status == 200
    cookie, *flags = headers["set-cookie"].split("; ")
    root = flags.pop(0).removeprefix("Path=").rstrip("/")
    assert re.fullmatch(r"/s/[\w-]{43}", root)
    assert flags == ["HttpOnly", "SameSite=Strict"]
    assert running.ask("POST", "/enter", running.code, **own)[0] == 401
    status, _, people = running.ask("GET", f"{root}/api/people", Cookie=cookie)
    assert (status, json.loads(people)["people"][0]["name"]) == (200, "Ada")
    assert running.ask("GET", f"{root}/people/1", Cookie=cookie)[0] == 200
    given = {"Cookie": cookie, **own, "Content_Type": "application/json"}
    assert running.ask("POST", f"{root}/api/rename", '{"old": "Ada", "new": "Augusta"}', **given)[0] == 200
    assert running.ask("POST", f"{root}/api/rename", '{"old": "Ada", "new": "Augusta"}', **given)[0] == 404
    assert running.ask("GET", "/api/people", Authorization=f"Bearer {TOKEN}")[0] == 200
    _, written = running.end(signal.SIGINT)
    session = cookie.partition("=")[2]
    assert "a browser entered" in written
    assert not [secret for secret in (TOKEN, session, root, "Ada", "Augusta", "people") if secret in written]
    assert written.count(running.code) == 1, "in the address that was printed"


@needs_proc
def test_processes_that_decode_photos_do_not_know_the_token(running: Running) -> None:
    assert running.ask("GET", "/photos/1.jpg", Authorization=f"Bearer {TOKEN}")[0] == 200
    children = child_processes(running.process.pid)
    assert children
    assert not [child for child in children if TOKEN.encode() in Path(f"/proc/{child}/environ").read_bytes()]


@pytest.mark.parametrize(("by", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_it_ends_at_once_though_somebody_is_connected(running: Running, by: signal.Signals, status: int) -> None:
    idle = HTTPConnection("127.0.0.1", running.port, timeout=60)
    idle.connect()
    idle.putrequest("POST", "/api/undo")
    idle.putheader("Content-Length", "100")
    idle.endheaders()
    assert running.ask("GET", "/api/people", Authorization=f"Bearer {TOKEN}")[0] == 200
    code, written = running.end(by)
    idle.close()
    assert code == status
    assert "Traceback" not in written


@pytest.mark.parametrize(
    ("words", "token", "sentence"),
    [
        (["--host", "192.0.2.1"], "", "lets other machines see your faces"),
        (["--host", "192.0.2.1"], TOKEN, "give --allow-network"),
        (["--host", "192.0.2.1", "--allow-network"], "", "set a token in RECOG_SERVE_TOKEN"),
        (["--host", ".".join("0000"), "--allow-network"], TOKEN, "name one address of this machine"),
        (["--host", "::", "--allow-network"], TOKEN, "name one address of this machine"),
        (["--host", "0", "--allow-network"], TOKEN, "name one address of this machine"),
        (["--host", "0:0:0:0:0:0:0:0", "--allow-network"], TOKEN, "name one address of this machine"),
        (["--host", "192.0.2.1", "--allow-network"], TOKEN, "nothing can listen at 192.0.2.1"),
        ([], "guessable", "22 or more printable ASCII characters"),
    ],
)
def test_what_is_not_safe_is_refused_in_one_sentence(
    *, tmp_path: Path, faces: list[int], words: list[str], token: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOG_SERVE_TOKEN", token)
    command = ["--library", str(tmp_path / "library"), "serve", "--port", "0", *words]
    done = CliRunner().invoke(app, command, obj=open_painted, prog_name="recog")
    assert done.exit_code == 1, done.output
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "guessable" not in done.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path, faces: list[int]) -> None:
    taken, place = listen("127.0.0.1", 0)
    with taken:
        command = ["--library", str(tmp_path / "library"), "serve", "--port", str(place.port)]
        done = CliRunner().invoke(app, command, obj=open_painted, prog_name="recog")
        assert f"nothing can listen at 127.0.0.1 port {place.port}" in done.stderr
        assert done.exit_code == 1


def test_without_its_packages_it_says_how_to_install_them(tmp_path: Path) -> None:
    for package in ("fastapi", "uvicorn"):
        code = f"import sys; sys.modules[{package!r}] = None; from recog.cli.start import main; main()"
        done = subprocess.run([sys.executable, "-c", code, "serve"], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr == "recog: recog serve needs more packages: pip install 'recog[web]'\n"


def test_it_ignores_interrupts_if_whoever_started_it_does(tmp_path: Path, faces: list[int]) -> None:
    """In a script with `recog serve &`, Ctrl-C is meant for the foreground process."""
    with running_server(tmp_path / "library", before=["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]) as server:
        assert server.ask("GET", "/api/people", Authorization=f"Bearer {TOKEN}")[0] == 200
        server.process.send_signal(signal.SIGINT)
        until = time.monotonic() + 2.0  # uvicorn would end within 0.1 s
        while time.monotonic() < until:
            assert server.ask("GET", "/api/people", Authorization=f"Bearer {TOKEN}")[0] == 200
        code, written = server.end(signal.SIGTERM)
    assert code == -signal.SIGTERM
    assert "Traceback" not in written
