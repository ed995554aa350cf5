"""Questions are answered during a writing act, during a report, and while networks process a photo."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Semaphore
from urllib.parse import urlsplit

import pytest

from recog.photos import PhotoSource
from recog.types import DecodedPhoto
from recog.web.library import ServedLibrary
from tests.web.client import TOKEN
from tests.web.holding import held
from tests.web.served import Served


def ask(served: Served, method: str, path: str, body: bytes | None = None) -> int:
    """Send a request and return the status of the answer."""
    where = urlsplit(served.url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
    try:
        kind = "application/json" if body is not None and body.startswith(b"{") else "application/octet-stream"
        connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_a_question_waits_for_no_act_no_report_and_no_probe(
    served: Served, opened: ServedLibrary, folder: Path
) -> None:
    sent = (folder / "red0.png").read_bytes()
    with ThreadPoolExecutor(4) as threads, ExitStack() as all_held:
        holding = [
            all_held.enter_context(held(owner, method))
            for owner, method in (
                (opened.library.people, "rename"),
                (opened.library.reports, "duplicates"),
                (opened.library, "identify"),
            )
        ]
        asked = [
            threads.submit(ask, served, "POST", "/api/rename", b'{"old": "Ada", "new": "Eve"}'),
            threads.submit(ask, served, "GET", "/api/duplicates"),
            threads.submit(ask, served, "POST", "/api/identify", sent),
        ]
        for one in holding:
            one.wait()
        for path in ("/api/people", "/api/faces/1/neighbours", "/faces/1.jpg", "/photos/1.jpg", "/api/status"):
            assert ask(served, "GET", path) == 200
        assert not any(one.done() for one in asked)
        all_held.close()
        assert [one.result(60) for one in asked] == [200, 200, 200]
    assert opened.library.people.person("Eve").person.id == 1


def test_photos_go_through_the_networks_one_at_a_time(
    served: Served, opened: ServedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = (folder / "red0.png").read_bytes()
    decode, decoded = opened.decoding.decode, Semaphore(0)

    def counted(source: PhotoSource, *, longest: int | None) -> DecodedPhoto:
        found = decode(source, longest=longest)
        decoded.release()
        return found

    monkeypatch.setattr(opened.decoding, "decode", counted)
    with ThreadPoolExecutor(3) as threads:
        with held(opened.library, "identify") as probes:
            asked = [threads.submit(ask, served, "POST", "/api/identify", sent) for _ in range(3)]
            assert all(decoded.acquire(timeout=60) for _ in asked)
            for _ in range(5):  # long enough for the waiting probes to reach the networks
                assert ask(served, "GET", "/api/people") == 200
        assert [one.result(60) for one in asked] == [200, 200, 200]
    assert probes.most == 1
