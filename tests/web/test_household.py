"""Several people use one server: each logs in, does what the role allows, and is shown nothing of withheld people."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from fastapi.routing import iter_route_contexts

from recog.store.account_records import Role
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.attempts import FREE_BY_NAME
from recog.web.library import ServedLibrary
from recog.web.place import Place
from recog.web.roles import declared_role
from tests.painted import PaintedLibrary
from tests.web.client import TOKEN, Answer, Client, Header
from tests.web.conftest import PLACE

HOST: Header = ("host", "127.0.0.1:8765")
ORIGIN: Header = ("origin", "http://127.0.0.1:8765")
HTML: Header = ("accept", "text/html")
JSON: Header = ("content-type", "application/json")
PASSWORD = "correct horse battery"  # noqa: S105 - of no account but a test's
SAFE = {"GET", "HEAD", "OPTIONS"}
ASKING = {"/api/identify", "/api/search", "/api/verify"}
"""POSTs that ask something about a photo in their body, and write nothing."""
OWN = {"/account/password", "/settings/look"}
"""What an account may change of itself, and of its browser."""
UNDECLARED = {"/api/openapi.json"}
"""FastAPI's own route: it tells what can be asked, and nothing of the library."""


class Person:
    """Somebody of the household at the server, with a token or, once logged in, a cookie."""

    def __init__(self, client: Client, token: str | None) -> None:
        self.client = client
        self.root = ""
        self.given: list[Header] = [] if token is None else [("authorization", f"Bearer {token}")]

    def log_in(self, name: str, password: str = PASSWORD) -> Answer:
        """Send the form of the page for strangers."""
        body = urlencode({"name": name, "password": password}).encode()
        answer = self.client.send("POST", "/login", [HOST, ORIGIN], body)
        if answer.status == 303:
            cookie, *flags = (answer.header("set-cookie") or "").split("; ")
            self.root = (answer.header("location") or "").rpartition("/")[0]
            assert flags == [f"Path={self.root}/", "HttpOnly", "SameSite=Strict"]
            self.given = [("cookie", cookie)]
        return answer

    def get(self, path: str, *more: Header) -> Answer:
        """Ask for a page or a document."""
        return self.client.send("GET", self.root + path, [HOST, *self.given, *more])

    def post(self, path: str, body: bytes = b"", *more: Header) -> Answer:
        """Send a form or a document."""
        return self.client.send("POST", self.root + path, [HOST, ORIGIN, *self.given, *more], body)


@pytest.fixture
def accounts(library: PaintedLibrary, faces: list[int]) -> dict[str, str]:
    """Make an account of each role, and return their tokens; Vera, the viewer, is shown nothing of Ada.

    Ada is on photos 1 to 3, Ben on photo 4.
    """
    library.people.confirm("Ben", [4], new=True)
    tokens = {}
    for name, role in (("Vera", Role.VIEWER), ("Ed", Role.EDITOR), ("Olga", Role.OWNER)):
        tokens[name] = library.accounts.add(name, role).token or ""
        library.accounts.set_password(name, PASSWORD)
    library.accounts.withhold("Vera", "Ada")
    return tokens


@pytest.fixture
def vera(client: Client, accounts: dict[str, str]) -> Person:
    return Person(client, accounts["Vera"])


@pytest.fixture
def ed(client: Client, accounts: dict[str, str]) -> Person:
    return Person(client, accounts["Ed"])


@pytest.fixture
def olga(client: Client, accounts: dict[str, str]) -> Person:
    return Person(client, accounts["Olga"])


def every_route(client: Client) -> Iterator[tuple[str, str, Role | None]]:
    """Yield method, path with numbers filled in, and the declared role of each route."""
    for route in iter_route_contexts(client.app.app.routes):
        if route.path in UNDECLARED:
            continue
        assert route.path is not None
        assert route.endpoint is not None
        for method in sorted(route.methods or ()):
            yield method, route.path, declared_role(route.endpoint)


def filled(path: str, number: int = 1) -> str:
    """Fill in the parameters of a path."""
    named = {"{what}": "start", "{name}": "pages.css"}
    for name, value in named.items():
        path = path.replace(name, value)
    return re.sub(r"\{[^}]*\}", str(number), path)


def test_each_route_declares_the_role_that_it_needs(client: Client) -> None:
    undeclared = [(method, path) for method, path, role in every_route(client) if role is None]
    assert undeclared == [], "put @needs(Role....) below the decorator of the route: see recog.web.roles"
    assert sum(1 for _ in every_route(client)) > 60


def test_a_viewer_can_write_nothing(client: Client, vera: Person, library: PaintedLibrary) -> None:
    before = library.people.history().acts
    for method, path, role in every_route(client):
        if method in SAFE:
            continue
        assert (role is Role.VIEWER) == (path in ASKING | OWN), f"{method} {path} is open to viewers"
        if path not in ASKING | OWN:
            answer = client.send(method, filled(path), [HOST, ORIGIN, *vera.given, JSON], b"{}")
            assert answer.status == 403, path
            assert "Vera is a viewer" in answer.json["error"]
    assert library.people.history().acts == before


def test_each_role_reaches_its_routes_and_no_others(client: Client, accounts: dict[str, str]) -> None:
    roles = {"Vera": Role.VIEWER, "Ed": Role.EDITOR, "Olga": Role.OWNER}
    for method, path, needed in every_route(client):
        assert needed is not None
        if path == "/api/index/events" or (method, path) == ("POST", "/api/undo"):
            continue
        for name, role in roles.items():
            person = Person(client, accounts[name])
            status = client.send(method, filled(path), [HOST, ORIGIN, *person.given, JSON], b"[").status
            assert (status == 403) == (not role.includes(needed)), (name, method, path, status)


def test_no_answer_to_a_viewer_shows_anything_of_a_withheld_person(client: Client, vera: Person, olga: Person) -> None:
    """Each route that only reads is asked for each number; Olga, who is shown all, proves that the question is good."""
    asked = [path for method, path, role in every_route(client) if method == "GET" and role is Role.VIEWER]
    more = [
        "/search?q=Ada", "/api/find?q=Ada", "/photos?person=1", "/api/photos?person=1", "/api/timeline?person=1",
        "/search?q=only%20Ada", "/api/people?hidden=true", "/api/faces/4/verify?other=1", "/photos?q=Ada",
        f"/photos?folder={quote('/')}", "/photos/1.jpg?side=400",
    ]  # fmt: skip
    paths = [*more, *(filled(path, number) for path in asked for number in (1, 2, 3, 4))]
    shown_to_olga = 0
    for path in dict.fromkeys(paths):
        for accept in ([], [HTML]):
            theirs, whole = vera.get(path, *accept), olga.get(path, *accept)
            told = theirs.body.decode("utf-8", "replace")
            asked_for_her = "q=" in path  # the question is shown again, and says nothing
            if not asked_for_her:
                assert "Ada" not in told, path
            assert "red0.png" not in told, path
            assert not re.search(r"/faces/[123]\b|/photos/[123]\b", told), path
            shown_to_olga += b"Ada" in whole.body or b"red0.png" in whole.body
            if re.search(r"/(faces|photos|people)/[123]\b", path) and not path.startswith(
                ("/people/2", "/api/people/2")
            ):
                assert theirs.status == (404 if whole.status in {200, 303} else whole.status), path
    assert shown_to_olga > 10


def test_a_viewer_is_shown_the_others(vera: Person) -> None:
    assert [person["name"] for person in vera.get("/api/people").json["people"]] == ["Ben"]
    assert [photo["photo"]["id"] for photo in vera.get("/api/photos").json["photos"]] == [4]
    assert vera.get("/api/faces/4").json["person"]["name"] == "Ben"
    assert vera.get("/people/2/photos.zip").status == 200


@pytest.mark.parametrize("name", ["Vera", "Ed"])
def test_nobody_is_shown_a_link_that_answers_403(client: Client, accounts: dict[str, str], name: str) -> None:
    """Each page is read as a browser shows it."""
    person = Person(client, accounts[name])
    asked = [
        filled(path, 4)
        for method, path, _ in every_route(client)
        if method == "GET" and not path.startswith("/api/") and path != "/logout"
    ]
    pages = {path: person.get(path, HTML) for path in asked}
    shown = {
        link
        for page in pages.values()
        if page.status == 200
        for link in re.findall(r'href="(/[^"#?]*)', page.body.decode("utf-8", "replace"))
    }
    assert len(shown) > 10
    assert {link for link in shown if person.get(link, HTML).status == 403} == set()


def test_a_photo_that_a_viewer_sends_is_compared_with_nobody_who_is_withheld(
    vera: Person, olga: Person, folder: Path
) -> None:
    photo = (folder / "red1.png").read_bytes()
    for path in ("/api/identify", "/api/search?k=9"):
        assert "Ada" in olga.post(path, photo).body.decode()
        answer = vera.post(path, photo)
        assert answer.status == 200
        assert "Ada" not in answer.body.decode()
        assert not re.search(r"red\d\.png", answer.body.decode())
    assert olga.post("/api/verify?person_id=1", photo).status == 200
    assert vera.post("/api/verify?person_id=1", photo).status == 404


def test_the_page_for_strangers_lets_an_account_in_and_out(client: Client, vera: Person) -> None:
    stranger = client.send("GET", "/", [HOST, HTML])
    assert stranger.status == 401
    assert stranger.header("referrer-policy") == "same-origin", "or browsers send no origin with the form"
    assert b'action="/login"' in stranger.body
    refused = vera.log_in("Vera", "another password")
    assert (refused.status, refused.header("set-cookie")) == (401, None)
    assert b"no account with this name and password" in refused.body
    german = client.send("GET", "/", [HOST, HTML, ("accept-language", "de")]).body.decode()
    assert "Melde dich an, um die Fotos zu sehen." in german
    assert 'data-used="Diese Adresse wurde schon benutzt' in german, "what the script says of a spent code"
    entered = vera.log_in("vera")
    assert entered.header("location") == f"{vera.root}/photos"
    assert vera.get("/photos", HTML).status == 200
    assert client.send("GET", "/photos", [HOST, *vera.given]).status == 401, "the cookie admits below its root alone"
    out = vera.post("/logout")
    assert (out.status, out.header("location")) == (303, "/")
    assert "Max-Age=0" in (out.header("set-cookie") or "")
    assert vera.get("/photos", HTML).status == 401


def test_a_form_of_another_site_logs_nobody_in(client: Client, accounts: dict[str, str]) -> None:
    body = urlencode({"name": "Vera", "password": PASSWORD}).encode()
    for headers in ([HOST], [HOST, ("origin", "http://evil.test")], [HOST, ORIGIN, ("sec-fetch-site", "cross-site")]):
        assert client.send("POST", "/login", headers, body).status == 403
    assert client.send("POST", "/login", [HOST, ORIGIN], b"name=Vera").status == 422


def test_wrong_passwords_are_waited_for(client: Client, vera: Person) -> None:
    for _ in range(FREE_BY_NAME):
        assert vera.log_in("Vera", "wrong password").status == 401
    waited = vera.log_in("Vera")
    assert (waited.status, waited.header("retry-after")) == (429, "1")
    assert b"try again in 1 second" in waited.body


@pytest.mark.parametrize("change", ["remove", "password", "token"])
def test_a_session_is_over_when_its_account_changes(vera: Person, library: PaintedLibrary, change: str) -> None:
    assert vera.log_in("Vera").status == 303
    assert vera.get("/photos").status == 200
    if change == "remove":
        library.accounts.remove("Vera")
    elif change == "password":
        library.accounts.set_password("Vera", "another password")
    else:
        library.accounts.renew_token("Vera")
    assert vera.get("/photos").status == 401


def test_a_role_counts_at_once(ed: Person, library: PaintedLibrary) -> None:
    assert ed.log_in("Ed").status == 303
    assert ed.get("/history").status == 200
    library.accounts.set_role("Ed", Role.VIEWER)
    assert ed.get("/history").status == 403
    library.accounts.set_role("Ed", Role.OWNER)
    assert ed.get("/accounts").status == 200


def test_the_history_tells_who_did_what_and_each_is_offered_to_undo_their_own(
    ed: Person, olga: Person, client: Client
) -> None:
    body = json.dumps({"name": "Ben"}).encode()
    assert ed.post("/api/hide", body, JSON).json["act"]["account"] == "Ed"
    assert "You hid Ben" in ed.get("/people", HTML).body.decode()
    assert "hid Ben" not in olga.get("/people", HTML).body.decode()
    history = olga.get("/history", HTML).body.decode()
    assert re.search(r"Ed(</bdi>)? hid Ben", history)
    acts = client.get("/api/history").json["acts"]
    assert [act["account"] for act in acts][:2] == ["Ed", None]
    assert olga.post("/api/undo", b"{}", JSON).json["result"]["undone_by"] == "Olga"


def test_a_viewer_changes_the_own_password_and_nothing_else(vera: Person, library: PaintedLibrary) -> None:
    assert vera.log_in("Vera").status == 303
    assert b"Log out" in vera.get("/account", HTML).body
    wrong = urlencode({"password": "wrong password", "new": "another password"}).encode()
    assert vera.post("/account/password", wrong).status == 422
    right = urlencode({"password": PASSWORD, "new": "another password"}).encode()
    assert vera.post("/account/password", right).status == 303
    assert vera.get("/account", HTML).status == 401
    assert vera.log_in("Vera", "another password").status == 303
    assert library.accounts.all().accounts[2].withheld == ("Ada",)


def test_an_owner_keeps_the_accounts_on_a_page(olga: Person, client: Client, library: PaintedLibrary) -> None:
    def sent(what: str, **fields: str) -> Answer:
        return olga.post(f"/accounts/{what}", urlencode(fields).encode())

    assert olga.log_in("Olga").status == 303
    made = sent("add", account="Tom", role="viewer")
    token = re.search(r'<pre class="report">([\w-]{43})</pre>', made.body.decode())
    assert token is not None
    assert Person(client, token[1]).get("/api/people").status == 200
    assert sent("password", account="Tom", password=PASSWORD).status == 303
    assert sent("withhold", account="Tom", person="ben").status == 303
    page = olga.get("/accounts", HTML).body.decode()
    assert "Show Ben" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert sent("role", account="Tom", role="editor").status == 409
    assert sent("allow", account="Tom", person="Ben").status == 303
    assert sent("role", account="Tom", role="editor").status == 303
    assert sent("role", account="Tom", role="king").status == 422
    assert sent("add", account="Ann", role="viewer", password="short").status == 422  # noqa: S106
    assert sent("add", role="viewer").status == 422
    assert sent("remove", account="Tom").status == 303
    assert [one.name for one in library.accounts.all().accounts] == ["Ed", "Olga", "Vera"]
    assert token[1] not in olga.get("/accounts", HTML).body.decode()


def test_a_page_that_a_role_may_not_see_is_refused_as_a_page(vera: Person) -> None:
    refused = vera.get("/history", HTML)
    assert refused.status == 403
    assert b"Not for this account" in refused.body
    links = re.findall(r'<li><a href="([^"]+)"', refused.body.decode())
    assert links == ["/photos", "/people", "/find", "/account"]
    assert vera.get("/", HTML).header("location") == "/photos", "the first page that a viewer may see"


def test_passwords_are_taken_where_nothing_crosses_a_network_unencrypted(
    opened: ServedLibrary, access: Access, accounts: dict[str, str]
) -> None:
    open_network, encrypted = Place("192.0.2.7", 8765), Place("192.0.2.7", 8765, secure=True)
    behind = Place("127.0.0.1", 8765, public="https://photos.example")
    body = urlencode({"name": "Vera", "password": PASSWORD}).encode()
    for place, host, origin, status in (
        (open_network, "192.0.2.7:8765", "http://192.0.2.7:8765", 403),
        (encrypted, "192.0.2.7:8765", "http://192.0.2.7:8765", 403),
        (encrypted, "192.0.2.7:8765", "https://192.0.2.7:8765", 303),
        (behind, "photos.example", "https://photos.example", 303),
        (behind, "photos.example", "http://photos.example", 403),
        (behind, "evil.example", "https://photos.example", 421),
        (PLACE, "photos.example", "https://photos.example", 421),
    ):
        with Client(create_app(opened, access=access, place=place), place) as client:
            answer = client.send("POST", "/login", [("host", host), ("origin", origin)], body)
            assert answer.status == status, (place, host, origin, answer.body)
            if status == 303:
                assert (answer.header("set-cookie") or "").endswith("; HttpOnly; SameSite=Strict; Secure")


def test_the_servers_own_token_and_address_are_the_owners(client: Client, accounts: dict[str, str]) -> None:
    assert client.get("/accounts").status == 200
    assert client.send("GET", "/api/status", [HOST, ("authorization", f"Bearer {TOKEN}")]).status == 200
