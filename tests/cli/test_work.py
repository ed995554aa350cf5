"""recog index --queue, and recog work."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from recog.config import read_settings
from recog.errors import RecogError
from recog.scale.cluster import connected
from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


def test_photos_are_queued_and_worked_on(recog: Recog, folder: Path) -> None:
    paint(folder / "1.png", RED, GREEN)
    paint(folder / "2.png", GREEN)
    (folder / "3.jpg").write_bytes(b"no photo")
    queued = recog("index", "--queue", folder).stdout
    assert queued.startswith("Queued 3 photos in ")
    assert queued.endswith("; 0 unchanged, 0 missing.\nIn the queue: 3 waiting. 'recog work' indexes them.\n")
    worked = recog("work").stdout
    assert worked.startswith("Worked on 3 photos in ")
    assert worked.endswith("2 new, 0 known, 1 failed; 3 new faces.\nThe queue is empty.\n")
    again = json.loads(recog("index", "--queue", folder, "--json").stdout)
    assert (again["queued"], again["unchanged"], again["unreadable"]) == (0, 2, 1)
    assert again["queue"] == {"waiting": 0, "claimed": 0, "elsewhere": 0, "others": 0}
    (report,) = json.loads(recog("work", "--json").stdout)
    assert (report["added"], report["interrupted"]) == (0, False)


def test_what_cannot_be_is_refused_in_a_sentence(recog: Recog, folder: Path) -> None:
    paint(folder / "1.png", RED)
    assert "there is no library" in recog("work").stderr
    both = recog("index", "--queue", "--dry-run", folder)
    assert (both.exit_code, "exclude each other" in both.stderr) == (1, True)
    recog("index", "--queue", folder)
    several = recog("work", "--processes", "2")
    assert several.exit_code == 1
    assert several.stderr == (
        "recog: a SQLite catalog takes one worker, because one process writes to it at a time: leave out --processes, "
        "or put the catalog into PostgreSQL\n"
    )
    assert "no process is to work: give --processes or --gpus at least 1" in recog("work", "--processes", "0").stderr


def test_a_ray_that_cannot_be_used_is_refused_in_a_sentence(
    recog: Recog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    paint(folder / "1.png", RED)
    recog("index", "--queue", folder)
    assert recog("work", "--ray", "local").stderr == (
        "recog: a SQLite catalog takes one worker, because one process writes to it at a time: leave out --ray, or put "
        "the catalog into PostgreSQL\n"
    )


@pytest.mark.parametrize(
    ("address", "mode", "said"),
    [
        ("head", None, "a Ray is 'local', or HOST:PORT of the head of a cluster, such as 10.0.0.5:6379, not 'head'"),
        ("head:70000", None, "not 'head:70000'"),
        ("127.0.0.1:{closed}", "token", "nobody answers at 127.0.0.1:"),
        ("127.0.0.1:{open}", None, "the Ray of 127.0.0.1:{open} asks for no token"),
        ("local", "disabled", "the Ray of this machine asks for no token"),
    ],
)
def test_an_address_of_no_guarded_ray_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, mode: str | None, said: str
) -> None:
    if mode is None:
        monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    else:
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("127.0.0.1", 0)) as closed:
        ports = {"open": listening.getsockname()[1], "closed": closed.getsockname()[1]}
        closed.close()
        with (
            pytest.raises(RecogError, match=re.escape(said.format(**ports))),
            connected(address.format(**ports), read_settings(library=tmp_path)),
        ):
            pytest.fail("connected to no Ray")
