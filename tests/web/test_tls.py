"""`recog serve` with a certificate: encrypted, held against silent clients, and refused with a sentence if unusable."""

import http.client
import json
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recog.cli.app import app
from recog.store.account_records import Role
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.serve import Certificate
from tests.cli.conftest import open_painted
from tests.encrypted_server import made_certificate
from tests.painted import PaintedLibrary
from tests.web.client import TOKEN
from tests.web.served import Served, answering

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl: no certificate was made")

MOST = 4


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Make a certificate of our own for this machine."""
    return made_certificate(tmp_path_factory.mktemp("tls"), "DNS:localhost", "IP:127.0.0.1")


@pytest.fixture
def trusting(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate.chain)


@pytest.fixture
def encrypted(opened: ServedLibrary, access: Access, certificate: Certificate) -> Iterator[Served]:
    with answering(
        lambda place: create_app(opened, access=access, place=place), access, most=MOST, certificate=certificate
    ) as served:
        yield served


def port_of(served: Served) -> int:
    assert served.url.startswith("https://127.0.0.1:")
    return int(served.url.rstrip("/").rpartition(":")[2])


def people(port: int, trusting: ssl.SSLContext) -> list[str]:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trusting)
    connection.request("GET", "/api/people", headers={"Authorization": f"Bearer {TOKEN}"})
    told = json.loads(connection.getresponse().read())
    connection.close()
    return [person["name"] for person in told["people"]]


def test_pages_are_encrypted_and_nothing_is_told_without(encrypted: Served, trusting: ssl.SSLContext) -> None:
    port = port_of(encrypted)
    assert people(port, trusting) == ["Ada"]
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    plain.request("GET", "/api/people", headers={"Authorization": f"Bearer {TOKEN}"})
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.getresponse()
    plain.close()


def test_an_account_logs_in_with_a_cookie_for_encrypted_pages_alone(
    encrypted: Served, trusting: ssl.SSLContext, library: PaintedLibrary
) -> None:
    library.accounts.add("Mia", Role.VIEWER, password="correct horse battery")  # noqa: S106 - of a test's account
    port = port_of(encrypted)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trusting)
    origin = {"Origin": f"https://127.0.0.1:{port}"}
    connection.request("POST", "/login", "name=Mia&password=correct+horse+battery", headers=origin)
    answer = connection.getresponse()
    assert answer.status == 303
    assert (answer.getheader("set-cookie") or "").endswith("; HttpOnly; SameSite=Strict; Secure")
    connection.close()


def test_clients_that_never_shake_hands_keep_nobody_out(encrypted: Served, trusting: ssl.SSLContext) -> None:
    port = port_of(encrypted)
    silent = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(3 * MOST)]
    time.sleep(0.2)
    started = time.monotonic()
    assert people(port, trusting) == ["Ada"]
    assert time.monotonic() - started < 8, "before the first handshake is given up"
    for one in silent:
        one.close()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--tls-cert", "CERT"], 2, "give --tls-cert and --tls-key together"),
        (["--tls-key", "KEY"], 2, "give --tls-cert and --tls-key together"),
        (["--tls-cert", "CERT", "--tls-key", "absent"], 1, "give two PEM files that belong together"),
        (["--tls-cert", "KEY", "--tls-key", "KEY"], 1, "give two PEM files that belong together"),
        (["--host", "192.0.2.1", "--allow-network", "--tls-cert", "CERT", "--tls-key", "KEY"], 1, "or add accounts"),
        (["--public-url", "http://photos.example"], 1, "give https://HOST"),
        (["--public-url", "https://photos.example/recog"], 1, "give https://HOST"),
        (["--public-url", "https://photos.example:port"], 1, "give https://HOST"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(
    *, tmp_path: Path, faces: list[int], certificate: Certificate, words: list[str], code: int, sentence: str
) -> None:
    files = {"CERT": str(certificate.chain), "KEY": str(certificate.key)}
    given = [files.get(word, word) for word in words]
    command = ["--library", str(tmp_path / "library"), "serve", "--port", "0", *given]
    done = CliRunner().invoke(app, command, obj=open_painted, prog_name="recog")
    assert done.exit_code == code, done.output
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
