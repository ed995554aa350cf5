"""Every route of the server refuses those who may not reach it.

The routes are read from the application, so a new one is tested without a change here.
"""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from starlette.types import Message
from starlette.websockets import WebSocket

from recog.web.access import Access
from recog.web.app import UPLOADS, create_app
from recog.web.bodies import Limits
from recog.web.guard import ENTRY
from recog.web.library import ServedLibrary
from recog.web.pictures import KEPT
from recog.web.place import Place
from tests.pages import Reader
from tests.web.client import TOKEN, Client, Header
from tests.web.conftest import PLACE

BEARER = ("authorization", f"Bearer {TOKEN}")
HOST = ("host", "127.0.0.1:8765")
ORIGIN = ("origin", "http://127.0.0.1:8765")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "PROPFIND")
FORMS = ("/photos/1/mark", "/index", "/index-folders", "/account", "/accounts", "/settings")
"""Pages with forms that work without scripts."""
FOREIGN_ORIGINS = (
    "null",
    "",
    "http://evil.test",
    "https://127.0.0.1:8765",
    "http://127.0.0.1",
    "http://127.0.0.1:9999",
    "http://localhost:8765",
    "http://127.0.0.1:8765.evil.test",
)


def routes(client: Client, root: str = "") -> list[tuple[str, str]]:
    """Return method and path, below root, of every route, of some that do not exist, and of the entry."""
    found = [("POST", ENTRY), ("GET", "/nothing-is-here"), ("GET", "/api"), ("GET", "/docs")]
    for route in iter_route_contexts(client.app.app.routes):
        assert route.path, f"{route} is of a kind that this test does not know"
        assert route.methods, f"{route} is of a kind that this test does not know"
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        found += [(method, path) for method in sorted(route.methods)]
    assert len(found) > 30
    return [(method, root + path) for method, path in found]


def statuses(client: Client, given: Sequence[Header], body: bytes = b"", *, root: str = "") -> dict[int, list[str]]:
    """Send these headers to each route below root and return the routes by the status of the answer."""
    found: dict[int, list[str]] = {}
    for method, path in routes(client, root):
        found.setdefault(client.send(method, path, given, body).status, []).append(f"{method} {path}")
    return found


@pytest.fixture
def cookie(client: Client, access: Access) -> Header:
    """Return the cookie that a browser sends, after entering, to each path below access.root."""
    answer = client.send("POST", ENTRY, [HOST, ORIGIN], access.code.encode())
    value, *flags = (answer.header("set-cookie") or "").split("; ")
    assert flags == [f"Path={access.root}/", "HttpOnly", "SameSite=Strict"]
    assert answer.json == {"first": f"{access.root}/"}
    return ("cookie", value)


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.test"],
        ["evil.test:8765"],
        ["localhost.evil.test:8765"],
        ["127.0.0.1:8765.evil.test"],
        ["evil@127.0.0.1:8765"],
        ["127.0.0.1"],
        ["127.0.0.1:80"],
        ["0.0.0.0:8765"],
        ["127.0.0.1:8765", "evil.test"],
        ["127.0.0.1:8765", "127.0.0.1:8765"],
    ],
)
def test_another_host_is_not_served(client: Client, hosts: list[str]) -> None:
    given = [("host", host) for host in hosts]
    for more in ([BEARER], []):
        assert set(statuses(client, [*given, *more])) == {421}


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"])
def test_the_names_of_the_loopback_are_served(client: Client, host: str) -> None:
    assert client.send("GET", "/api/people", [("host", host), BEARER]).status == 200


@pytest.mark.parametrize(
    "given",
    [
        [],
        [("authorization", "")],
        [("authorization", TOKEN)],
        [("authorization", f"Basic {TOKEN}")],
        [("authorization", f"Bearer {TOKEN[:-1]}")],
        [("authorization", f"Bearer {TOKEN}x")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer \xff")],
        [("cookie", f"recog_8765={TOKEN}")],
        [("cookie", "recog_8765=")],
        [("cookie", "recog_8765")],
        [("cookie", "")],
    ],
)
def test_nothing_is_told_without_token_or_cookie(client: Client, access: Access, given: list[Header]) -> None:
    """Not even the existence of a route is told; the code admits to the entry alone."""
    for more in ([], [("authorization", f"Bearer {access.code}")], [("cookie", f"recog_8765={access.code}")]):
        for root in ("", access.root):
            found = statuses(client, [HOST, ORIGIN, *given, *more], root=root)
            assert set(found) == {401}
    answer = client.send("GET", "/people", [HOST, *given])
    assert answer.header("www-authenticate") == 'Bearer realm="recog"'
    assert "Ada" not in answer.body.decode()


def test_a_cookie_of_another_port_admits_nobody(client: Client, access: Access, cookie: Header) -> None:
    value = cookie[1].partition("=")[2]
    first = f"{access.root}/"
    assert client.send("GET", first, [HOST, ("cookie", f"recog_8766={value}")]).status == 401
    assert client.send("GET", first, [HOST, ("cookie", f"a=b; recog_8765={value}; c=d")]).status == 200


def test_a_cookie_that_another_port_sets_keeps_nobody_out(client: Client, access: Access, cookie: Header) -> None:
    """Both cookies have the same name, and browsers send both to all paths of the host."""
    for both in (f"{cookie[1]}; recog_8765=theirs", f"recog_8765=theirs; {cookie[1]}"):
        assert client.send("GET", f"{access.root}/", [HOST, ("cookie", both)]).status == 200


def test_a_cookie_admits_below_its_own_path_alone(client: Client, access: Access, cookie: Header) -> None:
    """A stolen cookie without the session's path is worth nothing."""
    for root in ("", "/s", "/s/", access.root[:-1], f"{access.root}x", f"/{access.root}", access.root.upper()):
        assert set(statuses(client, [HOST, ORIGIN, cookie], root=root)) == {401}, root
    assert client.send("GET", access.root, [HOST, cookie]).status == 401
    assert set(statuses(client, [HOST, ORIGIN], root=access.root)) == {401}, "the path alone is no session either"


def test_whatever_a_session_is_led_to_is_below_its_path(client: Client, access: Access, cookie: Header) -> None:
    """Follow every link, picture, script and redirect of every page, those of error pages too."""
    seen, ahead = (
        set[str](),
        [f"{access.root}{path}" for path in ("/", "/people", "/duplicates", "/find", "/people/99")],
    )
    while ahead:
        path = ahead.pop().partition("#")[0]
        if path in seen:
            continue
        seen.add(path)
        answer = client.send("GET", path, [HOST, cookie, ("accept", "text/html")])
        assert answer.status in {200, 303, 404}, path
        found = [answer.header("location") or "#"]
        if (answer.header("content-type") or "").startswith("text/html"):
            read = Reader(answer.body.decode())
            assert ("html", "data-root", access.root) in read.attributes
            found += [value for _, name, value in read.attributes if name in {"src", "href"}]
        ahead += [one for one in found if one[0] != "#"]
        assert all(one.startswith(f"{access.root}/") for one in ahead), path
    assert f"{access.root}/photos/1.jpg" in seen


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_another_origin_changes_nothing(client: Client, access: Access, cookie: Header, origin: str) -> None:
    """This holds for every route and every unsafe method, with the cookie and with the token."""
    for own, root in ((cookie, access.root), (BEARER, "")):
        for _, path in routes(client, root):
            for method in UNSAFE:
                answer = client.send(method, path, [HOST, own, ("origin", origin)])
                assert answer.status == 403, f"{method} {path}"
        answer = client.send("POST", f"{root}/api/undo", [HOST, own, ORIGIN, ("origin", origin)], b"{}")
        assert answer.status == 403


def test_a_browser_that_hides_its_origin_changes_nothing(client: Client, access: Access, cookie: Header) -> None:
    for _, path in routes(client, access.root):
        for method in UNSAFE:
            assert client.send(method, path, [HOST, cookie]).status == 403, f"{method} {path}"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "anything"])
def test_another_site_sees_nothing(client: Client, access: Access, cookie: Header, site: str) -> None:
    for own in (cookie, BEARER):
        assert set(statuses(client, [HOST, ORIGIN, own, ("sec-fetch-site", site)], root=access.root)) == {403}


def test_the_own_pages_pass(client: Client, access: Access, cookie: Header) -> None:
    for site in ("same-origin", "none"):
        given = [HOST, ORIGIN, cookie, ("sec-fetch-site", site), ("content-type", "application/json")]
        found = statuses(client, given, b"{}", root=access.root)
        refused = {status: found[status] for status in (401, 403, 421) if status in found}
        assert refused == {}
        assert not [status for status in found if status >= 500]


def test_every_answer_says_what_browsers_must_not_do(client: Client, access: Access, cookie: Header) -> None:
    """This includes refusals and failures. No answer to any request allows another origin."""
    preflight = [("origin", "http://evil.test"), ("access-control-request-method", "POST")]
    private = ("access-control-request-private-network", "true")
    for given in ([HOST, BEARER], [HOST, cookie, ORIGIN], [HOST], [], [HOST, BEARER, *preflight, private]):
        for method, path in routes(client, access.root if cookie in given else ""):
            for asked in (method, "OPTIONS", "HEAD", "TRACE"):
                answer = client.send(asked, path, given)
                assert not [name for name, _ in answer.headers if name.startswith("access-control")], path
                policy = answer.header("content-security-policy") or ""
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert answer.header("x-content-type-options") == "nosniff"
                assert answer.header("x-frame-options") == "DENY"
                picture = (answer.header("content-type") or "") in {"image/jpeg", "image/webp"}
                kept = picture and path.removeprefix(access.root).startswith("/photos/")
                assert answer.header("cache-control") == (KEPT if kept else "no-store"), path
                form = (asked, answer.status) == ("GET", 200) and path.removeprefix(access.root) in FORMS
                assert answer.header("referrer-policy") == ("same-origin" if form else "no-referrer"), path
                assert re.search("form-action '(self|none)'", policy), "a form asks this server or none"
                assert answer.header("cross-origin-opener-policy") == "same-origin"
                assert answer.header("cross-origin-resource-policy") == "same-origin"
                assert answer.header("server") is None


def dump(tmp_path: Path) -> list[str]:
    """Return everything that the catalog holds."""
    with sqlite3.connect(f"file:{tmp_path / 'library' / 'catalog.sqlite3'}?mode=ro", uri=True) as catalog:
        return list(catalog.iterdump())


def test_to_ask_changes_nothing(client: Client, tmp_path: Path) -> None:
    """No GET, HEAD or OPTIONS of any route changes anything, nor does a refused or invalid act."""
    before = dump(tmp_path)
    for _, path in routes(client):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.send(method, path, [HOST, BEARER], b'{"name": "Ada", "face_ids": [4]}').status < 500
        for method in ("PUT", "PATCH", "DELETE"):
            assert client.send(method, path, [HOST, BEARER], b"{}").status in {404, 405}, path
    client.send("POST", "/api/confirm", [HOST, ORIGIN], b'{"name": "Ada", "face_ids": [4]}')
    assert dump(tmp_path) == before
    assert client.act("/api/confirm", name="Ada", face_ids=[4]).status == 200
    assert dump(tmp_path) != before


def test_there_are_no_websockets(client: Client) -> None:
    """A route for websockets that somebody adds is not reached either."""
    reached: list[str] = []

    async def chat(socket: WebSocket) -> None:
        reached.append(socket.url.path)

    client.app.app.add_api_websocket_route("/", chat)
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    for path in ("/", "/api/people", "/nothing-is-here"):
        headers = [(name.encode(), value.encode()) for name, value in (HOST, BEARER, ORIGIN)]
        scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "scheme": "ws"}
        asyncio.run(client.app(scope, receive, send))
    assert {message["type"] for message in told} == {"websocket.close"}
    assert reached == []


def test_photos_may_be_larger_than_other_bodies(client: Client) -> None:
    megabytes = b"0" * (2 << 20)
    for method, path in routes(client):
        status = client.send(method, path, [HOST, ORIGIN, BEARER], megabytes).status
        assert (status == 413) == (path not in UPLOADS), path
    announced = [HOST, BEARER, ("content-length", str(65 << 20))]
    assert {client.send("POST", path, announced).status for path in UPLOADS} == {413}
    assert sorted(UPLOADS) == ["/api/identify", "/api/search", "/api/verify"]


def test_a_body_that_never_ends_is_cut_off(opened: ServedLibrary, access: Access) -> None:
    app = create_app(opened, access=access, place=PLACE, limits=Limits(photo=1000, small=500))
    parts = [b"0" * 100] * 6
    with Client(app, PLACE) as client:
        assert client.send("POST", "/api/undo", [HOST, BEARER], parts).status == 413
        assert client.send("POST", "/api/identify", [HOST, BEARER], parts).status == 415
        assert client.send("POST", "/api/undo", [HOST, BEARER], parts[:5]).status == 422


def test_a_body_that_is_too_slow_is_waited_for_no_more(opened: ServedLibrary, access: Access) -> None:
    app = create_app(opened, access=access, place=PLACE, limits=Limits(seconds=0.05))
    told: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"0", "more_body": True}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/undo",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in (HOST, BEARER)],
    }
    asyncio.run(app(scope, receive, send))
    assert told[0]["status"] == 408
    assert (b"connection", b"close") in told[0]["headers"]


def test_whoever_hangs_up_is_not_answered(client: Client) -> None:
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    headers = [(name.encode(), value.encode()) for name, value in (HOST, BEARER)]
    asyncio.run(client.app({"type": "http", "method": "POST", "path": "/api/undo", "headers": headers}, receive, send))
    assert told == []


def test_compressed_bodies_are_not_unpacked(client: Client) -> None:
    for coding in ("gzip", "br", "deflate", "identity, gzip", "GZIP"):
        given = [HOST, ORIGIN, BEARER, ("content-encoding", coding)]
        assert set(statuses(client, given, b"\x1f\x8b")) == {415}


def test_a_place_has_the_names_that_browsers_write() -> None:
    assert Place("127.0.0.1", 80).hosts == {"127.0.0.1", "localhost", "[::1]"}
    assert Place("::1", 8765).url == "http://[::1]:8765/"
    assert Place("192.168.1.7", 8765).hosts == {"192.168.1.7:8765"}
    assert Place("Photos.lan", 80).hosts == {"photos.lan"}
    loopback = {
        host: Place(host, 1).is_loopback for host in ("localhost", "127.9.9.9", "::1", "10.0.0.1", "photos.lan")
    }
    assert loopback == {"localhost": True, "127.9.9.9": True, "::1": True, "10.0.0.1": False, "photos.lan": False}
