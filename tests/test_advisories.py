"""What PyPI tells of a version is heard, and what it does not tell is never called clean."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.advisories import Told, ask, locked, report

LATEST = "2.0"
PAGES = {
    "/whole/1.0/json": ("1.0", [{"id": "PYSEC-1"}, {"id": "PYSEC-2", "withdrawn": "2026-01-01T00:00:00Z"}]),
    "/whole/json": (LATEST, []),
    "/mirrored/json": (LATEST, [{"id": "GHSA-1"}]),
    "/sound/json": (LATEST, []),
}


@pytest.fixture(scope="module")
def pypi() -> Iterator[str]:
    """A server with a page of a version here, and of a project's latest alone there."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            version, advisories = PAGES.get(self.path, ("", []))
            self.send_response(200 if version else 503 if "busy" in self.path else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"info": {"version": version}, "vulnerabilities": advisories}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_version_s_own_page_comes_first_and_what_was_withdrawn_does_not_count(pypi: str) -> None:
    assert ask("whole", "1.0", pypi=pypi) == Told("whole", "1.0", ("PYSEC-1",))


def test_where_there_is_none_the_project_s_page_tells_of_the_latest_version_alone(pypi: str) -> None:
    assert ask("mirrored", LATEST, pypi=pypi).advisories == ("GHSA-1",)
    assert ask("sound", LATEST, pypi=pypi) == Told("sound", LATEST)
    assert "its project's is of 2.0" in ask("mirrored", "1.0", pypi=pypi).silent


def test_who_cannot_be_asked_is_not_audited(pypi: str) -> None:
    assert ask("nobody", "1.0", pypi=pypi).silent == "PyPI has no page of it"
    assert "503" in ask("busy", "1.0", pypi=pypi).silent
    assert "cannot be asked" in ask("sound", LATEST, pypi="http://127.0.0.1:9").silent


def test_only_a_clean_word_on_every_version_is_good() -> None:
    sound, found, silent = Told("a", "1"), Told("b", "2", ("PYSEC-1",)), Told("c", "3", silent="nobody knows")
    assert report([sound]) == (
        "of 1 locked versions 1 have no advisory that PyPI knows, 0 have one, 0 are not audited",
        True,
    )
    text, good = report([sound, found, silent])
    assert not good
    assert text.splitlines()[:2] == ["b 2 HAS ADVISORIES: PYSEC-1", "c 3 IS NOT AUDITED: nobody knows"]


def test_every_pin_of_a_requirements_file_is_read() -> None:
    text = "# made\na-b==1.0 \\\n    --hash=sha256:00\nc.d==2.0rc1 ; sys_platform == 'linux' \\\n    --hash=sha256:01\n"
    assert locked(text) == [("a-b", "1.0"), ("c.d", "2.0rc1")]
