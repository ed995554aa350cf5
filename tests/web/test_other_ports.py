"""A server on another port of the same host: browsers send it the host's cookies of all ports."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser import CHROMIUM, Browser
from tests.web.served import Served
from tests.web.visitor import Visitor

PAGE = """<!doctype html><title>visited</title><script>
const asked = RECOG_PATHS.map((path) => fetch(path, { credentials: "include" }).catch(() => null));
const theirs = RECOG_PATHS.map((path) => fetch("RECOG_URL" + path, { credentials: "include", mode: "no-cors" })
  .catch(() => null));
document.write(RECOG_PATHS.map((path) => `<img src="${path}"><img src="RECOG_URL${path}">`).join(""));
open("RECOG_URL/people");
Promise.all([...asked, ...theirs]).then(() => { document.title = "done"; });
</script>"""
PATHS = ["/", "/people", "/people/1", "/faces/1.jpg", "/api/people", "/enter", "/s", "/s/", "/s//", "/s/x/people"]


@dataclass
class Neighbour:
    """Somebody else's server on the same host; `heard` has the lines and headers of all requests to it."""

    url: str
    heard: list[str] = field(default_factory=list)


@contextmanager
def neighbour(recog: str) -> Iterator[Neighbour]:
    """Serve a page that makes the browser request recog's paths from it and from recog."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.heard.append(f"{self.requestline}\n{self.headers}")
            page = PAGE.replace("RECOG_URL", recog).replace("RECOG_PATHS", str(PATHS))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Set-Cookie", "theirs=1; Path=/")
            self.end_headers()
            self.wfile.write(page.encode() if self.path.startswith("/visit") else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Neighbour(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def status(served: Served, path: str, cookie: str) -> int:
    """Return the status of recog's answer to a request with this cookie."""
    where = urlsplit(served.url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
def test_the_session_does_not_reach_a_server_on_another_port(served: Served, browser: Browser) -> None:
    visitor = Visitor(browser, served)
    cookies = browser.ask("Network.getAllCookies")["cookies"]
    (session,) = [one for one in cookies if one["name"] == f"recog_{urlsplit(served.url).port}"]
    secret = session["path"].strip("/").rpartition("/")[2]
    with neighbour(visitor.url) as there, neighbour(visitor.url) as control:
        for page in ("/visit", "/visit/s/", f"/visit{PATHS[-1]}"):
            browser.ask("Page.navigate", url=there.url + page)  # from a page of recog, whose path a Referer would tell
            visitor.wait("document.title === 'done'")
            visitor.open("/people")
        browser.ask("Page.navigate", url=f"{control.url}/visit")
        visitor.wait("document.title === 'done'")
        assert any("theirs=1" in one for one in control.heard), "browsers send cookies to every port of their host"
        assert len(there.heard) >= 3 * (1 + len(PATHS))
        heard = "\n".join(there.heard + control.heard)
    assert session["value"] not in heard
    assert len(secret) >= 43
    assert secret not in heard


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
def test_a_session_replayed_by_another_server_lets_nobody_in(served: Served, browser: Browser) -> None:
    Visitor(browser, served)
    cookies = browser.ask("Network.getAllCookies")["cookies"]
    (session,) = [one for one in cookies if one["name"] == f"recog_{urlsplit(served.url).port}"]
    cookie = f"{session['name']}={session['value']}"
    root = session["path"].rstrip("/")
    assert {status(served, path, cookie) for path in PATHS} == {401}
    assert {status(served, f"{root[:-1]}{path}", cookie) for path in PATHS} == {401}
    assert status(served, f"{root}/api/people", cookie) == 200
    assert status(served, f"{root}/api/people", f"{session['name']}=another") == 401
